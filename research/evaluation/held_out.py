"""Scores of a model on the held-out galaxies of a table, and their text tables."""

from collections.abc import Mapping, Sequence

import numpy as np

from model.features import VARIANTS
from model.predictions.batch import complete_many, predict_many
from model.predictions.params import Params
from model.statistics.point_scores import Score, score_lines
from research.sample import Sample, without_bins


def score_variants(params: Params, sample: Sample, missing: Sequence[int] = ()) -> dict[str, dict[str, Score]]:
    """Score a model on the held-out galaxies.

    Parameters
    ----------
    params : Params
        Weights of the model.
    sample : Sample
        Galaxies with observed lines.
    missing : sequence of int
        Bins that are removed and filled in before the prediction.

    Returns
    -------
    dict
        Scores by variant of the model and by line.
    """
    rows = sample.held_out
    flux = sample.bin_flux[rows]
    if missing:
        flux = complete_many(params, without_bins(flux, missing))
    given = sample.log_luminosity[rows], sample.redshift[rows]
    return {
        variant: score_lines(sample.ew[rows], predict_many(params, flux, *given[:number]))
        for number, variant in enumerate(VARIANTS)
        if getattr(params, variant) is not None
    }


def as_text(tables: Mapping[str, Mapping[str, Score]]) -> str:
    """Return the tables as text, one below the other."""
    lines = []
    for title, scores in tables.items():
        lines += [title, f"{'line':<12} {'n':>6} {'rho':>7} {'NMAD [Å]':>9} {'bias':>7} {'in 16-84 %':>10}"]
        for name, (n, rho, nmad, bias, coverage) in scores.items():
            lines.append(f"{name:<12} {n:>6} {rho:>7.4f} {nmad:>9.3f} {bias:>+7.1%} {coverage:>10.1%}")
        mean = np.mean([score.spearman for score in scores.values()])
        lines += [f"{'mean':<12} {'':>6} {mean:>7.4f}", ""]
    return "\n".join(lines)
