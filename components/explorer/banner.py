"""The banner that tells real from mock galaxies, and how to get real ones."""

from typing import TYPE_CHECKING, Any

from dash import html

from components.widgets import widgets
from storage.program import COMMAND, FETCH, SERVE

if TYPE_CHECKING:
    from data.catalogue.catalogue import Catalogue


def banner(shown: "Catalogue") -> html.Div:
    """Return the banner of a catalogue: real or mock, number of galaxies, and how to get real ones."""
    if shown.is_mock:
        content: list[Any] = [
            widgets.badge("mock", "warn"),
            html.Span(
                [
                    "Points: ",
                    html.Strong(f"{shown.n:,} galaxies drawn from a density"),
                    " fitted to real DESI galaxies. Hexagons: ",
                    html.Strong("medians of the real ones"),
                    ".",
                ]
            ),
            html.Details(
                [
                    html.Summary("Show real galaxies"),
                    html.Div(
                        [
                            "Fetch the public galaxies of Khederlarian+24 and serve them:",
                            html.Pre(FETCH),
                            "Or build a catalogue from a table of your own:",
                            html.Pre(
                                f"{COMMAND} catalogue build TABLE.parquet real.parquet\nCATALOGUES=real.parquet {SERVE}"
                            ),
                        ],
                        className="popover",
                    ),
                ]
            ),
        ]
    else:
        content = [
            widgets.badge("real", "good"),
            html.Span(
                ["Points: ", html.Strong(f"{shown.n:,} observed galaxies"), f", {shown.title}; {shown.provenance}."]
            ),
        ]
    return html.Div(content, className="banner", role="note")
