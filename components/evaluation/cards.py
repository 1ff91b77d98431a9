"""The parts of the Model page that show an evaluation: what to look at, pictures in cards, and their tables."""

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
    """Return the choice of line and variant; it stays in view while its pictures are read."""
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
    """Return the choice of which galaxies the diagrams show."""
    return dmc.SegmentedControl(
        id=CUT,
        data=[{"value": cut, "label": "all galaxies" if cut == "all" else cut} for cut in cuts],
        value=cuts[0],
        size="xs",
        **aria(label="Galaxies in the BPT diagrams"),
    )


def picture(name: str, title: str, about: Any, class_name: str = "evaluation-graph") -> html.Section:
    """Return a card with a picture, what it shows in words, and its numbers as a table."""
    return widgets.card(
        html.Div([html.H3(title), html.Span(about, className="muted")], className="card-head"),
        graph(name, title, class_name),
        words(name),
        twin(name),
        label=title,
    )


def graph(name: str, title: str, class_name: str = "evaluation-graph") -> html.Div:
    """Return an empty picture that a callback fills; a responsive graph takes its height from its parent."""
    return html.Div(
        dcc.Graph(id={"type": FIGURE, "index": name}, figure=EMPTY, config=CONFIG),
        className=class_name,
        role="img",
        **aria(label=title),
    )


def words(name: str) -> html.P:
    """Return the place of a sentence about a picture."""
    return html.P(id={"type": WORDS, "index": name}, className="footnote muted")


def twin(name: str) -> html.Details:
    """Return the place of a picture's table, folded."""
    return html.Details([html.Summary("Numbers"), html.Div(id={"type": TWIN, "index": name})], className="twin")


def triptych(names: Mapping[str, str], kind: str, title: str) -> html.Div:
    """Return pictures side by side, or below each other on a phone; `names` maps versions to their titles."""
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
    """Return a table of texts; the first column names the rows."""
    return widgets.line_table(head, rows, caption)
