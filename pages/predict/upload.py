"""Uploads to the Predict page: reading, inferring a plan, explaining its steps; and example files.

The server keeps nothing. A file is sent and read once: the browser gets the table, signed, and sends it back later.
"""

import base64
from typing import Any, Final

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc

from analysis import isolation
from analysis.isolation import signed_table
from components.predict import upload
from components.widgets import widgets
from data import uploads
from data.errors import UploadError
from data.paths import FILES
from pages.uploads import names_of, plan_of, table_of, unpack

FOLDER: Final = FILES / "examples"
TABLE: Final = "example_fluxes.csv"
REAL: Final = ("coadd-4-80613-thru20210324.fits", "redrock-4-80613-thru20210324.fits")
EXAMPLES: Final = {
    TABLE: "Twelve mock galaxies (CSV)",
    REAL[0]: "A real DESI galaxy: coadd (FITS)",
    REAL[1]: "Its redshift: redrock (FITS)",
}

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
    """Upload an example."""
    if not (table or real):
        raise dash.exceptions.PreventUpdate
    return [example(name) for name in (REAL if ctx.triggered_id == "predict-try-real" else (TABLE,))]


def example(name: str) -> dict[str, Any]:
    """Return an example file as the browser would post it."""
    content = base64.b64encode((FOLDER / name).read_bytes()).decode()
    return {"name": name, "contents": f"data:application/octet-stream;base64,{content}"}


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input({"type": upload.EXAMPLE, "name": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def save_example(clicks: list[int | None]) -> dict[str, Any]:
    """Send an example file."""
    trigger: Any = ctx.triggered_id
    if not any(clicks) or trigger["name"] not in EXAMPLES:
        raise dash.exceptions.PreventUpdate
    return dcc.send_bytes((FOLDER / trigger["name"]).read_bytes(), trigger["name"])


@callback(
    Output("predict-doctor", "children"),
    Output("predict-steps", "children", allow_duplicate=True),
    Output("predict-go-box", "hidden"),
    Output("predict-result", "hidden"),
    Output("predict-read", "data"),
    Input("predict-file", "data"),
    prevent_initial_call=True,
)
def diagnose(files: list[dict[str, Any]] | None) -> tuple[Any, Any, bool, bool, dict[str, str] | None]:
    """Read the upload and show what it seems to contain, before it is predicted."""
    if not files:
        raise dash.exceptions.PreventUpdate
    try:
        raw = isolation.read_upload(unpack(files))
        guesses = uploads.infer_plan(raw)
        read = {"name": names_of(files), "table": signed_table.encode(raw)}
    except UploadError as error:
        return widgets.sentence(str(error), "bad"), None, True, True, None
    return upload.doctor(names_of(files), raw.form, guesses), messages(raw, {}), False, True, read


@callback(
    Output("predict-steps", "children"),
    Input({"type": upload.PLAN, "field": ALL}, "value"),
    State({"type": upload.PLAN, "field": ALL}, "id"),
    State("predict-read", "data"),
    prevent_initial_call=True,
)
def preview(values: list[str], fields: list[dict[str, str]], read: dict[str, str] | None) -> Any:
    """Show the steps again after a change of the plan."""
    try:
        return messages(table_of(read), plan_of(values, fields))
    except UploadError as error:
        return widgets.sentence(str(error), "warn")


def messages(raw: uploads.RawTable, plan: dict[str, str]) -> Any:
    """Return the list of steps of a plan, or why the upload cannot be used."""
    try:
        return upload.steps_list(uploads.apply_plan(raw, plan).steps)
    except UploadError as error:
        return widgets.sentence(str(error), "warn")
