"""Print what FastSpecFit's tables do at the limits of its fit: ``python -m scripts.catalogue_conventions TABLE``.

[O III] 4959 is tied to 5007, yet the table does not list it for every galaxy with 5007; the draws are compared with it.
The ratio of the [S II] lines is bounded in the fit, and the listed ratios pile up at the bounds.
"""

import sys
from typing import Final

import numpy as np
import pyarrow.parquet as pq
from jaxtyping import Float

from data.catalogue.survey import DESI
from model.lines import LINE_NAMES
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params

GALAXIES: Final = 12_000
SIGNALS: Final = (0.0, 1.0, 2.0, 3.0, 5.0, 9.0, np.inf)
STRONG, WEAK, BLUE, RED = map(LINE_NAMES.index, ("OIII_5007", "OIII_4959", "SII_6716", "SII_6731"))
LEAST_EW: Final = 0.01
"""EW [Å] below which a listed line is an amplitude that the fit left at its bound of zero."""
BOUND: Final = (0.46, 0.52)
"""[S II] 6716 / 6731 at the fit's largest 6731, twice 6716, with the scatter of the continuum."""


def main() -> int:
    """Print shares of the table and of draws for the same galaxies."""
    table = pq.read_table(sys.argv[1]).to_pandas()
    ew, ivar = (table[[name + end for name in LINE_NAMES]].to_numpy(np.float64) for end in ("_EW", "_EW_IVAR"))
    rows = np.random.default_rng(0).permutation(len(table))[:GALAXIES]
    redshift = table["redshift"].to_numpy(np.float32)
    flux = table[[f"flux_{index:02d}" for index in range(12)]].to_numpy(np.float32)
    given = (flux[rows], table["log_luminosity"].to_numpy(np.float32)[rows], redshift[rows])
    drawn = sample_many(0, load_params(), *given)[1]
    observable = DESI.observable(redshift)
    print("[O III] 4959 not listed although 5007 is, by the S/N of 5007\n")
    print("| S/N of 5007 | table | draws |\n| --- | --- | --- |")
    listed = unlisted_shares(ew, ivar, observable)
    sampled = unlisted_shares(np.asarray(drawn.ew), np.asarray(drawn.ew_ivar), observable[rows])
    for low, high, one, other in zip(SIGNALS, SIGNALS[1:], listed, sampled, strict=False):
        print(f"| {low:g}-{high:g} | {one:.1%} | {other:.1%} |")
    both = np.isfinite(ew[:, [BLUE, RED]]).all(axis=1)
    ratio = ew[both, BLUE] / ew[both, RED]
    red = ew[np.isfinite(ew[:, RED]), RED]
    print(f"\n[S II] 6731 below {LEAST_EW:g} Å: {np.mean(red < LEAST_EW):.1%} of those listed")
    inside, beside = (np.mean((ratio > low) & (ratio < low + 0.06)) for low in (BOUND[0], BOUND[1]))
    print(f"[S II] 6716/6731 from {BOUND[0]} to {BOUND[1]}: {inside:.1%}; in the next 0.06: {beside:.1%}")
    return 0


def unlisted_shares(
    ew: Float[np.ndarray, "galaxy line"], ivar: Float[np.ndarray, "galaxy line"], observable: np.ndarray
) -> list[float]:
    """Return the shares of galaxies with [O III] 5007 in which 4959 is not listed, by the S/N of 5007."""
    known = observable[:, [STRONG, WEAK]].all(axis=1) & (ew[:, STRONG] > 0) & (ivar[:, STRONG] > 0)
    signal = ew[known, STRONG] * np.sqrt(ivar[known, STRONG])
    part = np.digitize(signal, SIGNALS) - 1
    return [float(np.mean(~(ew[known, WEAK][part == one] > 0))) for one in range(len(SIGNALS) - 1)]


if __name__ == "__main__":
    sys.exit(main())
