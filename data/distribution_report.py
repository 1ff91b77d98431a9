"""Scores of the intrinsic distribution and the observation model on the held-out galaxies of a catalogue."""

from typing import Any, Final

import numpy as np
from jaxtyping import Float

from data.distinguish import area_under_roc, line_columns
from data.overlap import is_cut
from data.sample import Sample
from model.batch import intrinsic_many, sample_many
from model.distribution_metrics import crps, diagrams, distance_from_uniform, energy_score, probability_integral
from model.lines import LINE_NAMES, LINES
from model.metrics import spearman
from model.network import Params

NEIGHBOURS: Final = 39
MIN_DRAWS: Final = 8
"""Fewest listed draws for a galaxy to be scored in a line."""


def score_distribution(params: Params, sample: Sample, variant: str, draws: int = 64) -> dict[str, Any]:
    """Score joint draws, with drawn errors and selection applied, against the held-out galaxies.

    Parameters
    ----------
    params : Params
        With the variant's distribution.
    sample : Sample
        A table with observed lines; its held-out galaxies are scored, the others serve the neighbours' forecast.
    variant : {"colors", "luminosity"}
        Which distribution.
    draws : int
        Realisations per galaxy.

    Returns
    -------
    dict
        "lines": numbers by line; "diagrams": observed and drawn, and observed of the training galaxies, whose distance
        from the held-out ones is what chance does to so many galaxies; "energy score" of the free lines [Å];
        "told apart": area under the ROC curve of a classifier that sees the continuum and the lines, real or drawn.
    """
    rows = sample.held_out
    flux, redshift, seen = sample.bin_flux[rows], sample.redshift[rows], sample.ew[rows]
    luminosity = sample.log_luminosity[rows] if variant == "luminosity" else None
    cut = is_cut(redshift) & ~np.isfinite(seen)
    runs = [sample_many(seed, params, flux, luminosity, redshift)[1] for seed in range(draws)]
    drawn = np.stack([np.where(run.ew > 0, run.ew, np.nan) for run in runs]).astype(np.float32)
    drawn_ivar = np.stack([run.ew_ivar for run in runs[:4]])
    listed_chance = np.asarray(intrinsic_many(params, flux, luminosity).p_detected)
    neighbours = _neighbours(sample, variant)
    quintile = np.searchsorted(np.quantile(flux[:, 0] / flux[:, 2], (0.2, 0.4, 0.6, 0.8)), flux[:, 0] / flux[:, 2])
    lines = {
        name: _score_line(seen[:, i], drawn[:, :, i], neighbours[:, :, i], listed_chance[:, i], cut[:, i], quintile)
        for i, name in enumerate(LINE_NAMES)
    }
    hidden = np.where(cut, np.nan, 1.0)
    free = [i for i, line in enumerate(LINES) if line.tied_to is None]
    whole = np.isfinite(drawn[:, :, free]).all(axis=(0, 2))
    continuum = np.column_stack([np.log10(flux / flux[:, 10:11]), sample.log_luminosity[rows], redshift])
    real, mock = (
        np.column_stack([continuum, line_columns(ew, ivar)])
        for ew, ivar in ((seen, sample.ew_ivar[rows]), (drawn[0] * hidden, drawn_ivar[0]))
    )
    return {
        "lines": lines,
        "told apart": area_under_roc(real, mock),
        "energy score": energy_score(drawn[:, whole][:, :, free], seen[whole][:, free]),
        "diagrams": {
            "observed": diagrams(seen, sample.ew_ivar[rows]),
            "observed, training": diagrams(sample.ew[~rows], sample.ew_ivar[~rows]),
            "drawn": diagrams(drawn[: len(drawn_ivar)] * hidden, drawn_ivar),
        },
    }


def _neighbours(sample: Sample, variant: str) -> Float[np.ndarray, "neighbour galaxy line"]:
    """Observed lines of each held-out galaxy's nearest training galaxies: the forecast to beat."""
    from sklearn.neighbors import NearestNeighbors

    features = np.diff(np.log10(sample.bin_flux), axis=1)
    if variant == "luminosity":
        features = np.column_stack([features, sample.log_luminosity])
    known = features[~sample.held_out]
    scale, center = known.std(axis=0), known.mean(axis=0)
    finder = NearestNeighbors(n_neighbors=NEIGHBOURS).fit((known - center) / scale)
    places = finder.kneighbors((features[sample.held_out] - center) / scale, return_distance=False)
    return np.moveaxis(sample.ew[~sample.held_out][places], 1, 0)


def _score_line(seen, drawn, neighbours, chance, cut, quintile) -> dict[str, Any]:
    use = np.isfinite(seen) & (np.isfinite(drawn).sum(axis=0) >= MIN_DRAWS)
    use &= np.isfinite(neighbours).sum(axis=0) >= 2
    truth, ensemble, group = seen[use], drawn[:, use], quintile[use]
    pit = probability_integral(ensemble, truth)
    median = np.nanmedian(ensemble, axis=0)
    rho, half = spearman(truth, median), len(ensemble) // 2
    halves = [spearman(truth, np.nanmedian(part, axis=0)) for part in (ensemble[:half], ensemble[half:])]
    within = {"68": (pit > 0.16) & (pit < 0.84), "95": (pit > 0.025) & (pit < 0.975)}
    looked = [~cut & (quintile == k) for k in range(5)]
    return {
        "n": int(use.sum()),
        "crps": float(crps(ensemble, truth).mean()),
        "crps_neighbours": float(crps(neighbours[:, use], truth).mean()),
        "pit_ks": distance_from_uniform(pit),
        **{f"cover_{name}": float(inside.mean()) for name, inside in within.items()},
        **{
            f"cover_{name}_quintiles": [float(inside[group == k].mean()) for k in range(5)]
            for name, inside in within.items()
        },
        "spearman": rho,
        # The median of n draws is off by an error whose variance, and what it costs rho, falls as 1/n.
        "spearman_limit": 2 * rho - float(np.nanmean(halves)),
        "nmad": 1.48 * float(np.median(np.abs(truth - median))),
        "largest": float(np.nanmax(drawn)),
        "listed": [float(np.isfinite(seen[k]).mean()) for k in looked],
        "listed_predicted": [float(chance[k].mean()) for k in looked],
        "listed_drawn": [float(np.isfinite(drawn[:, k]).mean()) for k in looked],
    }


def as_text(title: str, report: dict[str, Any]) -> str:
    """Lay a report out for a terminal."""
    columns = f"{'68 %':>6} {'95 %':>6} {'KS':>6} {'rho':>6} {'limit':>6} {'NMAD':>6}"
    head = f"{'line':<12} {'CRPS':>7} {'neighb.':>7} {'':>6} {columns} {'listed - predicted [points], red to blue':>42}"
    out = [f"{title}: draws with errors and selection", head]
    for name, line in report["lines"].items():
        gain = line["crps"] / line["crps_neighbours"] - 1
        gaps = " ".join(f"{100 * (a - b):+5.1f}" for a, b in zip(line["listed"], line["listed_predicted"], strict=True))
        out.append(
            f"{name:<12} {line['crps']:>7.3f} {line['crps_neighbours']:>7.3f} {gain:>+6.1%} {line['cover_68']:>6.1%} "
            f"{line['cover_95']:>6.1%} {line['pit_ks']:>6.3f} {line['spearman']:>6.3f} {line['spearman_limit']:>6.3f} "
            f"{line['nmad']:>6.3f} {gaps:>42}"
        )
    out += [
        f"energy score of the free lines {report['energy score']:.2f} Å",
        f"real and drawn told apart, given the continuum: area under the ROC curve {report['told apart']:.3f}",
        "",
        f"{'':<26} {'observed':>9} {'drawn':>9} {'training':>9}",
    ]
    columns = [report["diagrams"][name] for name in ("observed", "drawn", "observed, training")]
    out += [f"{name:<26} {' '.join(f'{column[name]:>9.3f}' for column in columns)}" for name in columns[0]]
    return "\n".join(out) + "\n"
