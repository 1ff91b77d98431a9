"""Parts of a judgement: tables of shares, classes and ratios, histograms of ranks, regions with example galaxies."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from components.widgets import widgets
from components.widgets.aria import aria
from components.widgets.html import Element
from model.lines import LINES

Record = Mapping[str, Any]
Link = Callable[[Mapping[str, Any]], str]
"""Returns the address that shows an example galaxy."""
SHOWN_REGIONS: Final = 12
_LEVELS: Final = {"0.68": ("68 %", 0.32), "0.95": ("95 %", 0.05), "0.999": ("99.9 %", 0.001)}
_FAR: Final = 3.0
"""Standard errors from which on a difference is marked."""


def sections(record: Record, link: Link | None = None) -> list[tuple[str, str, Any]]:
    """Return the parts of a judgement, each with a title and a sentence on what it shows.

    Parameters
    ----------
    record : mapping
        From `analysis.mocks.record.as_record`.
    link : callable, optional
        Where example galaxies can be looked at; without it, they are named by their rows.
    """
    found = [
        (
            "Shares of galaxies beyond DESI’s",
            "Each galaxy’s line is compared with the lines of DESI’s galaxies with its starlight. If the mock is like "
            "them, 32, 5 and 0.1 % of galaxies lie outside the central 68, 95 and 99.9 %.",
            shares_table(record),
        ),
        (
            "Where lines differ most",
            "Kinds of galaxies in which more galaxies than chance explains lie beyond the central 95 %, the most "
            "significant first, with the most extreme galaxies as examples.",
            regions_list(record, link),
        ),
    ]
    if record["classes"]:
        found.append(
            (
                "BPT and WHAN diagrams",
                "Share of galaxies in each class, and the share that DESI’s galaxies with the same starlight have, "
                "with the error of a fair mock of this size. ▲ and ▼ mark differences of more than three errors.",
                classes_table(record),
            )
        )
    if record["ratios"]:
        found.append(
            (
                "Ratios of lines and dust",
                "Percentiles of ratios of fluxes, of galaxies whose lines have at least 0.3 Å: the median and the "
                "tails, for the mock and expected for its starlight.",
                [ratios_table(record), Element("P", record["dust"]["sentence"]) if record["dust"] else None],
            )
        )
    return [
        *found,
        (
            "Ranks among DESI’s galaxies",
            "The bars are level (the line across) where the mock’s lines are like DESI’s, high on the right where they "
            "are too strong, and high at both ends where they scatter too much.",
            histograms(record),
        ),
        ("How the file was read", "", Element("Ul", [Element("Li", note) for note in record["notes"]])),
    ]


def shares_table(record: Record) -> Any:
    """Return the table of observed and expected shares, a row per line and one for all jointly."""
    rows: list[list[Any]] = [["expected", *(_percent(share) for _, share in _LEVELS.values()), ""]]
    for line in LINES:
        found = record["lines"][line.name]
        if found["difference"] is not None:
            cells = [_marked(found["beyond"][key], key, record["limit"]) for key in _LEVELS]
            rows.append([widgets.line_name(line), *cells, f"{found['difference'] + 0.0:+.2f} Å".replace("-", "−")])
    rows.append(["all jointly", *(_marked(record["joint"][key], key, record["limit"]) for key in _LEVELS), ""])
    head = ["Line", *(f"beyond {title}" for title, _ in _LEVELS.values()), "median difference"]
    return widgets.line_table(head, rows, "Shares of galaxies beyond the central intervals of DESI’s")


def classes_table(record: Record) -> Any:
    """Return the table of shares of classes."""
    rows = [
        [
            f"{share['diagram']}: {share['name']}",
            _with_arrow(_percent(share["mock"]), share["mock"], share["expected"], share["error"]),
            f"{_percent(share['expected'])} ± {100 * share['error']:.1f}",
        ]
        for share in record["classes"]
    ]
    return widgets.line_table(["Class", "mock", "expected"], rows, "Shares of classes in the BPT and WHAN diagrams")


def ratios_table(record: Record) -> Any:
    """Return the table of percentiles of ratios, two rows per ratio."""
    percentiles = record["ratios"][0]["percentiles"]
    names = ["median" if percentile == 50 else f"{percentile} %" for percentile in percentiles]
    rows: list[list[Any]] = []
    for ratio in record["ratios"]:
        each = list(zip(ratio["mock"], ratio["expected"], ratio["error"], strict=True))
        rows.append(
            [f"{ratio['name']}, mock ({ratio['galaxies']:,})", *(_with_arrow(f"{a:.3g}", a, b, c) for a, b, c in each)]
        )
        rows.append([Element("Span", "expected", className="muted"), *(f"{b:.3g} ± {c:.1g}" for _, b, c in each)])
    return widgets.line_table(["Ratio", *names], rows, "Percentiles of ratios of line fluxes")


def histograms(record: Record) -> Any:
    """Return a histogram of ranks for each line and for all jointly."""
    every: list[tuple[str, Sequence[float] | None]] = [
        *((line.label, record["lines"][line.name]["ranks"]) for line in LINES),
        ("All jointly: share farther away", record["joint_ranks"]),
    ]
    return Element("Div", [_histogram(label, bars) for label, bars in every if bars], className="rank-histograms")


def _histogram(label: str, bars: Sequence[float]) -> Element:
    top = max(2.0, *bars)
    drawn = [Element("Span", style={"height": f"{100 * bar / top:.1f}%"}) for bar in bars]
    level = Element("Span", className="rank-level", style={"bottom": f"{100 / top:.1f}%"})
    ends = f"the lowest twentieth holds {bars[0] / len(bars):.0%} of galaxies, the highest {bars[-1] / len(bars):.0%}"
    attributes = {"role": "img", **aria(label=f"Histogram of ranks, {label}: {ends}")}
    figure = Element("Div", [*drawn, level], className="rank-bars", **attributes)
    return Element("Figure", [Element("Figcaption", label), figure])


def regions_list(record: Record, link: Link | None) -> Any:
    """Return the regions in which lines differ most, as sentences with example galaxies."""
    if not record["regions"]:
        return Element("P", "Nowhere by more than chance.")
    return Element("Ol", [_region(region, link) for region in record["regions"][:SHOWN_REGIONS]], className="regions")


def _region(region: Record, link: Link | None) -> Element:
    if link is None:
        return Element("Li", region["sentence"])
    shown = [
        Element("A", f"row {each['row']} ({each['ew']:.3g} Å)", href=link(each))
        for each in region["examples"]
        if each["ew"] is not None
    ]
    words = region["sentence"].partition("; rows")[0]
    parts = [part for place, each in enumerate(shown) for part in ((", " if place else ": "), each)]
    return Element("Li", [words, *parts])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _marked(share: float, level: str, limit: float) -> Any:
    """Return a share, marked where that beyond 95 % does not pass."""
    if level == "0.95" and share > limit:
        return Element("Strong", f"▲ {_percent(share)}", className="beyond")
    return _percent(share)


def _with_arrow(text: str, found: float, expected: float, error: float) -> Any:
    """Return a number, marked where it differs from the expected one by more than `_FAR` errors."""
    if abs(found - expected) <= _FAR * error:
        return text
    return Element("Strong", f"{'▲' if found > expected else '▼'} {text}", className="beyond")
