"""The form of the Predict page: twelve typed fluxes and a luminosity, each checked on its own."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float32

from data.catalogue.schema import FLUX_NAMES
from data.errors import UploadError
from data.uploads.readers.numbers import read_flux, read_log_luminosity, split_numbers
from model.bins import BIN_EDGES

TRAINED_LOG_LUMINOSITY: Final = (5.5, 7.0)
"""5th and 95th percentile of the training galaxies; outside them, the colours alone predict better."""


class Form(NamedTuple):
    """The numbers of a form, and for each field an error sentence or ""."""

    bin_flux: Float32[np.ndarray, " bin"]
    log_luminosity: float | None
    bin_problems: tuple[str, ...]
    luminosity_problem: str

    @property
    def problems(self) -> list[str]:
        """The error sentences, bluest bin first; empty if the form can be used."""
        return [problem for problem in (*self.bin_problems, self.luminosity_problem) if problem]


def read_form(bins: Sequence[str | None], luminosity: str | None) -> Form:
    """Read twelve typed fluxes and a luminosity, each on its own, so that the page can mark the fields to correct.

    Parameters
    ----------
    bins : sequence of str
        Twelve, bluest first; None counts as empty.
    luminosity : str
        Empty or None if there is none.

    Returns
    -------
    Form
        Fluxes that cannot be used are NaN.
    """
    fluxes = np.full(len(FLUX_NAMES), np.nan, np.float32)
    problems = [""] * len(FLUX_NAMES)
    for place, (text, low, high) in enumerate(zip(bins, BIN_EDGES[:-1], BIN_EDGES[1:], strict=True)):
        try:
            fluxes[place] = _read_bin(text or "", f"Bin {low:.0f}–{high:.0f} Å")
        except UploadError as error:
            problems[place] = str(error)
    try:
        given = (luminosity or "").strip()
        log_luminosity = read_log_luminosity(given, "log luminosity") if given else None
    except UploadError as error:
        return Form(fluxes, None, tuple(problems), str(error))
    return Form(fluxes, log_luminosity, tuple(problems), "")


def luminosity_advice(log_luminosity: float | None) -> str:
    """Return a warning if the luminosity is outside `TRAINED_LOG_LUMINOSITY`, else ""."""
    low, high = TRAINED_LOG_LUMINOSITY
    if log_luminosity is None or low <= log_luminosity <= high:
        return ""
    return (
        f"log luminosity {log_luminosity:g} lies outside {low:g} to {high:g}, where 90 % of the training galaxies "
        "are. Leave it empty to predict from the colours alone."
    )


def _read_bin(text: str, where: str) -> float:
    count = len(split_numbers(text))
    # Two values may be one number with a decimal comma, for which `read_flux` raises its own error.
    if count > 2:
        raise UploadError(
            f"{where} contains {count} values. Paste exactly 12 numbers, bluest bin first, or type one number."
        )
    return read_flux(text, where)
