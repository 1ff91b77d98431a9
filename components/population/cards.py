"""The bar of named populations, and the cards of the selected population."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components.widgets import fragments, widgets
from components.widgets.aria import aria
from model.lines import LINE_COUNT

NAMED = "population-named"
CARDS = "population-cards"
ANSWER = "population-answer"
"""Store: texts and figures of the selected population."""
HEAD = "population-head"
CONTINUUM, HISTOGRAMS, BPT, WHAN = (f"population-{name}" for name in ("continuum", "histograms", "bpt", "whan"))
CONTINUUM_NOTE, HISTOGRAMS_NOTE, CLASSES, LINES_TABLE = (
    f"population-{name}" for name in ("continuum-note", "histograms-note", "classes", "lines")
)
ROWS, SAVE, SAVED = (f"population-{name}" for name in ("rows", "save", "saved"))


def bar(named: Sequence[tuple[str, str]], tour: Any) -> html.Div:
    """Return the row of named populations and the tour's button; `named` are pairs of name and meaning."""
    chips = [
        html.Button(
            name,
            id={"type": NAMED, "index": name},
            type="button",
            className="chip",
            title=meaning,
            n_clicks=0,
            **aria(pressed="false"),
        )
        for name, meaning in named
    ]
    return html.Div(
        [
            html.H2("Populations"),
            html.Div(chips, className="chips", role="group", **aria(label="Named populations")),
            tour,
        ],
        className="population-bar",
    )


def cards(formats: Sequence[tuple[str, str]]) -> html.Div:
    """Return the cards of the selected population, hidden until there is one; `formats` are pairs of key and label."""
    return html.Div(
        [
            dcc.Store(id=ANSWER),
            widgets.card(
                html.Div(id=HEAD, className="card-head", **aria(live="polite")),
                fragments.place(
                    CONTINUUM, "Mean continuum of the population, compared with all galaxies", "population-figure"
                ),
                html.Div(id=CONTINUUM_NOTE, className="note"),
                label="Mean continuum of the population",
            ),
            widgets.card(
                _head(
                    "Widths of four lines", "galaxies in which the line was observed, the same in all three histograms"
                ),
                fragments.place(
                    HISTOGRAMS, "Widths of four lines: observed, predicted, predicted + noise", "population-figure"
                ),
                html.Div(id=HISTOGRAMS_NOTE, className="note"),
                label="Histograms of equivalent widths",
            ),
            widgets.card(
                _head("Diagnostic diagrams", "blue: this population; shading: all galaxies"),
                html.Div(
                    [
                        fragments.place(
                            name, f"{title} diagram: this population, compared with all galaxies", "diagram"
                        )
                        for name, title in ((BPT, "BPT"), (WHAN, "WHAN"))
                    ],
                    className="diagrams",
                ),
                html.Div(id=CLASSES),
                label="Diagnostic diagrams of the population",
            ),
            widgets.card(
                _head(f"{LINE_COUNT} lines".capitalize(), "how well starlight predicts them in this population"),
                html.Div(id=LINES_TABLE),
                label="Statistics of the lines",
            ),
            widgets.card(*_table(formats), label="Galaxies of the population", class_name="card-wide"),
        ],
        id=CARDS,
        className="population-cards is-empty",
    )


def _head(title: str, remark: str) -> html.Div:
    return html.Div([html.H2(title), html.Span(remark, className="muted")], className="card-head")


def _table(formats: Sequence[tuple[str, str]]) -> list[Any]:
    """Return the table of the galaxies, which the browser fills (assets/tables/population.mjs), and its downloads."""
    saves = [
        html.Button(
            label, id={"type": SAVE, "index": name}, type="button", className="chip", n_clicks=0,
            **aria(label=f"Download as {label}"),
        )
        for name, label in formats
    ]  # fmt: skip
    return [
        html.Div(
            [
                html.H2("Its galaxies"),
                html.Span("click a heading to sort; click a name or press Enter to show a galaxy", className="muted"),
                html.Div(
                    [html.Span("Download", className="muted"), *saves, dcc.Download(id=SAVED)],
                    className="chips end",
                ),
            ],
            className="card-head table-head",
        ),
        html.Div(id=ROWS, className="data-grid"),
    ]
