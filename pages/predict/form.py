"""Check what the Predict page sends, because anyone can call a callback with any data."""

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
"""Most characters in a field."""
MAX_EW: Final = 1e6
"""EWs [Å] of this size or larger count as missing."""
MAX_IVAR: Final = 1e30
"""Inverse variances [1/Å²] of this size or larger count as missing."""


class Typed(NamedTuple):
    """The content of the page's form, with the measured lines of a galaxy that was opened from a file.

    Attributes
    ----------
    bins, luminosity, redshift, model : str
        As typed, unchecked; the model may be a visitor's own.
    measured, ivar : (10,) array or None
        EWs [Å] and inverse variances [1/Å²] in the file, NaN where missing.
    covered : (10,) array or None
        Lines that are covered in the file.
    own : (3, 10) array or None
        EWs predicted in the browser by a visitor's own network: median, 16th and 84th percentile [Å].
    spectrum : bool
        Whether the continuum is that of an uploaded spectrum.
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
    """Return the content of the page's form.

    Raises
    ------
    PreventUpdate
        If it cannot have been sent by the page.
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
    complete = [row for row in rows if row is not None]
    return Typed(
        bins,
        luminosity,
        redshift,
        model,
        _numbers(state.get("measured"), MAX_EW),
        _numbers(state.get("ivar"), MAX_IVAR),
        np.array([value is True for value in covered or ()]) if _is_row(covered) else None,
        np.stack(complete) if len(complete) == 3 and np.isfinite(complete[0]).all() else None,
        state.get("spectrum") is True,
    )


def read_state(given: Typed) -> tuple[Form | None, float | None]:
    """Return the form as numbers, or None if a field is invalid, and the redshift, or None if it is empty."""
    form = read_form(given.bins, given.luminosity)
    try:
        redshift = read_redshift(given.redshift, "redshift") if given.redshift.strip() else None
    except UploadError:
        return None, None
    return (None if form.problems else form), redshift


def lines_of(params: Params, given: Typed, form: Form, redshift: float | None) -> Float[np.ndarray, "3 line"]:
    """Return a galaxy's EWs as catalogued [Å], predicted by the server or by the visitor's own network."""
    if given.own is not None and given.model not in available_models():
        return given.own
    return predict_lines(params, form.bin_flux, form.log_luminosity, redshift)


def _is_field(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST


def _is_row(values: Any) -> bool:
    return isinstance(values, list) and len(values) == len(LINES)


def _numbers(values: Any, limit: float) -> Float[np.ndarray, " line"] | None:
    """Return one value per line, NaN for those that are no numbers below the limit; None if their count differs."""
    if not _is_row(values):
        return None
    real = [isinstance(value, (int, float)) and not isinstance(value, bool) for value in values]
    return np.array([float(x) if ok and abs(x) < limit else np.nan for x, ok in zip(values, real, strict=True)])
