"""What the Predict page's browser sends, checked: anybody may call a callback with anything."""

from typing import Any, Final, NamedTuple

import numpy as np
from dash.exceptions import PreventUpdate
from jaxtyping import Bool, Float

from analysis.answers.form import Form, read_form
from analysis.answers.galaxy import predict_lines
from data.catalogue.schema import FLUX_NAMES
from data.errors import UploadError
from data.uploads.readers.numbers import read_redshift
from model.lines import LINES
from model.predictions.params import Params
from model.storage.weights import available_models

LONGEST: Final = 200
"""Characters of a field."""
MAX_EW: Final = 1e6
"""Beyond it an EW [Å] is none."""
MAX_IVAR: Final = 1e30


class Typed(NamedTuple):
    """The form as it was typed, and what came along with a galaxy of a file.

    Attributes
    ----------
    bins, luminosity, redshift, model : str
        As typed; the model may be a visitor's own.
    measured, ivar : (10,) array or None
        EWs [Å] and inverse variances [1/Å²] of the file, NaN where there are none.
    covered : (10,) array or None
        Lines that the file says something of.
    own : (3, 10) array or None
        What a visitor's own network gives, computed in the browser: median, 16th and 84th percentile [Å].
    spectrum : bool
        Whether the continuum is that of the uploaded spectrum.
    """

    bins: list[str]
    luminosity: str
    redshift: str
    model: str
    measured: Float[np.ndarray, " line"] | None
    ivar: Float[np.ndarray, " line"] | None
    covered: Bool[np.ndarray, " line"] | None
    own: Float[np.ndarray, "3 line"] | None
    spectrum: bool


def typed(state: Any) -> Typed:
    """Return what the page's form holds.

    Raises
    ------
    PreventUpdate
        When it is not what the page sends.
    """
    if not isinstance(state, dict):
        raise PreventUpdate
    bins = state.get("bins")
    luminosity, redshift, model = (state.get(name, "") for name in ("luminosity", "redshift", "model"))
    if not isinstance(bins, list) or len(bins) != len(FLUX_NAMES):
        raise PreventUpdate
    if not all(map(_is_field, [*bins, luminosity, redshift, model])):
        raise PreventUpdate
    covered, own = state.get("covered"), state.get("own")
    rows = [_numbers(row, MAX_EW) for row in own[:3]] if isinstance(own, list) else []
    whole = [row for row in rows if row is not None]
    return Typed(
        bins,
        luminosity,
        redshift,
        model,
        _numbers(state.get("measured"), MAX_EW),
        _numbers(state.get("ivar"), MAX_IVAR),
        np.array([value is True for value in covered or ()]) if _is_row(covered) else None,
        np.stack(whole) if len(whole) == 3 and np.isfinite(whole[0]).all() else None,
        state.get("spectrum") is True,
    )


def read_state(given: Typed) -> tuple[Form | None, float | None]:
    """Return the form and the redshift of a page, None where they cannot be used."""
    form = read_form(given.bins, given.luminosity)
    try:
        redshift = read_redshift(given.redshift, "redshift") if given.redshift.strip() else None
    except UploadError:
        return None, None
    return (None if form.problems else form), redshift


def lines_of(params: Params, given: Typed, form: Form) -> Float[np.ndarray, "3 line"]:
    """Return a galaxy's lines as catalogued: the server's, or those of the visitor's own network."""
    if given.own is not None and given.model not in available_models():
        return given.own
    return predict_lines(params, form.bin_flux, form.log_luminosity)


def _is_field(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST


def _is_row(values: Any) -> bool:
    return isinstance(values, list) and len(values) == len(LINES)


def _numbers(values: Any, limit: float) -> Float[np.ndarray, " line"] | None:
    """Return ten numbers, NaN for whatever is none; None where they are not ten."""
    if not _is_row(values):
        return None
    real = [isinstance(value, (int, float)) and not isinstance(value, bool) for value in values]
    return np.array([float(x) if ok and abs(x) < limit else np.nan for x, ok in zip(values, real, strict=True)])
