"""The explorer: galaxies as observed, as predicted, and as predicted with noise; one galaxy beside them."""

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import catalogue_menu, ids, widgets
from components import galaxy as galaxy_card
from components.aria import aria
from components.figures import quantise
from components.panel_grid import manifest, panel_grid
from data.realisations import FIRST_SEED
from data.store import Catalogue, served
from model.lines import LEADING_LINES
from pages import _explorer_galaxy  # noqa: F401  # its callbacks are part of this page

dash.register_page(__name__, path="/", name="Explore", title="Galactic Neon: explore", order=0)


def layout(catalogue: str | None = None, **_query: str) -> html.Div:
    """Return the page for the named catalogue, else the first that is served."""
    shown = served().get(catalogue or "") or next(iter(served().values()), None)
    if shown is None:
        return html.Div(
            widgets.sentence("No catalogue is served. Set CATALOGUES to a built one.", "bad"), className="page"
        )
    page_manifest = _manifest(shown)
    return html.Div(
        [
            dcc.Store(id=ids.MANIFEST, data=page_manifest),
            dcc.Store(id=ids.CATALOGUE, data=shown.name),
            dcc.Store(id=ids.GALAXY_LINES_MARKUP),
            dcc.Store(id=ids.SEED, data=FIRST_SEED),
            dcc.Store(id=ids.SELECTED),
            dcc.Store(id=ids.SELECTION),
            dcc.Store(id=ids.VIEW),
            html.H1("Explore a galaxy population", className="visually-hidden"),
            catalogue_menu.unknown(catalogue, shown.title) if catalogue and catalogue != shown.name else None,
            _banner(shown),
            _toolbar(shown),
            html.Div(id=ids.STATUS, className="explorer-status", role="alert"),
            html.Div(
                [
                    widgets.card(
                        panel_grid(page_manifest, is_mock=shown.is_mock), label="Panels", class_name="panels-card"
                    ),
                    galaxy_card.column(),
                ],
                className="explorer",
            ),
            html.Div(id=ids.POPULATION, className="population"),
        ]
    )


def _manifest(shown: Catalogue) -> dict[str, Any]:
    """Return the page's manifest; ranges and tops are those that the server quantises with."""
    base = f"{dash.get_relative_path('/')}catalogues/{shown.name}/"
    return manifest(
        columns=f"{base}columns/",
        cells=f"{base}cells.json?v={shown.version}",
        catalogue_version=shown.version,
        seed=FIRST_SEED,
        x_range=quantise.span(shown.column("map_x")),
        y_range=quantise.span(shown.column("map_y")),
        tops={line.name: quantise.ew_top(shown.column(f"{line.name}_EW")) for line in LEADING_LINES},
    )


def _banner(shown: Catalogue) -> html.Div:
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
                            "Build a catalogue from a table of DESI galaxies, then serve it:",
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


def _toolbar(shown: Catalogue) -> html.Div:
    return html.Div(
        [
            catalogue_menu.catalogue_menu(served().values(), shown.name),
            dmc.SegmentedControl(
                id=ids.SHOW,
                value="points",
                size="xs",
                data=[
                    {"value": "points", "label": "Points"},
                    {"value": "behind", "label": "Points over real medians"},
                    {"value": "instead", "label": "Real medians"},
                ],
                **aria(label="What the panels show"),
            ),
            dmc.Button("Next realisation", id=ids.NEXT_REALISATION, variant="default", size="xs", n_clicks=0),
            html.Div(
                [
                    _small_button(ids.ZOOM_OUT, "−", "Zoom out"),
                    _small_button(ids.ZOOM_IN, "+", "Zoom in"),
                    dmc.Button("Reset view", id=ids.RESET_VIEW, variant="default", size="xs", n_clicks=0),
                ],
                className="tool-group",
            ),
            dmc.TextInput(
                id=ids.SEARCH,
                placeholder=f"Find, e.g. {shown.target_ids[0].decode()}",
                size="xs",
                className="search",
                debounce=False,
                **aria(label="Find a galaxy by its ID"),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **aria(label="Panels"),
    )


def _small_button(button_id: str, text: str, label: str) -> dmc.ActionIcon:
    return dmc.ActionIcon(text, id=button_id, variant="default", size="30px", n_clicks=0, **aria(label=label))


# It has an output because Dash calls nothing without one when a page arrives.
clientside_callback(
    ClientsideFunction("explorer", "start"), Output(ids.STATUS, "children"), Input(ids.MANIFEST, "data")
)
clientside_callback(ClientsideFunction("explorer", "show"), Input(ids.SHOW, "value"))
clientside_callback(ClientsideFunction("explorer", "realise"), Input(ids.SEED, "data"))
clientside_callback(ClientsideFunction("explorer", "list"), Input(ids.GALAXY_LINES_MARKUP, "data"))
clientside_callback(ClientsideFunction("explorer", "mark"), Input(ids.SELECTED, "data"))
clientside_callback(ClientsideFunction("explorer", "zoomIn"), Input(ids.ZOOM_IN, "n_clicks"))
clientside_callback(ClientsideFunction("explorer", "zoomOut"), Input(ids.ZOOM_OUT, "n_clicks"))
clientside_callback(ClientsideFunction("explorer", "resetView"), Input(ids.RESET_VIEW, "n_clicks"))
clientside_callback(
    ClientsideFunction("explorer", "nextSeed"),
    Output(ids.SEED, "data"),
    Input(ids.NEXT_REALISATION, "n_clicks"),
    State(ids.SEED, "data"),
)


@callback(
    Output(ids.SELECTED, "data"),
    Output(ids.SEARCH, "error"),
    Input(ids.SEARCH, "n_submit"),
    State(ids.SEARCH, "value"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def find(_submitted: int | None, text: str | None, name: str) -> tuple[Any, Any]:
    """Choose the galaxy whose ID was typed, or say that it is not there."""
    wanted = (text or "").strip()
    if not wanted:
        return no_update, None
    row = served()[name].row_of(wanted)
    if row is None:
        return no_update, f"No galaxy “{wanted[:24]}” in this catalogue."
    return {"row": row}, None
