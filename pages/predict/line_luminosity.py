"""Line luminosities, magnitudes, neighbours and outlier score on the Predict page.

The server computes them when a bin is released, not while it is dragged.
"""

from typing import Any

import dash
import numpy as np
from dash import ALL, Input, Output, State, callback, ctx, dcc

from analysis.answers.form import Form
from analysis.answers.upload import known_model
from analysis.emission import synthetic_spectrum
from analysis.emission.line_luminosity import light_of
from analysis.explorer.neighbours import nearest_to
from analysis.outliers.outlier_score import Verdict, judge_lines
from components.predict import line_luminosity, outlier_score, upload
from data import uploads
from data.catalogue.registry import served
from data.catalogue.schema import EW_SUFFIX
from data.errors import UploadError
from model.lines import LINE_NAMES
from model.storage.weights import load_params
from pages.predict.form import Typed, lines_of, read_state, typed
from pages.uploads import plan_of, table_of


@callback(
    Output("predict-light", "children"),
    Output("predict-bands", "children"),
    Output("predict-neighbours", "children"),
    Output("predict-neighbours-title", "children"),
    Output("predict-surprise", "children"),
    Input("predict-state", "data"),
    prevent_initial_call=True,
)
def update_light(state: dict[str, Any] | None) -> tuple[Any, ...]:
    """Update the cards of one galaxy; they keep their content while a field is invalid."""
    given = typed(state)
    form, redshift = read_state(given)
    if form is None:
        raise dash.exceptions.PreventUpdate
    ew = lines_of(load_params(known_model(given.model)), given, form, redshift)
    light = light_of(ew, form.bin_flux, form.log_luminosity, redshift, given.measured)
    neighbours, title = neighbours_of(form)
    return (
        line_luminosity.light_table(light.luminosity, light.flux),
        line_luminosity.bands_table(light.magnitudes),
        neighbours,
        title,
        outlier_score.card(
            given.measured, light.ew[0], light.percentile, given.covered, verdict_of(given, form, redshift)
        ),
    )


def verdict_of(given: Typed, form: Form, redshift: float | None) -> Verdict | None:
    """Return the outlier score of the measured lines; None if no line is covered or the weights cannot tell."""
    params = load_params()
    if given.measured is None or given.covered is None or not given.covered.any() or params.intrinsic is None:
        return None
    known = (form.log_luminosity, redshift)
    luminosity, shift = (None if value is None else np.array([value], np.float32) for value in known)
    return judge_lines(params, form.bin_flux[None], luminosity, shift, given.measured[None], given.covered[None])


def neighbours_of(form: Form) -> tuple[Any, str]:
    """Return a table of the nearest galaxies in the first served catalogue, and its title."""
    catalogue = next(iter(served().values()), None)
    if catalogue is None:
        return None, ""
    near = nearest_to(catalogue, form.bin_flux)
    ew = np.stack([np.asarray(catalogue.column(name + EW_SUFFIX))[near.rows] for name in LINE_NAMES], axis=1)
    neighbours = [
        line_luminosity.Neighbour(catalogue.galaxy(int(row)).target_id, float(distance), values)
        for row, distance, values in zip(near.rows, near.distances, ew, strict=True)
    ]
    return line_luminosity.neighbours_table(neighbours, catalogue.name), f"of {catalogue.title}"


@callback(
    Output("predict-painted", "children"),
    Input("predict-state", "data"),
    prevent_initial_call=True,
)
def describe_continuum(state: dict[str, Any] | None) -> str:
    """Return a sentence on the continuum to which the download adds lines."""
    return line_luminosity.PAINTED["spectrum" if typed(state).spectrum else "bins"]


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input({"type": line_luminosity.SPECTRUM, "format": ALL}, "n_clicks"),
    State("predict-state", "data"),
    State("predict-dispersion", "value"),
    State("predict-fwhm", "value"),
    State({"type": upload.PLAN, "field": ALL}, "value"),
    State({"type": upload.PLAN, "field": ALL}, "id"),
    State("predict-read", "data"),
    prevent_initial_call=True,
)
def save_spectrum(
    clicks: list[int | None],
    state: dict[str, Any],
    dispersion: Any,
    fwhm: Any,
    values: list[str],
    fields: list[dict[str, str]],
    read: dict[str, str] | None,
) -> dict[str, Any]:
    """Send the continuum with the predicted lines added."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    return spectrum_download(state, dispersion, fwhm, trigger["format"], read, plan_of(values, fields))


def spectrum_download(
    state: dict[str, Any],
    dispersion: Any,
    fwhm: Any,
    format: str,
    read: dict[str, str] | None = None,
    plan: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return a spectrum as a download; invalid widths become their defaults, others are clipped to their limits."""
    given = typed(state)
    form, redshift = read_state(given)
    if form is None:
        raise dash.exceptions.PreventUpdate
    model = known_model(given.model)
    ew = lines_of(load_params(model), given, form, redshift)[0].astype(np.float32)
    brush = synthetic_spectrum.LineShape(
        _limited(dispersion, synthetic_spectrum.LineShape().velocity_dispersion, synthetic_spectrum.DISPERSIONS),
        _limited(fwhm, synthetic_spectrum.LineShape().instrument_fwhm, synthetic_spectrum.RESOLUTIONS),
    )
    seen = None
    if given.spectrum and read:
        try:
            seen = uploads.apply_plan(table_of(read), plan).spectrum
        except UploadError as error:
            raise dash.exceptions.PreventUpdate from error
    columns = (
        synthetic_spectrum.spectrum_of_bins(form.bin_flux, ew, brush, redshift)
        if seen is None
        else synthetic_spectrum.spectrum_with_lines(seen, ew, brush)
    )
    content, extension = synthetic_spectrum.as_file(
        columns, brush, given.model if given.own is not None else model, format
    )
    return dcc.send_bytes(content, f"galactic_neon_spectrum{extension}")


def _limited(value: Any, default: float, limits: tuple[float, float]) -> float:
    number = float(value) if isinstance(value, (int, float)) else default
    return min(max(number, limits[0]), limits[1])
