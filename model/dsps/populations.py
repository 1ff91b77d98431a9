"""Stellar populations: the shipped ones as DSPS takes them, and what of any set a synthetic galaxy needs."""

from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from ..lines import LINE_NAMES, LINES
from ..numerics.constants import LIGHT_SPEED
from ..physics.luminosities import SOLAR_LUMINOSITY
from ..physics.photoionisation import HALPHA_PER_PHOTON, LYMAN_LIMIT, ionising_photons, load_tables
from ..spectra.templates import load_templates

RANGE: Final = (3345.0, 7060.0)
"""Rest-frame wavelengths of the spectra [Å]."""
BLUEST: Final = 300.0
"""Wavelength from which populations must reach 912 Å for their own ionising photons [Å]."""
SAME_LINE: Final = 5.0
"""Largest difference between the wavelengths of a line in two lists [Å]: that of air and vacuum, and rounding."""
LEAST_LINE: Final = 1e20
"""Luminosity below which the strongest Hα of any population cannot be one in erg/s per solar mass."""
LOG_LINE_PER_PHOTON: Final = float(np.log10(HALPHA_PER_PHOTON / SOLAR_LUMINOSITY))
"""log10 of the Hα luminosity [Lsun] of an ionising photon per second."""


class HalphaTable(NamedTuple):
    """Hα of simple stellar populations.

    Attributes
    ----------
    log_metallicity, log_age : (metal,) and (age,) arrays
        log10 of the mass fraction of metals, and of the age [Gyr].
    log_luminosity : (metal, age) array
        log10 of the luminosity before dust per mass of stars formed [Lsun/Msun].
    """

    log_metallicity: Float[np.ndarray, " metal"]
    log_age: Float[np.ndarray, " age"]
    log_luminosity: Float[np.ndarray, "metal age"]


def ssp_data() -> Any:
    """Return the shipped stellar populations as DSPS's `SSPData`.

    They are 40 populations of Bruzual & Charlot 2003 in ten ages and four metallicities, at 3345-7060 Å: enough for the
    bins and optical magnitudes, too few for stellar masses better than a tenth of a dex.

    Returns
    -------
    dsps.data_loaders.SSPData
        log10 Z (4,), log10 of the age in Gyr (10,), vacuum wavelengths [Å], and luminosities per solar mass formed
        [Lsun/Hz/Msun] (4, 10, pixel).

    Examples
    --------
    >>> from galactic_neon.dsps import ssp_data
    >>> ssp_data().ssp_flux.shape
    (4, 10, 4478)
    """
    from dsps.data_loaders.defaults import SSPData

    templates = load_templates()
    wave = templates.wavelength_rest
    metals, ages = np.unique(templates.metallicity), np.unique(templates.age)
    per_angstrom = (templates.light[:, None] * templates.flux.astype(np.float64)).reshape(len(metals), len(ages), -1)
    return SSPData(
        ssp_lgmet=np.log10(metals),
        ssp_lg_age_gyr=np.log10(ages),
        ssp_wave=wave,
        ssp_flux=per_angstrom * wave**2 / (LIGHT_SPEED * 1e13),
        ssp_emline_wave=np.zeros(0),
        ssp_emline_luminosity=np.zeros((0, 0, 0)),
    )


def flux_on(ssp: Any, wavelength_rest: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, "metal age pixel"]:
    """Return the luminosities of populations on other wavelengths [Lsun/Å/Msun], float32.

    Raises
    ------
    ValueError
        If the populations do not cover 3400-7000 Å.
    """
    wave = np.asarray(ssp.ssp_wave, np.float64)
    if wave[0] > RANGE[0] + 5 or wave[-1] < RANGE[1] - 5:
        raise ValueError(
            f"The stellar populations reach from {wave[0]:.5g} to {wave[-1]:.5g} Å; they need to cover "
            f"{RANGE[0]:g}-{RANGE[1]:g} Å."
        )
    per_angstrom = np.asarray(ssp.ssp_flux, np.float64) * LIGHT_SPEED * 1e13 / wave**2
    resampled = np.stack([[np.interp(wavelength_rest, wave, one) for one in row] for row in per_angstrom])
    return resampled.astype(np.float32)


def halpha_of(ssp: Any) -> HalphaTable:
    """Return the Hα of populations: of their own emission lines, their own ionising photons, or the shipped table.

    Parameters
    ----------
    ssp : SSPData
        Lines as `dsps.load_ssp_templates` returns them [erg/s/Msun] come first, then light at 300-912 Å. Populations
        with neither, as the shipped ones, get the photons of Bruzual & Charlot 2003 (`photoionisation.load_tables`).

    Returns
    -------
    HalphaTable
        On the populations' ages and metallicities, or on those of the shipped table.

    Raises
    ------
    ValueError
        If the luminosities of the populations' lines cannot be in erg/s/Msun.
    """
    wave, lines = np.asarray(ssp.ssp_wave, np.float64), ssp.ssp_emline_luminosity
    axes = np.asarray(ssp.ssp_lgmet, np.float64), np.asarray(ssp.ssp_lg_age_gyr, np.float64)
    if lines is not None and np.size(lines):
        places = np.asarray(tuple(ssp.ssp_emline_wave), np.float64)
        away = np.abs(places - LINES[LINE_NAMES.index("HALPHA")].wavelength)
        nearest = int(np.argmin(away))
        if away[nearest] < SAME_LINE:
            halpha = np.asarray(lines, np.float64)[..., nearest]
            if halpha.max() < LEAST_LINE:
                raise ValueError(
                    f"The strongest Hα of the populations is {halpha.max():.3g}; in erg/s per solar mass it is above "
                    f"{LEAST_LINE:g}. Load the populations with dsps.load_ssp_templates."
                )
            return HalphaTable(*axes, np.log10(np.maximum(halpha / SOLAR_LUMINOSITY, 1e-30)))
    if wave[0] <= BLUEST and wave[-1] >= LYMAN_LIMIT:
        per_angstrom = np.asarray(ssp.ssp_flux, np.float64) * LIGHT_SPEED * 1e13 / wave**2
        photons = np.asarray(ionising_photons(wave, per_angstrom.astype(np.float32)), np.float64)
        return HalphaTable(*axes, np.maximum(photons + LOG_LINE_PER_PHOTON, -30.0))
    return shipped_halpha()


def shipped_halpha() -> HalphaTable:
    """Return the Hα of the photons of Bruzual & Charlot 2003 (`photoionisation.load_tables`)."""
    table = load_tables()
    photons = table.log_photons.astype(np.float64)
    return HalphaTable(table.log_metallicity, table.log_age, photons + LOG_LINE_PER_PHOTON)
