"""Compare the explorer's pulls with a standard normal: ``python -m scripts.explorer_pulls CATALOGUE [GALAXIES]``.

The explorer computes the pull of an observed line from the network's percentiles. For comparison the pull is computed
from its rank among 96 joint draws with DESI's noise, which cannot exceed 2.6. Only held-out galaxies are used.
"""

import sys
from statistics import NormalDist

import numpy as np
from jaxtyping import Float

from analysis.explorer.quantities import values
from data.catalogue.registry import open_catalogues
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES
from model.lines import LINE_NAMES
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params
from model.training.held_out import is_held_out

DRAWS = 96
FEWEST = 8
"""A galaxy counts for a line if the line is detected in at least this many draws."""


def main(path: str, galaxies: int) -> None:
    """Print a table of both pulls per line."""
    (catalogue,) = open_catalogues(path).values()
    held_out = np.flatnonzero([is_held_out(name.decode()) for name in catalogue.target_ids])
    rows = held_out[:: max(1, len(held_out) // galaxies)][:galaxies]
    flux = np.stack([catalogue.column(name) for name in FLUX_NAMES], axis=1)[rows]
    light, redshift = (np.asarray(catalogue.column(name))[rows] for name in ("log_luminosity", "redshift"))
    params = load_params()
    draws = np.stack([np.asarray(sample_many(seed, params, flux, light, redshift)[1].ew) for seed in range(DRAWS)])
    print(f"{len(rows)} held-out galaxies, {DRAWS} draws each\n")
    print("| line | n | mean | std | 16-84 % | beyond 3 | drawn: mean | std | 16-84 % | rank correlation |")
    print("| --- " * 10 + "|")
    for place, line in enumerate(LINE_NAMES):
        column = values(catalogue, f"{line}_PULL")[rows]
        drawn = pull_among(draws[:, :, place], catalogue.column(line + EW_SUFFIX)[rows])
        both = np.isfinite(column + drawn)
        one, other = column[both], drawn[both]
        beyond = (np.abs(one) > 3).mean()
        correlation = np.corrcoef(one.argsort().argsort(), other.argsort().argsort())[0, 1]
        print(f"| {line} | {both.sum()} | {summary(one)} | {beyond:.1%} | {summary(other)} | {correlation:.3f} |")


def summary(pull: Float[np.ndarray, " galaxy"]) -> str:
    """Return mean, standard deviation and central 68 % as cells of a Markdown table."""
    low, high = np.percentile(pull, (16, 84))
    return f"{pull.mean():+.2f} | {pull.std():.2f} | {low:+.2f} {high:+.2f}"


def pull_among(
    draws: Float[np.ndarray, "draw galaxy"], seen: Float[np.ndarray, " galaxy"]
) -> Float[np.ndarray, " galaxy"]:
    """Return Phi^-1 of the percentile of an observed EW among the draws in which the line is detected.

    It is NaN where the line is not observed or detected in fewer than `FEWEST` draws.
    """
    listed = (draws > 0).sum(axis=0)
    place = (((draws > 0) & (draws < seen)).sum(axis=0) + 0.5) / (listed + 1)
    normal = np.array([NormalDist().inv_cdf(each) for each in place])
    return np.where(np.isfinite(seen) & (listed >= FEWEST), normal, np.nan)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
