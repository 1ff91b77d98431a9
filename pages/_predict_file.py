"""Uploads of the Predict page: read, shown, predicted on demand and sent back; kept nowhere."""

import base64
from pathlib import Path
from typing import Any, Final

import dash
import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc

import data
from components import predict_upload, widgets
from data import results, uploads
from data.answers import Answers
from data.errors import UploadError
from data.fluxes import as_typed
from data.measured import Measured, measured_lines, scores
from model.lines import LINES
from model.weights import load_params

SHOWN_ROWS: Final = 50
SHOWN_POINTS: Final = 2000
"""Galaxies of a table on the map and in the diagrams."""
LONGEST_NAME: Final = 120
"""Characters of a file's name, for sentences."""
FOLDER: Final = Path(data.__file__).parent / "files" / "examples"
TABLE: Final = "example_fluxes.csv"
REAL: Final = ("coadd-4-80613-thru20210324.fits", "redrock-4-80613-thru20210324.fits")
EXAMPLES: Final = {
    TABLE: "Twelve mock galaxies (CSV)",
    REAL[0]: "A real DESI galaxy: coadd (FITS)",
    REAL[1]: "Its redshift: redrock (FITS)",
}

clientside_callback(ClientsideFunction("predict", "others"), Input("predict-others", "data"))
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
    Input("predict-try-real", "n_clicks"),
    prevent_initial_call=True,
)
def try_example(table: int | None, real: int | None) -> list[dict[str, Any]]:
    """Take an example as if it had been uploaded."""
    if not (table or real):
        raise dash.exceptions.PreventUpdate
    return [example(name) for name in (REAL if ctx.triggered_id == "predict-try-real" else (TABLE,))]


def example(name: str) -> dict[str, Any]:
    """Return an example file as the browser would post it."""
    content = base64.b64encode((FOLDER / name).read_bytes()).decode()
    return {"name": name, "contents": f"data:application/octet-stream;base64,{content}"}


@callback(
    Output("predict-doctor", "children"),
    Output("predict-steps", "children", allow_duplicate=True),
    Output("predict-go-box", "hidden"),
    Output("predict-result", "hidden"),
    Input("predict-file", "data"),
    prevent_initial_call=True,
)
def diagnose(files: list[dict[str, Any]] | None) -> tuple[Any, Any, bool, bool]:
    """Say what the file seems to hold, before anything is predicted."""
    if not files:
        raise dash.exceptions.PreventUpdate
    try:
        raw = uploads.open_files(unpack(files))
        guesses = uploads.propose(raw)
    except UploadError as error:
        return widgets.sentence(str(error), "bad"), None, True, True
    return predict_upload.doctor(names_of(files), raw.form, guesses), said(files, {}), False, True


@callback(
    Output("predict-steps", "children"),
    Input({"type": predict_upload.PLAN, "field": ALL}, "value"),
    State({"type": predict_upload.PLAN, "field": ALL}, "id"),
    State("predict-file", "data"),
    prevent_initial_call=True,
)
def preview(values: list[str], fields: list[dict[str, str]], files: list[dict[str, Any]]) -> Any:
    """Say anew what will be done when a guess was changed."""
    return said(files, chosen(values, fields))


def said(files: list[dict[str, Any]], plan: dict[str, str]) -> Any:
    """Return what will be done with a file, or why it cannot be."""
    try:
        return predict_upload.steps_list(uploads.carry_out(uploads.open_files(unpack(files)), plan).steps)
    except UploadError as error:
        return widgets.sentence(str(error), "warn")


@callback(
    Output("predict-file-result", "children"),
    Output("predict-file-name", "children"),
    Output("predict-result", "hidden", allow_duplicate=True),
    Output("predict-rows", "data"),
    Output("predict-row", "data"),
    Output("predict-others", "data"),
    Output("predict-steps", "children", allow_duplicate=True),
    Input("predict-go", "n_clicks"),
    State({"type": predict_upload.PLAN, "field": ALL}, "value"),
    State({"type": predict_upload.PLAN, "field": ALL}, "id"),
    State("predict-file", "data"),
    State("predict-model", "value"),
    prevent_initial_call=True,
)
def go(
    clicks: int | None, values: list[str], fields: list[dict[str, str]], files: list[dict[str, Any]], model: str
) -> tuple[Any, ...]:
    """Predict the file as planned; its first galaxy that can be used is drawn."""
    if not clicks:
        raise dash.exceptions.PreventUpdate
    try:
        outcome = uploads.carry_out(uploads.open_files(unpack(files)), chosen(values, fields))
    except UploadError as error:
        return dash.no_update, dash.no_update, True, [], None, None, widgets.sentence(str(error), "bad")
    params = load_params(results.known_model(model))
    found = results.answer_table(params, outcome.table)
    verdicts, measured = found.domain, measured_lines(outcome.table)
    rows = opened_rows(outcome.table, found, measured)
    first = next((row for row, problem in zip(rows, found.problems, strict=False) if not problem), None)
    steps = predict_upload.steps_list(outcome.steps)
    if len(outcome.table.ids) == 1:
        reasons = [widgets.sentence(verdicts.reason[0], "warn")] if verdicts and verdicts.reason[0] else []
        return (
            [],
            "",
            True,
            rows,
            first,
            None,
            [steps, *reasons, widgets.sentence("Predicted: see the ten lines.", "good")],
        )
    shown = slice(SHOWN_ROWS)
    table = predict_upload.file_table(
        outcome.table.ids[shown],
        np.asarray(found.catalogued.ew)[shown],
        found.problems[shown],
        found.variants[shown],
        verdicts.verdict[shown] if verdicts else [""] * SHOWN_ROWS,
    )
    parts = predict_upload.summary(len(outcome.table.ids), found.problems, SHOWN_ROWS)
    if measured and (scored := scores(measured, found.catalogued)):
        labels = {line.name: line.label for line in LINES}
        parts.append(
            predict_upload.scores([(labels[name], one.n, one.spearman, one.nmad) for name, one in scored.items()])
        )
    others = results.places_of(params, outcome.table, found, SHOWN_POINTS)
    return [*parts, table], names_of(files), False, rows, first, others, steps


def opened_rows(table: uploads.FluxTable, found: Answers, measured: Measured | None) -> list[dict[str, Any]]:
    """Return the first rows as the form takes them."""
    nothing = np.full(len(table.ids), np.nan)
    luminosity = nothing if table.log_luminosity is None else table.log_luminosity
    redshift = nothing if table.redshift is None else table.redshift
    return [
        {
            "name": table.ids[row],
            "bins": as_typed(table.bin_flux[row]),
            "luminosity": f"{luminosity[row]:.4g}" if np.isfinite(luminosity[row]) else "",
            "redshift": f"{redshift[row]:.5g}" if np.isfinite(redshift[row]) else "",
            "variant": "luminosity" if found.variants[row] == "luminosity" else "colors",
            "measured": None if measured is None else [float(x) if np.isfinite(x) else None for x in measured.ew[row]],
        }
        for row in range(min(SHOWN_ROWS, len(table.ids)))
    ]


@callback(
    Output("predict-row", "data", allow_duplicate=True),
    Input({"type": predict_upload.ROW, "index": ALL}, "n_clicks"),
    State("predict-rows", "data"),
    prevent_initial_call=True,
)
def open_row(clicks: list[int | None], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw the row whose name was clicked."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    try:
        return rows[trigger["index"]]
    except (KeyError, IndexError, TypeError) as error:
        raise dash.exceptions.PreventUpdate from error


@callback(
    Output("predict-download", "data"),
    Input({"type": "predict-file-save", "format": ALL}, "n_clicks"),
    State({"type": predict_upload.PLAN, "field": ALL}, "value"),
    State({"type": predict_upload.PLAN, "field": ALL}, "id"),
    State("predict-file", "data"),
    State("predict-model", "value"),
    prevent_initial_call=True,
)
def save_file(
    clicks: list[int | None],
    values: list[str],
    fields: list[dict[str, str]],
    files: list[dict[str, Any]],
    model: str,
) -> dict[str, Any]:
    """Predict the posted file once more and send all of it back; nothing was kept."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    try:
        outcome = uploads.carry_out(uploads.open_files(unpack(files)), chosen(values, fields))
    except UploadError as error:
        raise dash.exceptions.PreventUpdate from error
    stem = Path(names_of(files[:1])).stem
    return saved(outcome.table, results.known_model(model), trigger["format"], f"{stem}_predicted")


def saved(table: uploads.FluxTable, model: str, form: str, stem: str) -> dict[str, Any]:
    """Return a table's predictions as a download in one of the formats."""
    content, extension = results.answers_as_file(table, model, form)
    return dcc.send_bytes(content, f"{stem}{extension}")


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input({"type": predict_upload.EXAMPLE, "name": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def save_example(clicks: list[int | None]) -> dict[str, Any]:
    """Send an example file."""
    trigger: Any = ctx.triggered_id
    if not any(clicks) or trigger["name"] not in EXAMPLES:
        raise dash.exceptions.PreventUpdate
    return dcc.send_bytes((FOLDER / trigger["name"]).read_bytes(), trigger["name"])


def chosen(values: list[str], fields: list[dict[str, str]]) -> dict[str, str]:
    """Return what the doctor's controls say, by field."""
    pairs = zip(fields or [], values or [], strict=False)
    return {str(field.get("field")): str(value or "") for field, value in pairs if isinstance(field, dict)}


def names_of(files: list[dict[str, Any]]) -> str:
    """Return the files' names as one phrase."""
    return " + ".join(str(file.get("name"))[:LONGEST_NAME] for file in files)


def unpack(files: list[dict[str, Any]]) -> list[tuple[bytes, str]]:
    """Return the bytes and the names of what the browser posted."""
    if not isinstance(files, list):
        raise dash.exceptions.PreventUpdate
    unpacked = []
    for file in files[:3]:
        about = file if isinstance(file, dict) else {}
        name = str(about.get("name") or "The file")[:LONGEST_NAME]
        contents, size = about.get("contents"), about.get("bytes")
        if contents is None and isinstance(size, int):
            raise UploadError(uploads.too_large(name, size))
        try:
            unpacked.append((base64.b64decode(str(contents).partition(",")[2], validate=True), name))
        except ValueError as error:
            raise UploadError(f"{name} did not arrive whole. Upload it again.") from error
    return unpacked
