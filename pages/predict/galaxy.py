"""The one galaxy of the Predict page: errors in its form, a realisation of its lines, and its download."""

from typing import Any, cast

import dash
import numpy as np
from dash import ALL, Input, Output, State, callback, ctx, html

from analysis.answers import upload
from analysis.answers.answer import AnswerNoise
from analysis.answers.form import luminosity_advice, read_form
from analysis.answers.galaxy import draw_lines
from analysis.answers.upload import known_model
from components.widgets import widgets
from data import uploads
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.errors import CatalogueError, UploadError
from data.uploads.readers.numbers import read_redshift
from model.features import VARIANTS
from model.lines import LINE_NAMES
from model.storage.weights import load_params
from pages.predict.form import Typed, lines_of, read_state, typed
from pages.predict.table import download, seed_of
from pages.predict.user_weights import OWN

FILE = "galactic_neon_prediction"


@callback(Output("predict-note", "children"), Input("predict-state", "data"), prevent_initial_call=True)
def note(state: dict[str, Any]) -> Any:
    """Show the first error in the form, or else a warning about its luminosity."""
    given = typed(state)
    form = read_form(given.bins, given.luminosity)
    problems = form.problems
    try:
        if given.redshift.strip():
            read_redshift(given.redshift, "redshift")
    except UploadError as error:
        problems = [*problems, str(error)]
    if problems:
        first, *others = problems
        more = f" Other values to correct: {len(others)}." if others else ""
        return widgets.sentence(f"{first}{more} The page shows the last valid prediction.", "bad")
    advice = luminosity_advice(form.log_luminosity)
    return widgets.sentence(advice, "warn") if advice else None


@callback(
    Output("predict-drawn", "data"),
    Output("predict-noise-note", "children"),
    Input("predict-state", "data"),
    Input("predict-noise", "value"),
    Input("predict-next", "n_clicks"),
    prevent_initial_call=True,
)
def draw(
    state: dict[str, Any] | None, noise: str, realisation: int | None
) -> tuple[list[float | None] | None, html.Div | None]:
    """Draw one realisation of the lines, whose number is the seed, or show why there is none."""
    if not state or noise not in ("published", "intrinsic", "observed"):
        return None, None
    given = typed(state)
    form, redshift = read_state(given)
    if form is None:
        return None, None
    if given.own is not None and noise != "published":
        return None, widgets.sentence(
            "Your weights give each line’s median and interval, but not how the lines vary together, so only "
            "published noise can be added to them.",
            "warn",
        )
    params = load_params(known_model(given.model))
    ew = lines_of(params, given, form, redshift)[0] if noise == "published" else None
    try:
        return draw_lines(
            params, form, cast("AnswerNoise", noise), seed_of(realisation), redshift, ew, given.ivar
        ), None
    except CatalogueError as error:
        return None, widgets.sentence(str(error), "warn")


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input({"type": "predict-save", "format": ALL}, "n_clicks"),
    State("predict-state", "data"),
    State("predict-noise", "value"),
    State("predict-next", "n_clicks"),
    prevent_initial_call=True,
)
def save_typed(clicks: list[int | None], state: dict[str, Any], noise: str, realisation: int | None) -> dict[str, Any]:
    """Send the galaxy and its predictions as a table of one row, with the realisation that is shown."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    return as_file(typed(state), trigger["format"], noise, realisation)


def as_file(given: Typed, form: str, noise: str, realisation: Any) -> dict[str, Any]:
    """Return one galaxy's predictions as a download, without a realisation if none can be drawn."""
    try:
        table = uploads.read(as_csv(given), "typed continuum")
    except UploadError as error:
        raise dash.exceptions.PreventUpdate from error
    own = upload.UserWeights(given.own[:, None].astype(np.float32), VARIANTS) if given.own is not None else None
    model = OWN if own else known_model(given.model)
    try:
        return download(table, model, form, FILE, noise, realisation, own)
    except CatalogueError:
        return download(table, model, form, FILE, own=own)


def as_csv(given: Typed) -> bytes:
    """Return the form and its measured lines as a CSV table of one row."""
    cells = dict(zip(FLUX_NAMES, given.bins, strict=True))
    cells |= {"log_luminosity": given.luminosity, "redshift": given.redshift}
    for values, suffix in ((given.measured, EW_SUFFIX), (given.ivar, IVAR_SUFFIX)):
        if values is not None:
            known = [f"{value:.7g}" if np.isfinite(value) else "" for value in values]
            cells |= dict(zip([name + suffix for name in LINE_NAMES], known, strict=True))
    return "\n".join([",".join(cells), ",".join(map(str.strip, cells.values()))]).encode()
