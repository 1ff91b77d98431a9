"""Scores of a model on the held-out galaxies of a table, and their layout as text."""

from collections.abc import Sequence

import numpy as np

from model.lines import LINE_NAMES

Scores = dict[str, dict[str, float]]
"""Per line, the fields of `metrics.score_lines`."""


def score_variants(params, sample, missing: Sequence[int] = ()) -> dict[str, Scores]:
    """Score the variants that a model has on the held-out rows, with these bins taken away and filled in."""
    from data.sample import without_bins
    from model.batch import complete_many, predict_many
    from model.metrics import score_lines

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


def losses_as_text(tables: dict[str, Scores]) -> str:
    """Say per line what missing bins cost: the change of rho, and of the NMAD in per cent."""
    lines = []
    for title, scores in tables.items():
        whole, without, bins = title.partition(", without bin ")
        if without:
            lines += [f"lost without bin {bins}: {whole}", f"{'line':<12} {'rho':>7} {'NMAD':>9}"]
            for name, score in scores.items():
                best = tables[whole][name]
                change = score["spearman"] - best["spearman"]
                lines.append(f"{name:<12} {change:>+7.4f} {score['nmad'] / best['nmad'] - 1:>+9.1%}")
            lines.append("")
    return "\n" + "\n".join(lines) if lines else ""


def as_markdown(tables: dict[str, Scores]) -> str:
    """Lay the tables side by side, a cell being rho / NMAD [Å] / bias."""
    rows = [["line", *tables], ["---"] * (len(tables) + 1)]
    for name in LINE_NAMES:
        cells = (table[name] for table in tables.values())
        rows.append([name, *(f"{c['spearman']:.3f} / {c['nmad']:.3f} / {c['bias']:+.1%}" for c in cells)])
    means = (np.mean([line["spearman"] for line in table.values()]) for table in tables.values())
    rows.append(["mean rho", *(f"{mean:.3f}" for mean in means)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
