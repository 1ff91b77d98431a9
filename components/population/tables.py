"""Texts and tables of a population: heading, legends, classes, and lines."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import html

from components.widgets import widgets
from model.lines import LEADING_LINES, LINES
from model.physics.diagnostics import MIN_SIGNAL

if TYPE_CHECKING:
    from analysis.explorer.population import Histogram, LineFacts


def heading(name: str, n: int, total: int, meaning: str) -> list[Any]:
    """Return the population's name, number of galaxies, and meaning."""
    share = f"{n:,} of {total:,} · {100 * n / total:.1f} %"
    parts = [html.H2(name), html.Span(share, className="count"), html.Span(meaning, className="muted")]
    return parts if meaning else parts[:2]


def continuum_note(contrast: Sequence[tuple[str, float]]) -> html.Div:
    """Return the legend of the mean continuum, and the bins with the largest deviations from the sample's [sigma]."""
    deviations = "; ".join(f"{span} {value:+.1f} σ".replace("-", "−") for span, value in contrast)
    return html.Div(
        [
            html.Span("this population ± scatter", className="key-starlight"),
            html.Span("all galaxies ± scatter", className="key-sample"),
            html.Span(f"Largest differences from all galaxies: {deviations} of their scatter.", className="muted"),
        ],
        className="keys",
    )


def histograms_note(histograms: "Mapping[str, Histogram]", *, is_mock: bool) -> list[Any]:
    """Return the legend of the histograms, and a table of their Kolmogorov-Smirnov distances."""
    head = ["Line", "mock galaxies" if is_mock else "galaxies", "KS predicted", "KS + noise"]
    rows = [
        [
            widgets.line_name(line),
            f"{histograms[line.name].n:,}",
            _ratio(histograms[line.name].ks_predicted),
            _ratio(histograms[line.name].ks_noisy),
        ]
        for line in LEADING_LINES
    ]
    keys = html.Div(
        [
            html.Span("observed", className="key-observed"),
            html.Span("predicted", className="key-starlight"),
            html.Span("predicted + noise", className="key-noisy"),
        ],
        className="keys",
    )
    of = "the mock truth" if is_mock else "the observed one"
    return [keys, widgets.line_table(head, rows, f"Distance of the distributions from {of} (KS)")]


_COUNTED = (
    f"Those whose observed lines have S/N ≥ {MIN_SIGNAL:g}. In WHAN, Hα alone tells that a galaxy is retired, and "
    "upper limits that it is passive."
)


def classes_table(
    title: str, shares: Mapping[str, tuple[float, float, float]], placed: tuple[int, int, int]
) -> html.Div:
    """Return a table of the shares of a diagram's classes: observed, predicted, and predicted with noise."""
    rows: list[list[Any]] = [[name, *(_percent(share) for share in three)] for name, three in shares.items()]
    counted = html.Span("galaxies counted", className="muted", title=_COUNTED)
    rows.append([counted, *(f"{n:,}" for n in placed)])
    return widgets.line_table([title, "observed", "predicted", "+ noise"], rows, f"Shares of the classes of {title}")


def lines_table(facts: "Sequence[LineFacts]", *, is_mock: bool) -> list[Any]:
    """Return a table of the statistics of the lines, below a sentence if they are of mock galaxies."""
    rows = [
        [
            widgets.line_name(line),
            f"{one.detected:,}",
            _percent(one.detected / one.covered) if one.covered else widgets.NOTHING,
            widgets.number(one.median),
            widgets.number(one.median_predicted),
            _ratio(one.rho),
            widgets.number(one.nmad),
            f"{100 * one.bias:+.0f} %".replace("-", "−") if math.isfinite(one.bias) else widgets.NOTHING,
        ]
        for line, one in zip(LINES, facts, strict=True)
    ]
    detected = html.Span("of those observable", title="Share among the galaxies in which no camera gap hides the line")
    head = ["Line", "detected", detected, "median Å", "predicted Å"]
    head += [_score(name, is_mock) for name in ("ρ", "NMAD Å", "bias")]
    table = widgets.line_table(head, rows, "The lines in this population")
    if not is_mock:
        return [table]
    held_out = html.A("The Model page", href="/model")
    note = ["These scores were measured on mock galaxies. ", held_out, " has those on held-out real galaxies."]
    return [html.P(note, className="muted footnote"), table]


def _score(name: str, is_mock: bool) -> Any:
    """Return the heading of a score, which tells where it was measured."""
    return [name, html.Span(" on mock galaxies", className="muted mock-score")] if is_mock else name


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else widgets.NOTHING


def _ratio(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if math.isfinite(value) else widgets.NOTHING
