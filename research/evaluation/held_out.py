"""Scores of a model on the held-out galaxies of a table, and their layout as text."""

from collections.abc import Sequence

import numpy as np

Scores = dict[str, dict[str, float]]
"""Per line, the fields of `metrics.score_lines`."""


def score_variants(params, sample, missing: Sequence[int] = ()) -> dict[str, Scores]:
    """Score the variants that a model has on the held-out rows, with these bins taken away and filled in."""
    from model.predictions.batch import complete_many, predict_many
    from model.statistics.metrics import score_lines
    from research.sample import without_bins

    rows = sample.held_out
    flux = sample.bin_flux[rows]
    if missing:
        flux = complete_many(params, without_bins(flux, missing))
    inputs = {"colors": None, "luminosity": sample.log_luminosity[rows]}
    tables = {}
    for variant, luminosity in inputs.items():
        if getattr(params, variant) is not None:
            scores = score_lines(sample.ew[rows], predict_many(params, flux, luminosity))
            tables[variant] = {
                name: {key: round(value, 4) for key, value in line._asdict().items()} for name, line in scores.items()
            }
    return tables


def as_text(tables: dict[str, Scores]) -> str:
    """Lay the tables one below the other."""
    lines = []
    for title, scores in tables.items():
        lines += [title, f"{'line':<12} {'n':>6} {'rho':>7} {'NMAD [Å]':>9} {'bias':>7} {'in 16-84 %':>10}"]
        for name, score in scores.items():
            n, rho, nmad, bias, coverage = score.values()
            lines.append(f"{name:<12} {n:>6} {rho:>7.4f} {nmad:>9.3f} {bias:>+7.1%} {coverage:>10.1%}")
        mean = np.mean([score["spearman"] for score in scores.values()])
        lines += [f"{'mean':<12} {'':>6} {mean:>7.4f}", ""]
    return "\n".join(lines)
