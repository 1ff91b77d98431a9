"""The card of the tour, which lies over the page and shows one step at a time."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components.widgets.aria import aria

START, BACK, NEXT, CLOSE = (f"tour-{name}" for name in ("start", "back", "next", "close"))
STEP, CARD, TEXT, COUNT = (f"tour-{name}" for name in ("step", "card", "text", "count"))
VIEW = "tour-view"
"""Store: the panels' state at this step."""


def start_button() -> html.Button:
    """Return the button that starts the tour."""
    return html.Button(
        "Tour: which galaxies have strong lines?", id=START, type="button", className="chip chip-tour", n_clicks=0
    )


def card() -> html.Section:
    """Return the tour's card, hidden until it is started."""
    return html.Section(
        [
            dcc.Store(id=STEP, data=-1),
            dcc.Store(id=VIEW),
            html.Div(
                [
                    html.Span(id=COUNT, className="muted"),
                    html.Button(
                        "×", id=CLOSE, type="button", className="tour-close", n_clicks=0, **aria(label="End the tour")
                    ),
                ],
                className="tour-head",
            ),
            html.Div(id=TEXT, className="tour-text", **aria(live="polite")),
            html.Div(
                [
                    html.Button("Back", id=BACK, type="button", className="chip", n_clicks=0),
                    html.Button("Next", id=NEXT, type="button", className="chip chip-tour", n_clicks=0),
                ],
                className="chips",
            ),
        ],
        id=CARD,
        className="card tour is-empty",
        **aria(label="Tour"),
    )


def step_text(title: str, sentences: Sequence[str]) -> list[Any]:
    """Return the title and sentences of one step."""
    return [html.H2(title), *(html.P(sentence) for sentence in sentences)]
