"""Controls, cards with figures, and tables of an evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from components.figures.empty import EMPTY
from components.figures.evaluation.frame import CONFIG
from components.widgets import widgets
from components.widgets.aria import aria
from model.lines import LINES

LINE: Final = "model-line"
VARIANT: Final = "model-variant"
CUT: Final = "model-cut"
FIGURE: Final = "model-figure"
WORDS: Final = "model-words"
TWIN: Final = "model-twin"
THIRD: Final = "evaluation-graph graph-third"


def controls(variants: Mapping[str, str], line: str) -> html.Div:
    """Return the controls of line and variant, which stay visible while the page scrolls."""
    return html.Div(
        [
            dmc.Select(
                id=LINE,
                data=[{"value": each.name, "label": each.label} for each in LINES],
                value=line,
                allowDeselect=False,
                size="xs",
                w=150,
                **aria(label="Line"),
            ),
            dmc.SegmentedControl(
                id=VARIANT,
                data=[{"value": name, "label": label} for name, label in variants.items()],
                value=next(iter(variants)),
                size="xs",
                **aria(label="Variant"),
            ),
        ],
        className="evaluation-controls",
    )


def cut_control(cuts: Sequence[str]) -> dmc.SegmentedControl:
    """Return the control of the galaxies in the diagrams."""
    return dmc.SegmentedControl(
        id=CUT,
        data=[{"value": cut, "label": "all galaxies" if cut == "all" else cut} for cut in cuts],
        value=cuts[0],
        size="xs",
        **aria(label="Galaxies in the BPT diagrams"),
    )


def picture(name: str, title: str, about: Any, class_name: str = "evaluation-graph") -> html.Section:
    """Return a card with a figure, a sentence about it, and its numbers as a table."""
    return widgets.card(
        html.Div([html.H3(title), html.Span(about, className="muted")], className="card-head"),
        graph(name, title, class_name),
        words(name),
        twin(name),
        label=title,
    )


def graph(name: str, title: str, class_name: str = "evaluation-graph") -> html.Div:
    """Return an empty figure that a callback fills; its height is that of its parent, which CSS sets by class."""
    return html.Div(
        dcc.Graph(id={"type": FIGURE, "index": name}, figure=EMPTY, config=CONFIG),
        className=class_name,
        role="img",
        **aria(label=title),
    )


def words(name: str) -> html.P:
    """Return the element for the sentence about a figure."""
    return html.P(id={"type": WORDS, "index": name}, className="footnote muted")


def twin(name: str) -> html.Details:
    """Return the collapsed element for a figure's table."""
    return html.Details([html.Summary("Numbers"), html.Div(id={"type": TWIN, "index": name})], className="twin")


def triptych(names: Mapping[str, str], kind: str, title: str) -> html.Div:
    """Return figures side by side, or stacked on a phone; `names` maps versions to titles."""
    return html.Div(
        [
            html.Div(
                [
                    html.H4(label),
                    graph(f"{kind}-{version}", f"{title}, {label.lower()}", THIRD),
                ],
            )
            for version, label in names.items()
        ],
        className="triptych",
    )


def table(head: Sequence[str], rows: Sequence[Sequence[Any]], caption: str) -> html.Div:
    """Return a table of text; the first column names the rows."""
    return widgets.line_table(head, rows, caption)
