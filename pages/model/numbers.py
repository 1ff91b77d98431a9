"""The content of the Model page's figures as sentences and tables."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from components.widgets.widgets import NOTHING, line_name
from model.lines import LINES, Line
from research.evaluation.record.schema import OURS, Bands, Difference, Evaluation
from research.evaluation.words import agreement_words, comparison_words, coverage_words, diagram_words, residual_words

ABSENT = "These weights include no joint distribution."


class Numbers(NamedTuple):
    """The content of a figure as a sentence and a table."""

    words: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    caption: str = ""


def line_numbers(record: Evaluation, variant: str, line: Line) -> dict[str, Numbers]:
    """Return the content of the figures of one line, by the figures' names."""
    measured = record.variants[variant]
    found = measured.lines[line.name]
    percentiles = ["2.5 %", "16 %", "median", "84 %", "97.5 %"]
    differences = {name: found.against[name] for name in found.against}
    made = {
        "agreement": Numbers(
            agreement_words(found),
            ["predicted [Å]", *(f"observed, {each}" for each in percentiles)],
            [_powers(row) for row in _columns(found.observed)],
            f"Observed EW of {line.label} in bins of predicted EW [Å]",
        ),
        "residual": Numbers(
            residual_words(found),
            ["colour [dex]", *percentiles],
            [[f"{row[0]:.3f}", *_powers(row[1:])] for row in _columns(found.residual)],
            f"Observed over predicted EW of {line.label} in bins of colour",
        ),
        "rho": Numbers(
            f"ρ of {line.label} is {found.scores[OURS].spearman:.4f} for this network. A filled point is a "
            f"difference in favour of this network that 95 % of {record.resamples} resamples share; a cross is a "
            "difference against it.",
            ["method", "its ρ", "difference", "95 %"],
            _differences(record, differences, "spearman", found.scores),
            f"Differences in ρ of {line.label}",
        ),
        "nmad": Numbers(
            f"NMAD of {line.label} is {found.scores[OURS].nmad:.3f} Å for this network.",
            ["method", "its NMAD [Å]", "difference [Å]", "95 %"],
            _differences(record, differences, "nmad", found.scores),
            f"Differences in NMAD of {line.label}",
        ),
        "ranks": Numbers(ABSENT),
    }
    if measured.distribution is not None:
        drawn = measured.distribution.lines[line.name]
        count = len(drawn.pit)
        made["ranks"] = Numbers(
            f"{line.label}: the greatest distance from a uniform distribution is {drawn.pit_ks:.3f}. The CRPS is "
            f"{drawn.crps:.3f} Å, {100 * (drawn.crps / drawn.crps_neighbours - 1):+.1f} % relative to that of the "
            "lines of the nearest galaxies.",
            ["rank", "share relative to uniform"],
            [[f"{k / count:.2f}–{(k + 1) / count:.2f}", f"{value:.3f}"] for k, value in enumerate(drawn.pit)],
            f"Ranks of the observed EW of {line.label} among {measured.distribution.draws} draws",
        )
    return made


def all_lines_numbers(record: Evaluation, variant: str) -> dict[str, Numbers]:
    """Return the content of the figures of all lines, by the figures' names."""
    measured = record.variants[variant]
    titles = {name: method.title for name, method in record.methods.items()}
    drawn = None if measured.distribution is None else measured.distribution.lines
    rows = []
    for line in LINES:
        own = measured.lines[line.name].scores[OURS].coverage
        shares = [own, *((drawn[line.name].cover_68, drawn[line.name].cover_95) if drawn else (None, None))]
        rows.append([line_name(line), *(NOTHING if share is None else f"{share:.1%}" for share in shares)])
    return {
        "coverage": Numbers(
            coverage_words(measured),
            ["Line", "network, 16–84 %", "draws, 68 %", "draws, 95 %"],
            rows,
            "Share of the observed EWs inside",
        ),
        "mean": Numbers(
            comparison_words(measured, titles),
            ["method", "its mean ρ", "difference", "95 %"],
            [
                [titles[name], f"{measured.mean[name]:.4f}", f"{value:+.4f}", f"{low:+.4f} … {high:+.4f}"]
                for name, (value, low, high) in measured.mean_against.items()
            ],
            "Differences in mean ρ",
        ),
    }


def diagram_numbers(record: Evaluation, variant: str, cut: str) -> dict[str, Numbers]:
    """Return the content of the diagrams, by name."""
    distribution = record.variants[variant].distribution
    if distribution is None:
        return {"diagrams": Numbers(ABSENT), "whan": Numbers("")}
    observed, predicted, drawn = (distribution.diagrams[version] for version in ("observed", "predicted", "drawn"))
    classes = [name for name in observed if name.startswith("WHAN")]
    shares = "; ".join(
        f"{name.removeprefix('WHAN ')} "
        + " / ".join(f"{100 * shares[name]:.1f}" for shares in (observed, predicted, drawn))
        + " %"
        for name in classes
    )
    return {
        "diagrams": Numbers(
            diagram_words(distribution, cut)
            + " Boosted trees distinguish drawn galaxies from real ones with the same starlight with an AUC of "
            f"{distribution.auc:.3f}; .5 would mean that they cannot.",
            ["", "observed", "predicted", "predicted + noise"],
            [[name, *(f"{each[name]:.3f}" for each in (observed, predicted, drawn))] for name in observed],
            "Widths [dex], fractions and line ratios of the diagrams",
        ),
        "whan": Numbers(f"Observed / predicted / with noise: {shares}."),
    }


def _columns(found: Bands) -> list[tuple[float, ...]]:
    return list(zip(found.at, found.p2, found.p16, found.p50, found.p84, found.p98, strict=True))


def _powers(row: Sequence[float]) -> list[str]:
    return [f"{10**value:.3g}" for value in row]


def _differences(
    record: Evaluation, differences: dict[str, Difference], field: str, scores: dict[str, Any]
) -> list[list[str]]:
    rows = []
    for name, found in differences.items():
        value, low, high = getattr(found, field)
        own = getattr(scores[name], field)
        rows.append([record.methods[name].title, f"{own:.4g}", f"{value:+.4f}", f"{low:+.4f} … {high:+.4f}"])
    return rows
