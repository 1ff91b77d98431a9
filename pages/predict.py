"""Predict: twelve numbers or a table of them in, ten emission lines out, live."""

import base64
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import dash
import numpy as np
from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
)

from components import ids, predict, widgets
from components.figures.continuum import continuum_figure
from components.figures.jacobian import jacobian_figure
from components.figures.map_place import Frame, color_top, frame_around, map_figure
from components.theme import scheme_or_dark
from data import uploads
from data.aggregates import load_cells
from data.errors import UploadError
from data.fluxes import luminosity_advice, read_bins, read_typed_luminosity
from data.presets import Preset, load_presets
from data.results import predict_table, write_csv
from data.schema import FLUX_NAMES
from data.uploads import FluxTable
from model.lines import LINE_NAMES, LINES
from model.portrait import PORTRAIT_WAVELENGTHS, Portrait, portrait
from model.weights import DEFAULT, available_models, load_params, load_sidecar

dash.register_page(__name__, path="/predict", name="Predict", title="Predict · Galactic Neon", order=1)

MODEL_TITLES: Final = {DEFAULT: "Galactic Neon", "published": "Khederlarian et al. 2024"}
START: Final = "Star-forming"
SHOWN_ROWS: Final = 50
HISTORY: Final = 50
EXAMPLE: Final = Path(uploads.__file__).parent / "files" / "example_fluxes.csv"

_BINS = {"type": predict.BIN, "index": ALL}


def layout(**_: Any) -> html.Div:
    """Return the page: form and pictures left, the answer right."""
    presets = load_presets()
    opened = typed(start(presets).bin_flux)
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
                [(name, MODEL_TITLES.get(name, name)) for name in available_models()],
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


def typed(bin_flux: Sequence[float]) -> list[str]:
    """Write fluxes as a person would type them: four significant digits."""
    return [f"{float(value):.4g}" for value in bin_flux]


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
    fluxes, problems = read_bins(bins)
    log_luminosity, luminosity_problem = None, ""
    try:
        log_luminosity = read_typed_luminosity(luminosity)
    except UploadError as error:
        luminosity_problem = str(error)
    marks = {"marks": [bool(problem) for problem in problems], "luminosity_mark": bool(luminosity_problem)}
    if fluxes is None or luminosity_problem:
        return stale([*problems, luminosity_problem]) | marks
    params = load_params(model)
    advice = luminosity_advice(log_luminosity)
    if params.luminosity is None and log_luminosity is not None:
        log_luminosity, advice = None, f"{MODEL_TITLES.get(model, model)} predicts from the colours alone."
    if params.colors is None and log_luminosity is None:
        return stale([f"{MODEL_TITLES.get(model, model)} needs a log luminosity. Fill it in."]) | marks
    galaxy = portrait(params, fluxes, log_luminosity)
    state = {"bins": bins, "luminosity": luminosity}
    return drawn(galaxy, fluxes, log_luminosity, line_name, scheme, advice, state) | marks


def stale(problems: Sequence[str]) -> dict[str, Any]:
    """Say what is wrong and leave the last good answer as it is."""
    first, *others = [problem for problem in problems if problem]
    more = f" {len(others)} more to mend." if others else ""
    note = widgets.sentence(f"{first}{more} Shown below is the last answer that had all it needs.", "bad")
    kept = dict.fromkeys(("continuum", "jacobian", "lines", "variant", "place", "state"), no_update)
    return {"note": note, "chosen": [no_update] * len(load_presets()), **kept}


def drawn(
    galaxy: Portrait,
    fluxes: np.ndarray,
    log_luminosity: float | None,
    line_name: str,
    scheme: str | None,
    advice: str,
    state: dict[str, Any],
) -> dict[str, Any]:
    """Draw one galaxy's answer."""
    shown, row = scheme_or_dark(scheme), LINE_NAMES.index(line_name)
    x, y = map_frame().share(*map(float, galaxy.place.position))
    width, height = map_frame().length(*(2 * float(spread) for spread in galaxy.place.spread))
    names = [typed(preset.bin_flux) for preset in load_presets()]
    return {
        "note": widgets.sentence(advice, "warn") if advice else None,
        "continuum": continuum_figure(fluxes, PORTRAIT_WAVELENGTHS, galaxy.continuum, galaxy.line_flux, shown),
        "jacobian": jacobian_figure(galaxy.sensitivity[row], LINES[row], shown),
        "lines": predict.ten_lines(galaxy.prediction),
        "variant": widgets.badge(predict.VARIANTS["colors" if log_luminosity is None else "luminosity"]),
        "place": predict.place_marker(x, y, width, height),
        "state": state,
        "chosen": ["segment segment-on" if name == state["bins"] else "segment" for name in names],
    }


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
    trigger = ctx.triggered_id
    if not ctx.triggered[0]["value"] or (trigger == "predict-undo" and not history):
        raise dash.exceptions.PreventUpdate
    if trigger == "predict-undo":
        return history[-1]["bins"], history[-1]["luminosity"], history[:-1]
    presets = load_presets()
    luminosity = state["luminosity"]
    if trigger == "predict-reset":
        bins, luminosity = typed(start(presets).bin_flux), ""
    elif trigger["type"] == predict.PRESET:
        bins = typed(presets[trigger["index"]].bin_flux)
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
clientside_callback(
    ClientsideFunction("predict", "admit"),
    Output("predict-file", "data"),
    Output("predict-upload", "contents"),
    Input("predict-upload", "contents"),
    State("predict-upload", "filename"),
    State("predict-limit", "data"),
    prevent_initial_call=True,
)


@callback(
    Output("predict-file", "data", allow_duplicate=True),
    Input("predict-try", "n_clicks"),
    prevent_initial_call=True,
)
def try_example(_clicks: int) -> dict[str, Any]:
    """Take the example as if it had been uploaded."""
    content = base64.b64encode(EXAMPLE.read_bytes()).decode()
    return {"name": EXAMPLE.name, "contents": f"data:text/csv;base64,{content}"}


@callback(
    Output("predict-file-result", "children"),
    Output("predict-rows", "data"),
    Output("predict-file-actions", "hidden"),
    Input("predict-file", "data"),
    Input("predict-model", "value"),
    prevent_initial_call=True,
)
def show_file(file: dict[str, Any] | None, model: str) -> tuple[Any, list[dict[str, Any]], bool]:
    """Predict the uploaded table and show its first rows."""
    if not file:
        raise dash.exceptions.PreventUpdate
    try:
        table = uploads.read(*unpack(file))
    except UploadError as error:
        return widgets.sentence(str(error), "bad"), [], True
    prediction, variants = predict_table(load_params(model), table)
    shown = slice(SHOWN_ROWS)
    rows = [
        {"bins": typed(flux), "luminosity": f"{value:.4g}" if np.isfinite(value) else ""}
        for flux, value in zip(table.bin_flux[shown], luminosities(table)[shown], strict=True)
    ]
    parts = predict.file_result(
        file["name"], table.ids, np.asarray(prediction.ew), table.problems, variants, SHOWN_ROWS
    )
    return parts, rows, False


@callback(
    Output("predict-download", "data"),
    Input("predict-file-save", "n_clicks"),
    State("predict-file", "data"),
    State("predict-model", "value"),
    prevent_initial_call=True,
)
def save_file(clicks: int | None, file: dict[str, Any], model: str) -> dict[str, Any]:
    """Predict the posted table once more and send all of it back; nothing was kept."""
    if not clicks:
        raise dash.exceptions.PreventUpdate
    content, name = unpack(file)
    return as_download(uploads.read(content, name), model, f"{Path(name).stem}_predicted.csv")


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
    return as_download(table, model, "galactic_neon_prediction.csv")


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input("predict-example", "n_clicks"),
    prevent_initial_call=True,
)
def save_example(_clicks: int) -> dict[str, Any]:
    """Send the example file."""
    return dcc.send_string(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)


def as_download(table: FluxTable, model: str, name: str) -> dict[str, Any]:
    """Return a table and its predictions as the file that the browser saves."""
    title = f"Predicted by {MODEL_TITLES.get(model, model)}, weights sha256 {load_sidecar(model)['sha256'][:16]}"
    return dcc.send_string(write_csv(table, *predict_table(load_params(model), table), title), name)


def luminosities(table: FluxTable) -> np.ndarray:
    """Return a luminosity per row, NaN where there is none."""
    return np.full(len(table.ids), np.nan) if table.log_luminosity is None else table.log_luminosity


def unpack(file: dict[str, Any]) -> tuple[bytes, str]:
    """Return the bytes and the name of what the browser posted."""
    name = str(file.get("name") or "The file")
    if not file.get("contents"):
        raise UploadError(uploads.too_large(name, int(file.get("bytes") or 0)))
    try:
        return base64.b64decode(file["contents"].partition(",")[2], validate=True), name
    except ValueError as error:
        raise UploadError(f"{name} did not arrive whole. Upload it again.") from error
