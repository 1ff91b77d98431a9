"""Predictions for an uploaded table or spectrum on the Predict page. The server does not keep uploads."""

from pathlib import Path
from typing import Any, cast

import dash
import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc

from analysis.answers import grid
from analysis.answers import upload as results
from analysis.answers.answer import PARTS, AnswerNoise, Part, PredictOptions, PredictOutput, answer
from analysis.answers.measured import Measured, measured_lines, scores
from analysis.emission.magnitude_file import magnitudes_as_file
from analysis.emission.synthetic_spectrum import thinned
from components.predict import upload
from components.predict.predicted_lines import NOISES
from components.widgets import widgets
from data import uploads
from data.catalogue.schema import MOCK_PREFIX
from data.errors import CatalogueError, UploadError
from model.lines import LINE_COUNT, LINES
from model.predictions.params import Params
from model.storage.weights import DEFAULT, load_params
from pages.predict.user_weights import OWN, network_input, read_network_output
from pages.uploads import name_of, plan_of, table_of

clientside_callback(ClientsideFunction("predict", "others"), Input("predict-others", "data"))
clientside_callback(
    ClientsideFunction("predictTable", "show"),
    Output("predict-table", "children"),
    Input("predict-rows", "data"),
    State("predict-manifest", "data"),
    prevent_initial_call=True,
)


RESULT_OUTPUTS = [
    Output("predict-file-result", "children", allow_duplicate=True),
    Output("predict-file-name", "children", allow_duplicate=True),
    Output("predict-result", "hidden", allow_duplicate=True),
    Output("predict-rows", "data", allow_duplicate=True),
    Output("predict-row", "data", allow_duplicate=True),
    Output("predict-others", "data", allow_duplicate=True),
    Output("predict-steps", "children", allow_duplicate=True),
]
# For a visitor's own network, `predict_upload` sends the table to the browser, which predicts it and posts the result
# to `receive_predictions`.
clientside_callback(ClientsideFunction("predict", "table"), Input("predict-asked", "data"))


@callback(
    *RESULT_OUTPUTS,
    Output("predict-asked", "data"),
    Output("predict-own", "data"),
    Input("predict-go", "n_clicks"),
    State({"type": upload.PLAN, "field": ALL}, "value"),
    State({"type": upload.PLAN, "field": ALL}, "id"),
    State("predict-read", "data"),
    State("predict-model", "value"),
    prevent_initial_call=True,
)
def predict_upload(
    clicks: int | None, values: list[str], fields: list[dict[str, str]], read: dict[str, str] | None, model: str
) -> tuple[Any, ...]:
    """Predict the upload by its plan, and open its first usable galaxy in the form."""
    if not clicks:
        raise dash.exceptions.PreventUpdate
    try:
        outcome = uploads.apply_plan(table_of(read), plan_of(values, fields))
        if len(outcome.table.ids) > 1 and model == OWN:
            words = f"Your network is predicting {len(outcome.table.ids):,} galaxies in this browser ..."
            return *message_alone(words, "good"), network_input(outcome.table), None
    except UploadError as error:
        return *message_alone(str(error)), None, None
    return *predictions(outcome, results.known_model(model), name_of(read)), None, None


@callback(
    *RESULT_OUTPUTS,
    Input("predict-own", "data"),
    State({"type": upload.PLAN, "field": ALL}, "value"),
    State({"type": upload.PLAN, "field": ALL}, "id"),
    State("predict-read", "data"),
    prevent_initial_call=True,
)
def receive_predictions(
    own: dict[str, Any] | None, values: list[str], fields: list[dict[str, str]], read: dict[str, str] | None
) -> tuple[Any, ...]:
    """Show the predictions of the visitor's network for the upload."""
    if not own:
        raise dash.exceptions.PreventUpdate
    try:
        outcome = uploads.apply_plan(table_of(read), plan_of(values, fields))
    except UploadError as error:
        return message_alone(str(error))
    return predictions(outcome, DEFAULT, name_of(read), read_network_output(own, len(outcome.table.ids)))


def predictions(
    outcome: uploads.UploadResult, model: str, name: str, own: results.UserWeights | None = None
) -> tuple[Any, ...]:
    """Return `RESULT_OUTPUTS` for an upload."""
    params = load_params(model)
    if len(outcome.table.ids) == 1:
        return single_galaxy(outcome, params, model)
    found, measured = results.answer_table(params, outcome.table, own=own), measured_lines(outcome.table)
    rows = grid.rows_of_grid(outcome.table, found, measured, model if own is None else None)
    first, steps = first_usable(rows, outcome), upload.steps_list(outcome.steps)
    rows["histograms"] = grid.histograms(np.asarray(found.catalogued.ew), measured.ew if measured else None)
    others = grid.places_of(params, outcome.table, found)
    return summary(outcome.table, found, measured, own is None), name, False, rows, first, others, steps


def single_galaxy(outcome: uploads.UploadResult, params: Params, model: str) -> tuple[Any, ...]:
    """Return `RESULT_OUTPUTS` for a single galaxy, which opens in the form.

    The browser predicts it, unless bins are noisy or missing, of which its networks know nothing.
    """
    uncertain = outcome.table.bin_flux_ivar is not None
    parts = PARTS if uncertain else frozenset[Part]({"domain"})
    judged = answer(results.rows_of(outcome.table), PredictOptions(params, fill_missing=True, parts=parts))
    measured = measured_lines(outcome.table)
    row = first_usable(grid.rows_of_grid(outcome.table, judged, measured, model if uncertain else None), outcome)
    reason = judged.domain.reason[0] if judged.domain else ""
    notes = [
        upload.steps_list(outcome.steps),
        *([widgets.sentence(reason, "warn")] if reason else []),
        widgets.sentence(f"The prediction is shown in the {LINE_COUNT} lines.", "good"),
    ]
    return [], "", True, None, row, None, notes


def message_alone(sentence: str, tone: widgets.Tone = "bad") -> tuple[Any, ...]:
    """Return `RESULT_OUTPUTS` that show a sentence and no predictions."""
    return dash.no_update, dash.no_update, True, None, None, None, widgets.sentence(sentence, tone)


def first_usable(rows: dict[str, Any], outcome: uploads.UploadResult) -> dict[str, Any] | None:
    """Return the first galaxy without a problem as data for the form, with the spectrum if the upload is one."""
    first = next((row for row, problem in enumerate(rows["problem"]) if not problem), None)
    if first is None:
        return None
    kept = ("name", "bins", "luminosity", "redshift", "measured", "ivar", "covered", "answer")
    row = {name: rows[name][first] for name in kept if name in rows}
    return row if outcome.spectrum is None else row | {"seen": thinned(outcome.spectrum)}


def summary(
    table: uploads.FluxTable, found: PredictOutput, measured: Measured | None, judged: bool = True
) -> list[Any]:
    """Return the summary above the grid: counts, scores of measured lines, and notes."""
    parts = upload.summary(len(table.ids), found.problems, grid.SHOWN_ROWS)
    if table.expected_ew_halpha is not None and found.intrinsic is not None:
        parts.append(upload.anchored_switch())
    if measured is None:
        return parts
    labels = {line.name: line.label for line in LINES}
    if scored := scores(measured, found.catalogued):
        rows = [(labels[name], one.n, one.spearman, one.nmad) for name, one in scored.items()]
        parts.append(upload.scores(rows, is_mock=any(name.startswith(MOCK_PREFIX) for name in table.ids)))
    if found.surprise is None and judged:
        parts.append(upload.not_judged(results.JUDGED))
    return parts


@callback(
    Output("predict-download", "data"),
    Output("predict-file-note", "children"),
    Input({"type": "predict-file-save", "format": ALL}, "n_clicks"),
    State({"type": upload.PLAN, "field": ALL}, "value"),
    State({"type": upload.PLAN, "field": ALL}, "id"),
    State("predict-read", "data"),
    State("predict-model", "value"),
    State("predict-noise", "value"),
    State("predict-next", "n_clicks"),
    State("predict-own", "data"),
    State({"type": upload.ANCHORED, "place": ALL}, "checked"),
    prevent_initial_call=True,
)
def save_file(
    clicks: list[int | None],
    values: list[str],
    fields: list[dict[str, str]],
    read: dict[str, str] | None,
    model: str,
    noise: str,
    realisation: int | None,
    own: dict[str, Any] | None = None,
    anchored: list[bool] | None = None,
) -> tuple[Any, Any]:
    """Predict all rows of the upload again and send them as a file."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    if model == OWN and not own:
        return dash.no_update, widgets.sentence(
            "Press Predict again: your network has not been applied to this file yet.", "bad"
        )
    first = name_of(read).partition(" + ")[0]
    stem = f"{Path(first).stem}_predicted"
    try:
        outcome = uploads.apply_plan(table_of(read), plan_of(values, fields))
        answers = read_network_output(own, len(outcome.table.ids)) if model == OWN else None
        name = OWN if answers else results.known_model(model)
        given = any(anchored or [])
        return download(outcome.table, name, trigger["format"], stem, noise, realisation, answers, given), None
    except (UploadError, CatalogueError) as error:
        return dash.no_update, widgets.sentence(str(error), "bad")


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Output("predict-file-note", "children", allow_duplicate=True),
    Input({"type": upload.MAGNITUDES, "format": ALL}, "n_clicks"),
    State({"type": upload.PLAN, "field": ALL}, "value"),
    State({"type": upload.PLAN, "field": ALL}, "id"),
    State("predict-read", "data"),
    State("predict-model", "value"),
    State("predict-next", "n_clicks"),
    prevent_initial_call=True,
)
def save_magnitudes(
    clicks: list[int | None],
    values: list[str],
    fields: list[dict[str, str]],
    read: dict[str, str] | None,
    model: str,
    realisation: int | None,
) -> tuple[Any, Any]:
    """Send what the lines of the upload change in magnitudes."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    if model == OWN:
        words = "Your weights give no draws of the lines together. Choose one of the other networks for magnitudes."
        return dash.no_update, widgets.sentence(words, "warn")
    stem = f"{Path(name_of(read).partition(' + ')[0]).stem}_magnitudes"
    try:
        table = uploads.apply_plan(table_of(read), plan_of(values, fields)).table
        known = results.known_model(model)
        content, extension = magnitudes_as_file(table, known, trigger["format"], seed_of(realisation))
    except (UploadError, CatalogueError) as error:
        return dash.no_update, widgets.sentence(str(error), "bad")
    return dcc.send_bytes(content, f"{stem}{extension}"), None


def download(
    table: uploads.FluxTable,
    model: str,
    form: str,
    stem: str,
    noise: str = "none",
    realisation: Any = None,
    own: results.UserWeights | None = None,
    anchored: bool = False,
) -> dict[str, Any]:
    """Return a table with its predictions as a download."""
    wanted = cast("AnswerNoise", noise if noise in NOISES else "none")
    content, extension = results.answers_as_file(table, model, form, wanted, seed_of(realisation), own, anchored)
    return dcc.send_bytes(content, f"{stem}{extension}")


def seed_of(realisation: Any) -> int:
    """Return the number of a realisation as seed; 0 if it is not a number below 2**31."""
    return realisation if isinstance(realisation, int) and 0 <= realisation < 2**31 else 0
