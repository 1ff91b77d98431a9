"""Predict: twelve numbers or a table of them in, ten emission lines out, live."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update

from components import ids, predict, widgets
from components.figures.continuum import continuum_figure
from components.figures.jacobian import jacobian_figure
from components.figures.map_place import Frame, color_top, frame_around, map_figure
from components.theme import Scheme, scheme_or_dark
from data import uploads
from data.aggregates import load_cells
from data.fluxes import Form, as_typed, luminosity_advice, read_form
from data.presets import Preset, load_presets
from data.results import known_model, table_as_csv
from data.schema import FLUX_NAMES
from model.lines import LINE_NAMES, LINES
from model.portrait import PORTRAIT_WAVELENGTHS, Portrait, portrait
from model.weights import available_models, load_params
from pages import _predict_file  # noqa: F401  # its callbacks are part of this page

dash.register_page(__name__, path="/predict", name="Predict", title="Predict · Galactic Neon", order=1)

START: Final = "Star-forming"
HISTORY: Final = 50

_BINS: Final = {"type": predict.BIN, "index": ALL}


def layout(**_: Any) -> html.Div:
    """Return the page: form and pictures left, the answer right."""
    presets = load_presets()
    opened = as_typed(start(presets).bin_flux)
    return html.Div(
        [
            html.H1("Predict emission lines from a continuum", className="visually-hidden"),
            dcc.Store(id="predict-state", data={"bins": opened, "luminosity": ""}),
            dcc.Store(id="predict-history", data=[]),
            dcc.Store(id="predict-file"),
            dcc.Store(id="predict-rows", data=[]),
            dcc.Store(id="predict-limit", data=uploads.MAX_BYTES),
            dcc.Download(id="predict-download"),
            predict.toolbar(
                [(preset.name, f"{preset.meaning}; mean of {preset.n:,} real galaxies") for preset in presets],
                available_models(),
            ),
            html.Div(
                [
                    html.Div(
                        [
                            predict.form(opened),
                            predict.upload_card(uploads.MAX_BYTES >> 20, uploads.MAX_ROWS),
                            predict.drives_card(),
                        ]
                    ),
                    html.Div([predict.answer(), predict.place_card(map_frame().aspect)]),
                ],
                className="predict-grid",
            ),
        ],
        className="page",
    )


def start(presets: Sequence[Preset]) -> Preset:
    """Return the preset that the page opens with."""
    return next((preset for preset in presets if preset.name == START), presets[0])


@cache
def map_frame() -> Frame:
    """Return what the picture of the map spans."""
    cells = load_cells()
    return frame_around(cells.center, cells.size)


@callback(
    output={
        "marks": Output(_BINS, "error"),
        "luminosity_mark": Output("predict-luminosity", "error"),
        "note": Output("predict-note", "children"),
        "continuum": Output("predict-continuum", "figure"),
        "jacobian": Output("predict-jacobian", "figure"),
        "lines": Output("predict-lines", "children"),
        "variant": Output("predict-variant", "children"),
        "place": Output("predict-place", "children"),
        "state": Output("predict-state", "data"),
        "chosen": Output({"type": predict.PRESET, "index": ALL}, "className"),
    },
    inputs={
        "bins": Input(_BINS, "value"),
        "luminosity": Input("predict-luminosity", "value"),
        "model": Input("predict-model", "value"),
        "line_name": Input("predict-line", "value"),
        "scheme": Input(ids.SCHEME, "computedColorScheme"),
    },
)
def answer(bins: list[str], luminosity: str, model: str, line_name: str, scheme: str | None) -> dict[str, Any]:
    """Predict what is typed; while something cannot be read, mark it and keep the last good answer."""
    form, params = read_form(bins, luminosity), load_params(known_model(model))
    marks = {
        "marks": [bool(problem) for problem in form.bin_problems],
        "luminosity_mark": bool(form.luminosity_problem),
    }
    advice = luminosity_advice(form.log_luminosity)
    if params.luminosity is None and form.log_luminosity is not None:
        form = form._replace(log_luminosity=None)
        advice = "This network has no luminosity variant; it predicts from the colours alone."
    problems = form.problems
    if params.colors is None and form.log_luminosity is None:
        problems = [*problems, "This network needs a log luminosity. Fill it in."]
    if problems:
        return stale(problems) | marks
    galaxy = portrait(params, form.bin_flux, form.log_luminosity)
    state = {"bins": bins, "luminosity": luminosity}
    return (
        drawn(galaxy, form, line_name, scheme_or_dark(scheme)) | marks | remembered(state) | {"note": advised(advice)}
    )


def stale(problems: Sequence[str]) -> dict[str, Any]:
    """Say what is wrong and leave the last good answer as it is."""
    first, *others = problems
    more = f" {len(others)} more to mend." if others else ""
    note = widgets.sentence(f"{first}{more} The answer shown is the last good one.", "bad")
    kept = dict.fromkeys(("continuum", "jacobian", "lines", "variant", "place", "state"), no_update)
    return {"note": note, "chosen": [no_update] * len(load_presets()), **kept}


def advised(advice: str) -> html.Div | None:
    """Return a sentence of advice, if there is any."""
    return widgets.sentence(advice, "warn") if advice else None


def drawn(galaxy: Portrait, form: Form, line_name: str, scheme: Scheme) -> dict[str, Any]:
    """Draw one galaxy's answer."""
    row = LINE_NAMES.index(line_name)
    at = map_frame().share(*map(float, galaxy.place.position))
    size = map_frame().length(*(2 * float(spread) for spread in galaxy.place.spread))
    return {
        "continuum": continuum_figure(form.bin_flux, PORTRAIT_WAVELENGTHS, galaxy.continuum, galaxy.line_flux, scheme),
        "jacobian": jacobian_figure(galaxy.sensitivity[row], LINES[row], scheme),
        "lines": predict.ten_lines(galaxy.prediction),
        "variant": widgets.badge(predict.VARIANTS["colors" if form.log_luminosity is None else "luminosity"]),
        "place": predict.place_marker(*at, *size),
    }


def remembered(state: dict[str, Any]) -> dict[str, Any]:
    """Keep what was answered, and light the preset that it is."""
    presets = (as_typed(preset.bin_flux) for preset in load_presets())
    return {"state": state, "chosen": ["segment segment-on" if one == state["bins"] else "segment" for one in presets]}


@callback(
    Output("predict-map", "figure"),
    Output("predict-map-title", "children"),
    Output("predict-map-top", "children"),
    Input("predict-line", "value"),
    Input(ids.SCHEME, "computedColorScheme"),
)
def draw_map(line_name: str, scheme: str | None) -> tuple[Any, str, str]:
    """Colour the map's cells by the line that is looked at."""
    cells, row = load_cells(), LINE_NAMES.index(line_name)
    ew = cells.ew[:, row]
    figure = map_figure(cells.center, cells.size, ew, map_frame(), scheme_or_dark(scheme))
    return figure, f"median {LINES[row].label} EW of real galaxies", widgets.number(color_top(ew))


@callback(
    Output(_BINS, "value"),
    Output("predict-luminosity", "value"),
    Output("predict-history", "data"),
    Input({"type": predict.PRESET, "index": ALL}, "n_clicks"),
    Input({"type": predict.ROW, "index": ALL}, "n_clicks"),
    Input("predict-reset", "n_clicks"),
    Input("predict-undo", "n_clicks"),
    State("predict-state", "data"),
    State("predict-history", "data"),
    State("predict-rows", "data"),
    prevent_initial_call=True,
)
def fill(
    _presets: list[int], _rows: list[int], _reset: int, _undo: int, state: dict[str, Any], history: list, rows: list
) -> tuple[list[str], str, list]:
    """Fill the form from a preset, a row of the file, the start or the step before; each can be undone."""
    trigger: Any = ctx.triggered_id
    if not ctx.triggered[0]["value"] or (trigger == "predict-undo" and not history):
        raise dash.exceptions.PreventUpdate
    if trigger == "predict-undo":
        return history[-1]["bins"], history[-1]["luminosity"], history[:-1]
    presets = load_presets()
    luminosity = state["luminosity"]
    if trigger == "predict-reset":
        bins, luminosity = as_typed(start(presets).bin_flux), ""
    elif trigger["type"] == predict.PRESET:
        bins = as_typed(presets[trigger["index"]].bin_flux)
    else:
        bins, luminosity = rows[trigger["index"]]["bins"], rows[trigger["index"]]["luminosity"]
    return bins, luminosity, [*history, state][-HISTORY:]


clientside_callback(
    ClientsideFunction("predict", "spread"),
    Output(_BINS, "value", allow_duplicate=True),
    Output("predict-history", "data", allow_duplicate=True),
    Input(_BINS, "value"),
    State("predict-state", "data"),
    State("predict-history", "data"),
    prevent_initial_call=True,
)
clientside_callback(
    "(history) => !history.length",
    Output("predict-undo", "disabled"),
    Input("predict-history", "data"),
)


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input("predict-save", "n_clicks"),
    State("predict-state", "data"),
    State("predict-model", "value"),
    prevent_initial_call=True,
)
def save_typed(_clicks: int, state: dict[str, Any], model: str) -> dict[str, Any]:
    """Send the last good answer as a table of one row."""
    head = [*FLUX_NAMES, "log_luminosity"]
    lines = [",".join(head), ",".join([*map(str.strip, state["bins"]), state["luminosity"].strip()])]
    table = uploads.read("\n".join(lines).encode(), "typed continuum")
    return dcc.send_string(table_as_csv(table, known_model(model)), "galactic_neon_prediction.csv")
