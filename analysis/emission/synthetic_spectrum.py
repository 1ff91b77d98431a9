"""Spectra with predicted lines added, to a smooth curve through twelve bins or to an uploaded spectrum."""

import io
from functools import cache
from typing import Any, Final, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from analysis.answers.upload import known_format
from data.formats import FORMATS, Field, TableMeta
from data.spectrum import Spectrum
from data.uploads.averaging import padded
from model.bins import BIN_EDGES
from model.spectra.lines.mask import mask_lines
from model.spectra.smooth_continuum import smooth_continuum
from model.spectra.synthesis import add_lines

PIXEL: Final = 0.8
"""Pixel of a smooth curve's spectrum [Å, rest frame], equal to DESI's."""
DISPERSIONS: Final = (10.0, 2000.0)
"""Range of velocity dispersions of the gas [km/s]; below, lines are narrower than a pixel."""
RESOLUTIONS: Final = (0.0, 100.0)
"""Range of the instrument's FWHM [Å, observed]."""

_FIELDS: Final = {
    "wavelength_rest": Field("Angstrom", "vacuum wavelength, rest frame", "em.wl;pos.bodyrc"),
    "wavelength_obs": Field("Angstrom", "vacuum wavelength, observed frame", "em.wl"),
    "input": Field("", "flux as it was uploaded", "phot.flux.density"),
    "continuum": Field("", "", "phot.flux.density;spect.continuum"),
    "flux": Field("", "continuum with the predicted lines, in the input's unit", "phot.flux.density"),
}


class LineShape(NamedTuple):
    """Widths of the lines that are added.

    Attributes
    ----------
    velocity_dispersion : float
        Of the gas [km/s], within `DISPERSIONS`.
    instrument_fwhm : float
        Of the spectrograph [Å, observed], within `RESOLUTIONS`.
    """

    velocity_dispersion: float = 120.0
    instrument_fwhm: float = 0.0


def spectrum_of_bins(
    bin_flux: Float[np.ndarray, " bin"], ew: Float[np.ndarray, " line"], brush: LineShape, redshift: float | None
) -> dict[str, np.ndarray]:
    """Add lines to the smooth curve through twelve bins.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    ew : (10,) array
        Equivalent widths [Å].
    brush : LineShape
        Widths of the lines.
    redshift : float or None
        Used for observed wavelengths, and to convert the instrument's FWHM to the rest frame.

    Returns
    -------
    dict
        Arrays (pixel,): wavelength_rest, wavelength_obs (unless the redshift is None), continuum, flux.
    """
    stretch = 1 + (redshift or 0.0)
    rest = np.arange(3400.0, 7000.0, PIXEL)
    mean = float(np.mean(bin_flux))
    shape = np.array([brush.velocity_dispersion, brush.instrument_fwhm / stretch], np.float32)
    curve, flux = (np.asarray(part, float) for part in _draw()(rest, (bin_flux / mean).astype(np.float32), ew, shape))
    columns = {
        "wavelength_rest": rest,
        "wavelength_obs": rest * stretch,
        "continuum": curve * mean,
        "flux": flux * mean,
    }
    if redshift is None:
        del columns["wavelength_obs"]
    return columns


def spectrum_with_lines(spectrum: Spectrum, ew: Float[np.ndarray, " line"], brush: LineShape) -> dict[str, np.ndarray]:
    """Replace the lines of an uploaded spectrum by predicted ones.

    Parameters
    ----------
    spectrum : Spectrum
        From an upload.
    ew : (10,) array
        Equivalent widths [Å].
    brush : LineShape
        Widths of the lines; the spectrum's own resolution is not added.

    Returns
    -------
    dict
        Arrays (pixel,) over all pixels of the input: wavelength_rest, wavelength_obs, input, continuum (with lines
        masked as in training), flux. Pixels without a flux, or over 60 Å outside the bins, keep their input.
    """
    stretch = 1 + (spectrum.redshift or 0.0)
    rest, given = np.asarray(spectrum.wavelength_rest, float), np.asarray(spectrum.flux, float)
    ivar = np.ones_like(given) if spectrum.ivar is None else np.asarray(spectrum.ivar, float)
    scale = float(np.median(np.abs(given[ivar > 0]))) or 1.0
    near, pixels = padded(rest, given / scale, ivar)
    shape = np.array([brush.velocity_dispersion, brush.instrument_fwhm / stretch], np.float32)
    masked, painted = (np.asarray(curve, float)[: near.sum()] * scale for curve in _replace_lines()(*pixels, ew, shape))
    continuum, flux = given.copy(), given.copy()
    known = np.isfinite(given[near])
    continuum[near] = np.where(known, masked, given[near])
    flux[near] = np.where(known, painted, given[near])
    return {
        "wavelength_rest": rest,
        "wavelength_obs": rest * stretch,
        "input": given,
        "continuum": continuum,
        "flux": flux,
    }


def thinned(spectrum: Spectrum, most: int = 900) -> dict[str, list[float]]:
    """Return a spectrum with few enough points for a figure.

    Parameters
    ----------
    spectrum : Spectrum
        From an upload.
    most : int
        Neighbouring pixels are averaged to at most this many points.

    Returns
    -------
    dict
        "wavelength" [Å, rest frame] and "flux" of the unmasked pixels at 3400-7000 Å.
    """
    rest, flux = np.asarray(spectrum.wavelength_rest, float), np.asarray(spectrum.flux, float)
    shown = np.isfinite(flux) & (rest >= BIN_EDGES[0]) & (rest <= BIN_EDGES[-1])
    if spectrum.ivar is not None:
        shown &= spectrum.ivar > 0
    rest, flux = rest[shown], flux[shown]
    starts = np.arange(0, len(rest), max(1, -(-len(rest) // most)))
    if not starts.size:
        return {"wavelength": [], "flux": []}
    count = np.diff(starts, append=len(rest))
    points = {"wavelength": np.add.reduceat(rest, starts) / count, "flux": np.add.reduceat(flux, starts) / count}
    return {name: [float(f"{value:.5g}") for value in values] for name, values in points.items()}


# Each is compiled as a whole: one by one, its steps are a hundred programs, and each of them keeps over 1 MiB.


@cache
def _draw() -> Any:
    def draw(wavelength: Any, bin_flux: Any, ew: Any, shape: Any) -> tuple[Any, Any]:
        continuum = smooth_continuum(wavelength, bin_flux)
        return continuum, add_lines(wavelength, continuum, ew, *shape)

    return jax.jit(draw)


@cache
def _replace_lines() -> Any:
    def replace(wavelength: Any, flux: Any, ivar: Any, ew: Any, shape: Any) -> tuple[Any, Any]:
        continuum = mask_lines(wavelength, flux, ivar)
        return continuum, add_lines(wavelength, continuum, ew, *shape)

    return jax.jit(replace)


def as_file(columns: dict[str, np.ndarray], brush: LineShape, model: str, format: str) -> tuple[bytes, str]:
    """Write a spectrum with added lines.

    Parameters
    ----------
    columns : dict
        From `spectrum_of_bins` or `spectrum_with_lines`.
    brush : LineShape
        Widths of its lines.
    model : str
        Name of the weights that predicted the lines.
    format : str
        A key of `data.formats.FORMATS`; CSV in place of anything else.

    Returns
    -------
    bytes, str
        The file and its extension.
    """
    from data.formats.whole import write_table

    curve = "the input, its lines masked" if "input" in columns else "smooth curve through the twelve bins"
    fields = _FIELDS | {"continuum": _FIELDS["continuum"]._replace(description=f"{curve}, in the input's unit")}
    meta = TableMeta(
        "Continuum with emission lines predicted by Galactic Neon",
        f"lines of {brush.velocity_dispersion:g} km/s seen with a FWHM of {brush.instrument_fwhm:g} Angstrom",
        fields={name: fields[name] for name in columns},
        details={"weights": model},
    )
    known, out = known_format(format), io.BytesIO()
    write_table(columns, out, known, meta)
    return out.getvalue(), FORMATS[known].extensions[0]
