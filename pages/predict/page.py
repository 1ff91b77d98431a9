"""The Predict page: emission lines from any continuum.

The browser predicts while a bin is dragged (assets/predict/). The callbacks of the other modules run on the server:
`galaxy` and `line_luminosity` for one galaxy, `upload` and `table` for uploads.
"""

from collections.abc import Sequence
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from analysis.emission import synthetic_spectrum
from analysis.web_client.manifest import limits, network_source
from analysis.web_client.presets import Preset, load_presets
from components import theme
from components.figures import diagram
from components.predict import form, line_luminosity, plots, predicted_lines, upload
from components.widgets import table_script, widgets
from data import uploads
from data.errors import UploadError
from data.uploads.readers import numbers
from data.uploads.readers.numbers import as_typed
from model.lines import LEADING_LINES
from model.storage.weights import DEFAULT, available_models
from pages.predict import galaxy, table
from pages.predict import line_luminosity as luminosity_callbacks
from pages.predict import upload as upload_callbacks
from pages.values import text_of

dash.register_page(__name__, path="/predict", name="Predict", title="Predict · Galactic Neon", order=1)

CALLBACKS = (galaxy, luminosity_callbacks, table, upload_callbacks)
"""Modules with the callbacks of this page; importing them registers the callbacks."""

START: Final = "Star-forming"
"""Name of the preset with which the page opens."""


def layout(flux: str | None = None, luminosity: str | None = None, redshift: str | None = None, **_: Any) -> html.Div:
    """Return the page, with the continuum, luminosity and redshift of the address's query if it has any."""
    given = text_of({"flux": flux, "luminosity": luminosity, "redshift": redshift})
    linked, notice = read_link(*(given.get(name) for name in ("flux", "luminosity", "redshift")))
    return html.Div(
        [
            html.H1("Predict emission lines from a continuum", className="visually-hidden"),
            dcc.Store(id="predict-manifest", data=manifest(linked)),
            dcc.Store(id="predict-state"),
            dcc.Store(id="predict-drawn"),
            dcc.Store(id="predict-file"),
            dcc.Store(id="predict-read"),
            dcc.Store(id="predict-row"),
            dcc.Store(id="predict-rows"),
            dcc.Store(id="predict-others"),
            dcc.Store(id="predict-asked"),
            dcc.Store(id="predict-own"),
            dcc.Store(id="predict-limit", data=uploads.MAX_BYTES),
            dcc.Download(id="predict-download"),
            form.toolbar(
                [(preset.name, f"{preset.meaning}; mean of {preset.n:,} real galaxies") for preset in load_presets()],
                available_models(),
            ),
            widgets.sentence(notice, "warn") if notice else None,
            html.Div(
                [
                    html.Div(
                        [
                            form.form(),
                            upload.upload_card(
                                uploads.MAX_BYTES >> 20, uploads.MAX_ROWS, uploads.MAX_PIXELS, upload_callbacks.EXAMPLES
                            ),
                        ]
                    ),
                    predicted_lines.lines_card(),
                ],
                className="predict-grid",
            ),
            html.Div(upload.result_card(), id="predict-result", hidden=True),
            html.Div([form.drives_card(), *_place_cards()], className="predict-places"),
            line_luminosity.light_cards(synthetic_spectrum.DISPERSIONS, synthetic_spectrum.RESOLUTIONS),
        ],
        id="predict",
        className="page",
    )


def start(presets: Sequence[Preset]) -> Preset:
    """Return the preset with which the page opens."""
    return next((preset for preset in presets if preset.name == START), presets[0])


def initial_form() -> dict[str, Any]:
    """Return the content of the form when the page opens without a query."""
    return {
        "bins": as_typed(start(load_presets()).bin_flux),
        "luminosity": "",
        "redshift": "",
    }


def read_link(flux: str | None, luminosity: str | None, redshift: str | None) -> tuple[dict[str, Any], str]:
    """Return the content of the form from an address's query, and a sentence on what is invalid, or ""."""
    opened = initial_form()
    try:
        if flux:
            opened["bins"] = numbers.read_twelve(flux)
        if luminosity:
            opened["luminosity"] = f"{numbers.read_log_luminosity(luminosity, 'The link’s luminosity'):g}"
        if redshift:
            opened["redshift"] = f"{numbers.read_redshift(redshift, 'The link’s redshift'):g}"
    except UploadError as error:
        return opened, f"{error} Where the link could not be read, the page shows a typical galaxy."
    return opened, ""


def manifest(opened: dict[str, Any]) -> dict[str, Any]:
    """Return the data that the page's script needs, with the content of the form."""
    return {
        "model": DEFAULT,
        **network_source(available_models()),
        "choices": form.model_choices(available_models()),
        "grid": table_script.script(),
        "leading": [line.name for line in LEADING_LINES],
        "diagrams": diagram.for_browser(),
        "colors": {scheme: theme.ew_colors(scheme) for scheme in ("dark", "light")},
        "kinds": predicted_lines.KINDS,
        "presets": [{"bins": as_typed(preset.bin_flux)} for preset in load_presets()],
        "start": initial_form(),
        "opened": opened,
        "limits": limits(),
    }


# This needs an output: at page load Dash calls only callbacks that have one.
clientside_callback(
    ClientsideFunction("predict", "mount"), Output("predict-state", "data"), Input("predict-manifest", "data")
)
clientside_callback(ClientsideFunction("predict", "model"), Input("predict-model", "value"))
clientside_callback(ClientsideFunction("predict", "drawn"), Input("predict-drawn", "data"))
clientside_callback(ClientsideFunction("predict", "open"), Input("predict-row", "data"))
clientside_callback(
    ClientsideFunction("predict", "weights"),
    Output("predict-weights-note", "children"),
    Output("predict-weights", "contents"),
    Input("predict-weights", "contents"),
    State("predict-weights", "filename"),
    prevent_initial_call=True,
)


def _place_cards() -> list[html.Section]:
    return plots.place_cards(
        "predict",
        map_note="UMAP of continua: it has no units, and distances have no physical meaning. Each cell holds at "
        "least 20 real galaxies.",
        bpt_note="Kewley 01, Kauffmann 03 (dashed). Class of the medians; “or” names the classes that the 68 % "
        "interval of one line reaches. A prediction is not a detection.",
        whan_note="Cid Fernandes 11",
    )
