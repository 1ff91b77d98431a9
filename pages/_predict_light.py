"""One galaxy's light on the Predict page: filled by the server once the hand rests."""

from typing import Any, Final

import dash
import numpy as np
from dash import ALL, Input, Output, State, callback, ctx, dcc

from components import predict_light, widgets
from data.errors import UploadError
from data.fluxes import Form, read_form, read_redshift
from data.light import DISPERSIONS, RESOLUTIONS, light_of, painted_file
from data.neighbours import nearest_to
from data.results import known_model
from data.schema import EW_SUFFIX
from data.store import served
from model.lines import LINE_NAMES, LINES
from model.weights import available_models, load_params
from pages._predict_state import Typed, typed

MAX_EW: Final = 1e6
"""Beyond it a measured EW [Å] is none."""


@callback(
    Output("predict-light", "children"),
    Output("predict-bands", "children"),
    Output("predict-kin", "children"),
    Output("predict-kin-title", "children"),
    Output("predict-surprise", "children"),
    Input("predict-state", "data"),
    prevent_initial_call=True,
)
def shine(state: dict[str, Any] | None) -> tuple[Any, ...]:
    """Say what the lines are as light; the last good answer stays while a field cannot be read."""
    given = typed(state)
    form, redshift = read_state(given)
    if form is None:
        raise dash.exceptions.PreventUpdate
    kin, title = kin_of(form)
    if given.model not in available_models():
        note = widgets.sentence("Your weights stay in this page: light and magnitudes need a network of the server.")
        return note, None, kin, title, None
    measured = read_measured(given.measured)
    light = light_of(load_params(given.model), form.bin_flux, form.log_luminosity, redshift, measured)
    return (
        predict_light.light_table(light.luminosity, light.flux),
        predict_light.bands_table(light.magnitudes),
        kin,
        title,
        predict_light.surprise(measured, light.ew[0], light.percentile),
    )


def read_state(given: Typed) -> tuple[Form | None, float | None]:
    """Return the form and the redshift of a page, None where they cannot be used."""
    form = read_form(given.bins, given.luminosity)
    try:
        redshift = read_redshift(given.redshift, "redshift") if given.redshift.strip() else None
    except UploadError:
        return None, None
    return (None if form.problems else form), redshift


def read_measured(values: list[Any] | None) -> np.ndarray | None:
    """Return the EWs that came along with a row [Å], None where there are none."""
    if values is None or len(values) != len(LINES):
        return None
    known = [value if isinstance(value, (int, float)) and abs(value) < MAX_EW else np.nan for value in values]
    return np.array(known, float)


def kin_of(form: Form) -> tuple[Any, str]:
    """Return the nearest galaxies of the first catalogue that is served."""
    catalogue = next(iter(served().values()), None)
    if catalogue is None:
        return None, ""
    near = nearest_to(catalogue, form.bin_flux)
    ew = np.stack([np.asarray(catalogue.column(name + EW_SUFFIX))[near.rows] for name in LINE_NAMES], axis=1)
    kin = [
        predict_light.Kin(catalogue.galaxy(int(row)).target_id, float(away), values)
        for row, away, values in zip(near.rows, near.distances, ew, strict=True)
    ]
    return predict_light.kin_table(kin, catalogue.name), f"of {catalogue.title}"


@callback(
    Output("predict-download", "data", allow_duplicate=True),
    Input({"type": predict_light.SPECTRUM, "format": ALL}, "n_clicks"),
    State("predict-state", "data"),
    State("predict-dispersion", "value"),
    State("predict-fwhm", "value"),
    prevent_initial_call=True,
)
def save_spectrum(clicks: list[int | None], state: dict[str, Any], dispersion: Any, fwhm: Any) -> dict[str, Any]:
    """Send the continuum with its lines painted on."""
    trigger: Any = ctx.triggered_id
    if not any(clicks):
        raise dash.exceptions.PreventUpdate
    return painted(state, dispersion, fwhm, trigger["format"])


def painted(state: dict[str, Any], dispersion: Any, fwhm: Any, format: str) -> dict[str, Any]:
    """Return a spectrum as a download; what the fields cannot mean falls back to their nearest limit."""
    given = typed(state)
    form, redshift = read_state(given)
    if form is None:
        raise dash.exceptions.PreventUpdate
    model = known_model(given.model)
    light = light_of(load_params(model), form.bin_flux, form.log_luminosity, redshift)
    content, extension = painted_file(
        form.bin_flux,
        light.ew[0],
        velocity_dispersion=_limited(dispersion, 120.0, DISPERSIONS),
        instrument_fwhm=_limited(fwhm, 0.0, RESOLUTIONS),
        redshift=redshift,
        model=model,
        format=format,
    )
    return dcc.send_bytes(content, f"galactic_neon_spectrum{extension}")


def _limited(value: Any, default: float, limits: tuple[float, float]) -> float:
    number = float(value) if isinstance(value, (int, float)) else default
    return min(max(number, limits[0]), limits[1])
