"""The uploaded table of the Predict page: read, predicted, shown and sent back, kept nowhere."""

import base64
from pathlib import Path
from typing import Any, Final

import dash
import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc

from components import predict_upload, widgets
from data import uploads
from data.errors import UploadError
from data.fluxes import as_typed
from data.results import known_model, predict_table, table_as_csv
from data.uploads import FluxTable
from model.weights import load_params

SHOWN_ROWS: Final = 50
EXAMPLE: Final = Path(uploads.__file__).parent / "files" / "example_fluxes.csv"

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
def try_example(_clicks: int) -> list[dict[str, Any]]:
    """Take the example as if it had been uploaded."""
    content = base64.b64encode(EXAMPLE.read_bytes()).decode()
    return [{"name": EXAMPLE.name, "contents": f"data:text/csv;base64,{content}"}]


@callback(
    Output("predict-file-result", "children"),
    Output("predict-rows", "data"),
    Output("predict-file-actions", "hidden"),
    Input("predict-file", "data"),
    Input("predict-model", "value"),
    prevent_initial_call=True,
)
def show_file(files: list[dict[str, Any]] | None, model: str) -> tuple[Any, list[dict[str, Any]], bool]:
    """Predict the uploaded table and show its first rows."""
    if not files:
        raise dash.exceptions.PreventUpdate
    file = files[0]
    try:
        table = uploads.read(*unpack(file))
    except UploadError as error:
        return widgets.sentence(str(error), "bad"), [], True
    prediction, variants = predict_table(load_params(known_model(model)), table)
    shown = slice(SHOWN_ROWS)
    rows = [
        {"bins": as_typed(flux), "luminosity": f"{value:.4g}" if np.isfinite(value) else ""}
        for flux, value in zip(table.bin_flux[shown], luminosities(table)[shown], strict=True)
    ]
    parts = predict_upload.file_result(
        file["name"], table.ids, np.asarray(prediction.ew), table.problems, variants, SHOWN_ROWS
    )
    return parts, rows, False


@callback(
    Output("predict-row", "data"),
    Input({"type": predict_upload.ROW, "index": ALL}, "n_clicks"),
    State("predict-rows", "data"),
    prevent_initial_call=True,
)
def open_row(clicks: list[int | None], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw the row whose name was clicked."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    return rows[trigger["index"]]


@callback(
    Output("predict-download", "data"),
    Input("predict-file-save", "n_clicks"),
    State("predict-file", "data"),
    State("predict-model", "value"),
    prevent_initial_call=True,
)
def save_file(clicks: int | None, files: list[dict[str, Any]], model: str) -> dict[str, Any]:
    """Predict the posted table once more and send all of it back; nothing was kept."""
    if not clicks:
        raise dash.exceptions.PreventUpdate
    content, name = unpack(files[0])
    saved = table_as_csv(uploads.read(content, name), known_model(model))
    return dcc.send_string(saved, f"{Path(name).stem}_predicted.csv")


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input("predict-example", "n_clicks"),
    prevent_initial_call=True,
)
def save_example(_clicks: int) -> dict[str, Any]:
    """Send the example file."""
    return dcc.send_string(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)


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
