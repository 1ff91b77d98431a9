"""The page for unknown addresses."""

from typing import Any

import dash
from dash import dcc, html

dash.register_page(__name__, title="Not found · Galactic Neon")


def layout(**_: Any) -> html.Div:
    """Return the page."""
    return html.Div(
        [
            html.H1("Page not found"),
            html.P(
                "There is no page at this address. The page may have moved, or the address may contain a typing error.",
                className="lead",
            ),
            html.P([dcc.Link("Explore the map", href="/"), " or ", dcc.Link("predict lines", href="/predict"), "."]),
        ],
        className="page page-prose",
    )
