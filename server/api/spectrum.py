"""``POST /api/v1/spectrum/bins``: the mean continuum of a spectrum in the twelve bins."""

from typing import Annotated, Any, Final

import jax
import numpy as np
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from data.columns.missing import RANGES
from model.spectra.continuum import continuum_bins
from server import problems
from server.api.values import Body, as_json
from server.http.rate_limits import costly

MAX_PIXELS: Final = 32_768
"""Most pixels of a spectrum; DESI's have 7,781."""
SHAPES: Final = (8_192, MAX_PIXELS)
"""Spectra are padded to one of these lengths, so that two shapes are compiled."""

Pixels = Annotated[list[float], Field(fail_fast=True, min_length=12, max_length=MAX_PIXELS)]


class SpectrumRequest(Body):
    """A spectrum with its emission lines."""

    wavelength: Pixels = Field(description="vacuum, ascending [Å]")
    flux: Annotated[list[float | None], Field(fail_fast=True, min_length=12, max_length=MAX_PIXELS)] = Field(
        description="flux density per wavelength, any unit; null where a pixel is masked"
    )
    ivar: Annotated[list[float], Field(fail_fast=True, min_length=12, max_length=MAX_PIXELS)] | None = Field(
        default=None, description="inverse variance; 0 where a pixel is masked"
    )
    redshift: float = Field(
        default=0.0,
        ge=RANGES["redshift"][0],
        le=RANGES["redshift"][1],
        description="0: the wavelengths are in the rest frame",
    )


class BinsAnswer(BaseModel):
    """The twelve bins of a spectrum's continuum."""

    flux: list[float | None] = Field(description="mean of the continuum, lines masked; null where not covered")
    problems: list[str] = Field(description="why a bin cannot be used")


_continuum_bins = jax.jit(continuum_bins)

blueprint = APIBlueprint("api_spectrum", __name__, url_prefix="/api/v1/spectrum")


@blueprint.post(
    "/bins",
    responses=problems.documented(BinsAnswer, 413, 422, 429),
    summary="Mask a spectrum's lines and average its continuum in the twelve bins",
    description="The lines are masked as in training. The result can be sent to /api/v1/predict.",
)
@costly
def bin_spectrum(body: SpectrumRequest) -> Response | dict[str, Any]:
    """Bin a spectrum."""
    n = len(body.wavelength)
    if len(body.flux) != n or (body.ivar is not None and len(body.ivar) != n):
        return problems.refused(f"wavelength has {n} values; flux and ivar must have as many.")
    wavelength = np.array(body.wavelength, np.float64)
    if not np.isfinite(wavelength).all() or not (np.diff(wavelength) > 0).all() or wavelength[0] <= 0:
        return problems.refused(
            "The wavelengths do not ascend. Sort the pixels, and keep only one pixel at each wavelength."
        )
    flux = np.array(body.flux, np.float64)
    ivar = np.ones(n) if body.ivar is None else np.array(body.ivar, np.float64)
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    bins = _bin(wavelength / (1 + body.redshift), np.where(good, flux, 0.0), np.where(good, ivar, 0.0))
    found = [
        f"flux_{index:02d} is not covered: the bins reach from 3400 to 7000 Å in the rest frame"
        if np.isnan(value)
        else f"flux_{index:02d} is {value:.4g}; a bin's mean must be above 0"
        for index, value in enumerate(bins)
        if not value > 0
    ]
    return {"flux": as_json(bins), "problems": found}


def _bin(wavelength: np.ndarray, flux: np.ndarray, ivar: np.ndarray) -> np.ndarray:
    """Return the mean continuum in twelve bins; the spectrum is padded with masked pixels beyond its red end."""
    missing = next(shape for shape in SHAPES if shape >= len(flux)) - len(flux)
    beyond = wavelength[-1] + (wavelength[-1] - wavelength[-2]) * (1 + np.arange(missing))
    scale = np.abs(flux).max() or 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        bins = _continuum_bins(
            np.concatenate([wavelength, beyond]).astype(np.float32),
            np.concatenate([flux / scale, np.zeros(missing)]).astype(np.float32),
            np.concatenate([(ivar > 0), np.zeros(missing)]).astype(np.float32),
        )
        return (np.asarray(bins, np.float64) * scale).astype(np.float32)
