"""Markdown tables of the record of an evaluation."""

from collections.abc import Iterable
from typing import Final

from model.lines import LINE_NAMES
from research.baselines.methods import PUBLISHED
from research.evaluation.record.schema import (
    OURS,
    Calibration,
    Difference,
    Distribution,
    Evaluation,
    Score,
    Uncertain,
    Variant,
)

VARIANTS: Final = {
    "colors": "colours",
    "luminosity": "colours + luminosity",
    "redshift": "colours + luminosity + redshift",
}


def blocks(record: Evaluation) -> dict[str, str]:
    """Return all tables of a record.

    Parameters
    ----------
    record : Evaluation
        Record of an evaluation.

    Returns
    -------
    dict
        Markdown by the name in the mark.
    """
    made = {
        "source": source(record),
        "scores": _ours_and_published(record),
        "methods": _methods(record),
        "coverage": _coverage(record),
    }
    for name, variant in record.variants.items():
        made[f"scores-{name}"] = _scores(variant)
        made[f"differences-{name}"] = _differences(variant)
        made[f"quintiles-{name}"] = _quintiles(variant)
        if variant.distribution is not None:
            made[f"draws-{name}"] = _draws(variant.distribution)
    if record.missing:
        made["missing"] = _missing(record)
    if record.calibration is not None:
        made["calibration"] = _calibration(record.calibration)
        made["uncertain-noise"] = _uncertain("noise added to every bin", record.calibration.noisy)
        made["uncertain-runs"] = _uncertain("known bins", record.calibration.runs)
    if any(variant.distribution for variant in record.variants.values()):
        made["diagrams"] = _diagrams(record)
    return made


def _calibration(found: Calibration) -> str:
    rows = []
    for name, line in found.lines.items():
        worst = max(line.detected_by_flux, key=abs)
        rows.append(
            [
                name,
                *(
                    f"{100 * min(shares):.0f}-{100 * max(shares):.0f} %"
                    for shares in (line.below_by_redshift, line.below_by_flux)
                ),
                f"{line.slope_faint:.2f} ± {line.slope_error:.2f}",
                f"{100 * worst:+.1f}",
                " ".join(f"{100 * share:+.1f}" for share in line.implied_by_color),
                " ".join(f"{100 * ratio:+.0f}" for ratio in line.renoised),
                "–"
                if line.residual_correlation is None
                else "{:.2f} ± {:.2f} / {:.2f}".format(*line.residual_correlation),
                "–" if line.rank_distance is None else f"{line.rank_distance:.3f}",
                f"{line.tail[0]:.0f} ± {line.tail_error:.0f} / {line.tail[1]:.0f}",
                f"{100 * line.coverage_rare:.0f} %",
            ]
        )
    head = (
        "line",
        "below the median, by redshift",
        "by apparent flux",
        "slope, faintest tenth",
        "P(detected) - listed, worst of eight slices of flux [points]",
        "implied - listed, red to blue [points]",
        "10, 50, 90 % measured again [%]",
        "residuals correlated with Hα, reddest fifth, listed / drawn",
        "ranks, distance from uniform",
        "99.9 %, listed / drawn [Å]",
        "68 % interval, score < .01",
    )
    return _table(head, rows)


def _uncertain(title: str, found: dict[str, Uncertain]) -> str:
    rows = (
        [
            name,
            f"{one.rho:.4f}",
            f"{100 * one.coverage[0]:.0f}-{100 * one.coverage[1]:.0f} %",
            "–" if one.linear is None else f"{one.linear:.2f}",
        ]
        for name, one in found.items()
    )
    return _table((title, "mean rho", "in the 16-84 % interval, by line", "error by derivatives / by draws"), rows)


def source(record: Evaluation) -> str:
    """Describe galaxies, weights, table and command of a record.

    Parameters
    ----------
    record : Evaluation
        Record of an evaluation.

    Returns
    -------
    str
        Two sentences.
    """
    return (
        f"{record.table.held_out:,} held-out galaxies of {record.table.galaxies:,}; weights "
        f"`{record.model.sha256[:12]}`, table `{record.table.sha256[:12]}`, {record.date}. "
        f"`{record.command}` prints it."
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _by_line(head: Iterable[str], cells: Iterable[Iterable[str]], last: Iterable[str] = ()) -> str:
    """Return a table with one row per line; `cells` are columns."""
    rows = [[name, *row] for name, row in zip(LINE_NAMES, zip(*cells, strict=True), strict=True)]
    return _table(["line", *head], [*rows, *([["mean rho", *last]] if last else [])])


def _cell(score: Score) -> str:
    return f"{score.spearman:.3f} / {score.nmad:.3f} / {score.bias:+.1%}"


def _ours_and_published(record: Evaluation) -> str:
    names = [name for name in (OURS, PUBLISHED) if any(name in each.mean for each in record.variants.values())]
    pairs = [(name, key) for name in names for key, variant in record.variants.items() if name in variant.mean]
    return _by_line(
        [f"{record.methods[name].title}, {VARIANTS[key]}" for name, key in pairs],
        [[_cell(record.variants[key].lines[line].scores[name]) for line in LINE_NAMES] for name, key in pairs],
        [f"{record.variants[key].mean[name]:.3f}" for name, key in pairs],
    )


def _methods(record: Evaluation) -> str:
    def time(seconds: float | None) -> str:
        if seconds is None:
            return "–"
        return f"{seconds:.1f} s" if seconds >= 1 else f"{float(f'{1e3 * seconds:.2g}'):g} ms"

    rows = []
    for name, method in record.methods.items():
        means = [f"{each.mean[name]:.4f}" if name in each.mean else "–" for each in record.variants.values()]
        each = method.seconds_each
        times = [time(method.seconds_one), time(None if each is None else 1e5 * each)]
        rows.append([method.title, method.about, *means, *times])
    variants = [f"mean rho, {VARIANTS[name]}" for name in record.variants]
    return _table(["method", "what it is", *variants, "one galaxy", "100,000 galaxies"], rows)


def _scores(variant: Variant) -> str:
    methods = list(variant.mean)
    columns = [[_cell(variant.lines[line].scores[name]) for line in LINE_NAMES] for name in methods]
    return _by_line(methods, columns, [f"{variant.mean[name]:.4f}" for name in methods])


def _differences(variant: Variant) -> str:
    others = list(variant.mean_against)

    def cell(found: Difference, score: Score) -> str:
        rho, (nmad, low, high) = found.spearman, (100 * value / score.nmad for value in found.nmad)
        return f"{_interval(rho)}; {nmad:+.1f} % [{low:+.1f}, {high:+.1f}]"

    columns = [
        [cell(variant.lines[line].against[name], variant.lines[line].scores[name]) for line in LINE_NAMES]
        for name in others
    ]
    return _by_line(others, columns, [_interval(variant.mean_against[name]) for name in others])


def _interval(found: tuple[float, float, float]) -> str:
    value, low, high = found
    return f"{value:+.4f} [{low:+.4f}, {high:+.4f}]"


def _quintiles(variant: Variant) -> str:
    columns = [
        [" ".join(f"{rho:.2f}" for rho in variant.lines[line].scores[name].quintiles) for line in LINE_NAMES]
        for name in variant.mean
    ]
    return _by_line(variant.mean, columns)


def _coverage(record: Evaluation) -> str:
    of_variant = [[variant.lines[line].scores[OURS] for line in LINE_NAMES] for variant in record.variants.values()]
    counts = [f"{score.n}" for score in of_variant[0]]
    shares = [["–" if s.coverage is None else f"{s.coverage:.1%}" for s in scores] for scores in of_variant]
    return _by_line(["galaxies", *(VARIANTS[name] for name in record.variants)], [counts, *shares])


def _missing(record: Evaluation) -> str:
    head, columns = [], []
    for bins, by_variant in record.missing.items():
        for name, lines in by_variant.items():
            head.append(f"without {bins.replace(' ', ' and ')}, {VARIANTS[name]}")
            columns.append([f"{lines[line].spearman:+.4f} / {lines[line].nmad:+.1%}" for line in LINE_NAMES])
    return _by_line(head, columns)


def _draws(found: Distribution) -> str:
    lines = [found.lines[name] for name in LINE_NAMES]
    head = [
        "CRPS",
        "neighbours",
        "change",
        "68 %",
        "95 %",
        "KS",
        "rho",
        "rho, limit",
        "listed - predicted, red to blue [points]",
    ]
    rows = [
        [
            f"{line.crps:.3f}",
            f"{line.crps_neighbours:.3f}",
            f"{line.crps / line.crps_neighbours - 1:+.1%}",
            f"{line.cover_68:.1%}",
            f"{line.cover_95:.1%}",
            f"{line.pit_ks:.3f}",
            f"{line.spearman:.3f}",
            f"{line.spearman_limit:.3f}",
            " ".join(f"{100 * (a - b):+.1f}" for a, b in zip(line.listed, line.listed_predicted, strict=True)),
        ]
        for line in lines
    ]
    return _by_line(head, zip(*rows, strict=True))


def _diagrams(record: Evaluation) -> str:
    drawn = {key: each.distribution for key, each in record.variants.items() if each.distribution is not None}
    last = next(reversed(drawn.values()))
    head = [
        "",
        "observed",
        "± by chance",
        "training galaxies",
        *(f"{version}, {VARIANTS[key]}" for key in drawn for version in ("predicted", "drawn")),
    ]
    rows = [
        [
            name,
            *(f"{last.diagrams[version][name]:.3f}" for version in ("observed", "chance", "training")),
            *(f"{each.diagrams[version][name]:.3f}" for each in drawn.values() for version in ("predicted", "drawn")),
        ]
        for name in last.diagrams["observed"]
    ]
    blank = [""] * 3
    rows += [
        ["energy score of the free lines [Å]", *blank, *_spread(f"{each.energy_score:.2f}" for each in drawn.values())],
        [
            "AUC of trees that distinguish drawn from real",
            *blank,
            *_spread(f"{each.auc:.3f}" for each in drawn.values()),
        ],
    ]
    return _table(head, rows)


def _spread(values: Iterable[str]) -> list[str]:
    """Return cells in which each value follows an empty one, as point predictions have no value."""
    return [cell for value in values for cell in ("", value)]
