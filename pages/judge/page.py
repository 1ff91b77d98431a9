"""The page that judges a mock: whether DESI's galaxies with its starlight have such lines."""

from typing import Any

import dash
from dash import dcc, html

from components.judgement import page
from components.widgets import fragments
from data import uploads
from pages.judge import judging

dash.register_page(
    __name__, path="/predict/judge", name="Judge", title="Judge a mock · Galactic Neon", order=1, in_navigation=False
)

CALLBACKS = (judging,)
"""Modules with the callbacks of this page; importing them registers the callbacks."""


def layout(**_: Any) -> html.Div:
    """Return the page."""
    return html.Div(
        [
            html.H1("Are a mock’s lines those of real galaxies?"),
            html.P(
                [
                    "Every galaxy of the mock is compared with the lines that DESI’s galaxies with the same starlight "
                    "have, as the networks of ",
                    dcc.Link("Predict", href="/predict"),
                    " know them.",
                ],
                className="lead muted",
            ),
            dcc.Store(id="judge-file"),
            dcc.Store(id="judge-read"),
            dcc.Store(id="judge-answer"),
            dcc.Store(id="judge-files"),
            dcc.Store(id="judge-limit", data=uploads.MAX_BYTES),
            dcc.Download(id="judge-download"),
            page.upload_card(uploads.MAX_BYTES >> 20, uploads.MAX_ROWS, judging.MOST_JUDGED),
            html.Div(id="judge-note", className="form-note"),
            page.result(),
        ],
        id="judge",
        className="page page-judge",
    )


fragments.fills("judge-answer")
