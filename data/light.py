"""What the Predict page says of one galaxy's light: lines, magnitudes, the galaxies like it, and its spectrum."""

import io
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.answers import Question, Rows, answer
from data.filters import load_bands
from data.formats import FORMATS, Field, TableMeta
from data.results import known_format
from data.schema import FLUX_NAMES
from model.light import line_fluxes, line_luminosities, magnitude_changes
from model.metrics import percentile
from model.network import Params
from model.synthesis import add_lines, smooth_continuum
from model.weights import load_params

PIXEL: Final = 0.8
"""Of a downloaded spectrum [Å, rest frame]: DESI's own."""
DISPERSIONS: Final = (10.0, 2000.0)
"""Velocity dispersions that can be painted [km/s]: below, a line is narrower than a pixel; above, none is."""
RESOLUTIONS: Final = (0.0, 100.0)
"""Instrument's FWHM [Å, observed]."""


class Light(NamedTuple):
    """One galaxy's lines as light; None where luminosity or redshift is not known.

    Attributes
    ----------
    ew : (3, 10) array
        Median, 16th and 84th percentile of the EWs as catalogued [Å].
    luminosity : (3, 10) array or None
        [erg/s].
    flux : (3, 10) array or None
        [1e-17 erg/s/cm²].
    magnitudes : dict or None
        What the lines change in each band; NaN where the twelve bins do not cover it.
    percentile : (10,) array or None
        Place of the measured EWs in their predicted distributions, 0 to 1.
    """

    ew: Float[np.ndarray, "3 line"]
    luminosity: Float[np.ndarray, "3 line"] | None
    flux: Float[np.ndarray, "3 line"] | None
    magnitudes: Mapping[str, float] | None
    percentile: Float[np.ndarray, " line"] | None


def light_of(
    params: Params,
    bin_flux: Float[np.ndarray, " bin"],
    log_luminosity: float | None = None,
    redshift: float | None = None,
    measured: Float[np.ndarray, " line"] | None = None,
) -> Light:
    """Say what a galaxy's lines are as light.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    log_luminosity, redshift : float, optional
        Where they are known.
    measured : (10,) array, optional
        EWs that were measured [Å]; NaN where there is none.

    Returns
    -------
    Light
        What can be said.
    """
    known = None if log_luminosity is None else np.array([log_luminosity], np.float32)
    answers = answer(Rows(bin_flux[None], known), Question(params, parts=("catalogued",)))
    ew = np.stack([np.asarray(values)[0] for values in answers.catalogued]).astype(float)
    luminosity = None if log_luminosity is None else line_luminosities(bin_flux, ew, log_luminosity)
    far = redshift is not None and redshift > 0
    names, wavelength, responses = load_bands()
    return Light(
        ew,
        luminosity,
        line_fluxes(luminosity, redshift) if luminosity is not None and far and redshift else None,
        dict(zip(names, magnitude_changes(wavelength, responses, bin_flux, ew[0], redshift).tolist(), strict=True))
        if far and redshift
        else None,
        None if measured is None else percentile(measured, *ew),
    )


def warm_up() -> None:
    """Compile what the first visitor of the Predict page waits for."""
    light_of(load_params(), np.ones(len(FLUX_NAMES), np.float32), 6.0, 0.1)


def painted_file(
    bin_flux: Float[np.ndarray, " bin"],
    ew: Float[np.ndarray, " line"],
    *,
    velocity_dispersion: float,
    instrument_fwhm: float,
    redshift: float | None,
    model: str,
    format: str,
) -> tuple[bytes, str]:
    """Write a galaxy's smooth continuum with its lines painted on.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean flux per bin, any unit.
    ew : (10,) array
        Equivalent widths [Å].
    velocity_dispersion : float
        Of the gas [km/s], within `DISPERSIONS`.
    instrument_fwhm : float
        Of the spectrograph [Å, observed], within `RESOLUTIONS`.
    redshift : float or None
        Adds observed wavelengths, and takes the instrument's resolution to the rest frame.
    model : str
        Name of the weights that predicted.
    format : str
        A key of `data.formats.FORMATS`; CSV in place of anything else.

    Returns
    -------
    bytes, str
        The file and its extension.
    """
    from data.formats.whole import write_table

    stretch = 1 + (redshift or 0.0)
    rest = np.arange(3400.0, 7000.0, PIXEL)
    mean = float(np.mean(bin_flux))
    continuum = np.asarray(smooth_continuum(rest, np.asarray(bin_flux / mean, np.float32)), float)
    flux = np.asarray(add_lines(rest, continuum, ew, velocity_dispersion, instrument_fwhm / stretch), float)
    columns = {"wavelength_rest": rest, "wavelength_obs": rest * stretch, "continuum": continuum, "flux": flux}
    columns |= {name: columns[name] * mean for name in ("continuum", "flux")}
    if redshift is None:
        del columns["wavelength_obs"]
    fields = {
        "wavelength_rest": Field("Angstrom", "vacuum wavelength, rest frame", "em.wl;pos.bodyrc"),
        "wavelength_obs": Field("Angstrom", "vacuum wavelength, observed frame", "em.wl"),
        "continuum": Field(
            "", "smooth curve through the twelve bins, in their unit", "phot.flux.density;spect.continuum"
        ),
        "flux": Field("", "continuum with the ten lines, in the bins' unit", "phot.flux.density"),
    }
    meta = TableMeta(
        "Continuum with emission lines predicted by Galactic Neon",
        f"lines of {velocity_dispersion:g} km/s seen with a FWHM of {instrument_fwhm:g} Angstrom",
        fields={name: fields[name] for name in columns},
        details={"weights": model},
    )
    known, out = known_format(format), io.BytesIO()
    write_table(columns, out, known, meta)
    return out.getvalue(), FORMATS[known].extensions[0]
