"""The line that says which galaxies are shown: what is real, what is mock, and how to come by the real ones."""

from typing import TYPE_CHECKING, Any

from dash import html

from components.widgets import widgets

if TYPE_CHECKING:
    from data.catalogue.catalogue import Catalogue


def banner(shown: "Catalogue") -> html.Div:
    """Return the line that says what is real, what is mock, and how to come by the real ones."""
    if shown.is_mock:
        said: list[Any] = [
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
                            html.Pre("make real"),
                            "Or build a catalogue from a table of your own:",
                            html.Pre(
                                ".venv/bin/python cli.py catalogue build TABLE.parquet real.parquet\n"
                                "CATALOGUES=real.parquet make run"
                            ),
                        ],
                        className="popover",
                    ),
                ]
            ),
        ]
    else:
        said = [
            widgets.badge("real", "good"),
            html.Span(
                ["Points: ", html.Strong(f"{shown.n:,} observed galaxies"), f", {shown.title}; {shown.provenance}."]
            ),
        ]
    return html.Div(said, className="banner", role="note")
