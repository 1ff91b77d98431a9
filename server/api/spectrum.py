"""``POST /api/v1/spectrum/bins`` and ``/lines``: the twelve bins of a spectrum, and the lines measured in it."""

from typing import Annotated, Any, Final, Literal, NamedTuple

import jax
import numpy as np
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from data.columns.missing import RANGES
from data.uploads.averaging import bins_ivar
from data.uploads.readers.numbers import FLUX_RANGE
from model.lines import EXTRA_LINES, LINES
from model.spectra.air import air_to_vacuum
from model.spectra.continuum import continuum_bins
from model.spectra.lines.measure import MeasuredLines, measure_lines
from server import problems
from server.api.values import Body, as_json
from server.http.rate_limits import costly

MAX_PIXELS: Final = 32_768
"""Most pixels of a spectrum; DESI's have 7,781."""
SHAPES: Final = (8_192, MAX_PIXELS)
"""Spectra are padded to one of these lengths, so that two shapes are compiled."""

CLEAN: Final = 1e12
"""Square of the signal-to-noise that is stated for a bin without noise beyond DESI's; JSON has no infinity."""

MAX_MEASURED: Final = 12_288
"""Most pixels of a spectrum whose lines are measured."""

Pixels = Annotated[list[float], Field(fail_fast=True, min_length=12, max_length=MAX_PIXELS)]


class SpectrumRequest(Body):
    """A spectrum with its emission lines."""

    wavelength: Pixels = Field(description="in `medium`, ascending [Å]")
    medium: Literal["vacuum", "air"] = Field(
        default="vacuum", description="in which the wavelengths are; those in air, as IRAF's, are converted to vacuum"
    )
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


class LinesRequest(SpectrumRequest):
    """A spectrum whose lines are to be measured."""

    instrument_fwhm: float = Field(
        default=0.0, ge=0, le=100, description="FWHM resolution of the spectrograph [Å, observed]; DESI: 1.65"
    )


class LinesAnswer(BaseModel):
    """The lines of a spectrum, measured above a fit of its starlight."""

    lines: list[str] = Field(description="names; first those that the networks predict, then those only measured")
    predicted: list[bool] = Field(description="whether the networks predict the line")
    ew: list[float | None] = Field(description="rest-frame EW [Å], positive in emission; null where not covered")
    ew_ivar: list[float | None] = Field(description="inverse variance of the EW [1/Å²]")
    level: list[float | None] = Field(description="continuum level beside the line, in the unit of the flux")
    flux: list[float | None] = Field(description="EW times level times 1 + z, in the unit of the flux times Å")
    velocity_dispersion: float | None = Field(description="sigma of the lines without the resolution [km/s]")
    velocity: float | None = Field(description="shift of the lines [km/s]")


class BinsAnswer(BaseModel):
    """The twelve bins of a spectrum's continuum."""

    flux: list[float | None] = Field(description="mean of the continuum, lines masked; null where not covered")
    flux_ivar: list[float] | None = Field(
        description="inverse variances of noise beyond DESI's own, as /api/v1/predict takes them: 0 for a bin that is "
        f"not covered, {CLEAN:g} / flux² for one that is no noisier; null without ivar and where no bin is noisier"
    )
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
    pixels = _pixels(body)
    if not isinstance(pixels, _Pixels):
        return pixels
    bins = _bin(*pixels)
    found = [
        f"flux_{index:02d} is not covered: the bins reach from 3400 to 7000 Å in the rest frame"
        if np.isnan(value)
        else f"flux_{index:02d} is {value:.4g}; a bin's mean must be above 0"
        if value <= 0
        else f"flux_{index:02d} is {value:.4g}, outside {FLUX_RANGE[0]:g} to {FLUX_RANGE[1]:g}; send another unit"
        for index, value in enumerate(bins)
        if not FLUX_RANGE[0] <= value <= FLUX_RANGE[1]
    ]
    ivar = None if body.ivar is None else _noise(pixels, bins)
    with np.errstate(over="ignore", under="ignore"):
        return {"flux": as_json(bins.astype(np.float32)), "flux_ivar": ivar, "problems": found}


@blueprint.post(
    "/lines",
    responses=problems.documented(LinesAnswer, 413, 422, 429),
    summary="Measure the lines of a spectrum",
    description="They are measured above a fit of the starlight (docs/spectra.md): the lines that the networks "
    "predict, and [Ne III], Hδ, He I, [O I] and [S III] where the spectrum covers them. EWs at or below zero are kept.",
)
@costly
def measure_spectrum(body: LinesRequest) -> Response | dict[str, Any]:
    """Measure a spectrum's lines."""
    if body.ivar is None:
        return problems.refused("The spectrum has no ivar, from which the errors follow. Send the inverse variances.")
    if len(body.wavelength) > MAX_MEASURED:
        return problems.refused(
            f"The spectrum has {len(body.wavelength)} pixels; lines are measured in at most {MAX_MEASURED}. Rebin it, "
            "or send 3400-9600 Å of the rest frame."
        )
    pixels = _pixels(body)
    if not isinstance(pixels, _Pixels):
        return pixels
    stretch = 1 + body.redshift
    scale = float(np.abs(pixels.flux).max()) or 1.0
    # Errors beyond float32 leave the lines without values.
    with np.errstate(all="ignore"):
        ivar = pixels.ivar * scale**2
        found = measure_lines(pixels.wavelength, pixels.flux / scale, ivar, body.instrument_fwhm / stretch)
    return _measured(found, scale, stretch)


def _measured(found: MeasuredLines, scale: float, stretch: float) -> dict[str, Any]:
    pairs = ((found.ew, found.extra_ew), (found.ew_ivar, found.extra_ew_ivar), (found.level, found.extra_level))
    ew, ivar, level = (np.concatenate(pair) for pair in pairs)
    level = level * scale
    numbers = {"ew": ew, "ew_ivar": ivar, "level": level, "flux": ew * level * stretch}
    motion = as_json(np.array([found.velocity_dispersion, found.velocity], np.float32))
    return {
        "lines": [line.name for line in (*LINES, *EXTRA_LINES)],
        "predicted": [line.predicted for line in (*LINES, *EXTRA_LINES)],
        **{name: as_json(values.astype(np.float32)) for name, values in numbers.items()},
        "velocity_dispersion": motion[0],
        "velocity": motion[1],
    }


class _Pixels(NamedTuple):
    """Rest-frame wavelengths, fluxes and inverse variances; 0 in both where a pixel is masked."""

    wavelength: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray


def _pixels(body: SpectrumRequest) -> _Pixels | Response:
    """Return the pixels of a request, or why they are none."""
    n = len(body.wavelength)
    if len(body.flux) != n or (body.ivar is not None and len(body.ivar) != n):
        return problems.refused(f"wavelength has {n} values; flux and ivar must have as many.")
    wavelength = np.array(body.wavelength, np.float64)
    if not np.isfinite(wavelength).all() or not (np.diff(wavelength) > 0).all() or wavelength[0] <= 0:
        return problems.refused(
            "The wavelengths do not ascend. Sort the pixels, and keep only one pixel at each wavelength."
        )
    if body.medium == "air":
        wavelength = air_to_vacuum(wavelength)
    flux = np.array(body.flux, np.float64)
    ivar = np.ones(n) if body.ivar is None else np.array(body.ivar, np.float64)
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    return _Pixels(wavelength / (1 + body.redshift), np.where(good, flux, 0.0), np.where(good, ivar, 0.0))


def _noise(pixels: _Pixels, bins: np.ndarray) -> list[float] | None:
    """Return the inverse variances of the noise beyond DESI's; None if no bin is noisier or a mean is not usable."""
    covered = np.isfinite(bins)
    if not covered.any() or not ((bins[covered] >= FLUX_RANGE[0]) & (bins[covered] <= FLUX_RANGE[1])).all():
        return None
    flux = np.where(covered, bins, np.mean(bins[covered])).astype(np.float64)
    missing = tuple(np.flatnonzero(~covered).tolist())
    found = bins_ivar(pixels.wavelength, pixels.ivar, flux, False, missing, [])
    return None if found is None else np.minimum(found[0], CLEAN / flux**2).tolist()


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
        return np.asarray(bins, np.float64) * scale
