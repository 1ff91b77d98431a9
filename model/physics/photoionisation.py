"""Lines that a galaxy's own stars ionise: photons below 912 Å, Hα from them, and line ratios of H II regions.

The networks know what DESI's galaxies of the same starlight show; what is here follows from the stars that were put
into a synthetic galaxy. The two answers need not agree: see docs/photoionisation.md.
"""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from safetensors.numpy import load_file

from ..lines import LINE_NAMES
from .luminosities import SOLAR_LUMINOSITY

TABLES_FILE: Final = Path(__file__).parent / "nebular_data" / "tables.safetensors"
LYMAN_LIMIT: Final = 911.753
"""Wavelength below which a photon ionises hydrogen [Å, vacuum]."""
HALPHA_PER_PHOTON: Final = 1.36e-12
"""Energy in Hα per ionising photon, case B at 10,000 K [erg] (Kennicutt 1998, ARA&A 36, 189; Osterbrock 1989)."""
LOG_SFR_PER_HALPHA: Final = -41.27
"""log10 of the star formation rate [Msun/yr] per Hα luminosity [erg/s], Kroupa's initial mass function (Kennicutt &
Evans 2012, ARA&A 50, 531, table 1)."""
GAS_TO_STARS: Final = 1 / 0.44
"""Reddening of the gas over that of the stars in starbursts (Calzetti et al. 2000, ApJ 533, 682, equation 3)."""
DESI_OFFSET: Final = -0.14
"""Median log10 of the Hα that DESI lists over that which the starlight of the same galaxies lets expect, for expected
20-100 Å, +- .005 dex (`python -m benchmarks.photoionisation`); single galaxies scatter by .23 dex.

Examples
--------
>>> from galactic_neon import DESI_OFFSET
>>> round(10**DESI_OFFSET, 2)
0.72
"""
SOLAR_LOG_OH: Final = 8.76
"""12 + log O/H at a mass fraction of metals of `SOLAR_METALLICITY` (Nicholls et al. 2017, MNRAS 466, 4403)."""
SOLAR_METALLICITY: Final = 0.01425
IONISATION_SLOPE: Final = -0.8
"""Change of log U with log O/H (Dopita et al. 2006, ApJ 647, 244)."""
SOLAR_LOG_U: Final = -3.2
"""log U at solar abundance with which the H II regions follow DESI's star-forming galaxies in the diagram of
[O III]/Hβ and [N II]/Hα (`python -m benchmarks.photoionisation`)."""
HIGHEST_LOG_OH: Final = 8.88
"""Abundance above which [N II] of the models falls again; ratios beyond are those here."""
_ERG_ANGSTROM: Final = 6.62607015e-27 * 2.99792458e18
"""Energy of a photon times its wavelength [erg Å]."""
_HALPHA: Final = LINE_NAMES.index("HALPHA")
_NII: Final = LINE_NAMES.index("NII_6584")


class NebularTables(NamedTuple):
    """Tables that ``scripts/nebular_tables.py`` makes.

    Attributes
    ----------
    log_age, log_metallicity : (age,) and (metal,) arrays
        log10 of the ages [Gyr] and of the mass fractions of metals of simple stellar populations.
    log_photons : (metal, age) array
        log10 of the ionising photons per second and solar mass formed.
    log_oh, log_u : (abundance,) and (ionisation,) arrays
        12 + log O/H and log10 of the ionisation parameter of H II regions, evenly spaced in the latter.
    log_ratios : (abundance, ionisation, line) array
        log10 of the flux of each line over that of Hα; NaN for a line that the models lack.
    """

    log_age: Float[np.ndarray, " age"]
    log_metallicity: Float[np.ndarray, " metal"]
    log_photons: Float[np.ndarray, "metal age"]
    log_oh: Float[np.ndarray, " abundance"]
    log_u: Float[np.ndarray, " ionisation"]
    log_ratios: Float[np.ndarray, "abundance ionisation line"]


@cache
def load_tables() -> NebularTables:
    """Load the shipped tables; the file is read once per process."""
    stored = load_file(TABLES_FILE)
    age, metallicity, photons, abundance, ionisation = (stored[name] for name in NebularTables._fields[:-1])
    unknown = np.full((len(stored["log_oh"]), len(stored["log_u"])), np.nan, np.float32)
    ratios = np.stack([stored.get(name, unknown) for name in LINE_NAMES], axis=-1)
    return NebularTables(age, metallicity, photons, abundance, ionisation, ratios)


def ionising_photons(
    wavelength_rest: Float[np.ndarray, " pixel"], luminosity: Float[Array | np.ndarray, "*galaxy pixel"]
) -> Float[Array, "*galaxy"]:
    """Return how many photons that ionise hydrogen a spectrum emits.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Wavelengths [Å, vacuum], increasing, from 300 Å or bluer.
    luminosity : (..., pixel) array
        Luminosity of the stars before any dust [Lsun/Å].

    Returns
    -------
    (...) array
        log10 of the photons per second; -inf without any.

    Raises
    ------
    ValueError
        If the spectrum does not reach far enough below 912 Å.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import ionising_photons
    >>> wavelength_rest = np.arange(100.0, 2000.0)
    >>> hot = np.where(wavelength_rest < 912, 1e6, 1e5)  # [Lsun/Å]
    >>> round(float(ionising_photons(wavelength_rest, hot)), 1)
    52.9
    """
    wave, light = np.asarray(wavelength_rest, np.float64), jnp.asarray(luminosity)
    if len(wave) < 2 or wave[0] > 300 or (np.diff(wave) <= 0).any() or wave[-1] < LYMAN_LIMIT:
        reach = f"{wave[0]:.5g}-{wave[-1]:.5g} Å" if len(wave) else "nothing"
        raise ValueError(
            f"The spectrum covers {reach}; ionising photons need increasing wavelengths from 300 to 912 Å."
        )
    # The trapezium rule is a sum with fixed weights; the pixel that holds the limit counts up to it.
    blue = np.append(wave[wave < LYMAN_LIMIT], LYMAN_LIMIT)
    step = np.diff(blue)
    weight = (np.append(step, 0) + np.append(0, step)) / 2 * blue
    share = np.zeros(len(wave))
    share[: len(blue) - 1] = weight[:-1]
    share[len(blue) - 2] += weight[-1]
    scale = np.log10(SOLAR_LUMINOSITY / _ERG_ANGSTROM)
    return jnp.log10(jnp.einsum("...p,p->...", light, jnp.asarray(share, light.dtype))) + scale


def photoionised_ew(
    log_photons: Float[Array | np.ndarray, "*#galaxy"] | float,
    level: Float[Array | np.ndarray, "*#galaxy"] | float,
    attenuation: Float[Array | np.ndarray, "*#galaxy"] | float = 0.0,
) -> Float[Array, "*galaxy"]:
    """Return the equivalent width of Hα that a galaxy's ionising photons make: 1.36e-12 erg each, over the starlight.

    Parameters
    ----------
    log_photons : (...) array
        log10 of the ionising photons per second, from `ionising_photons`. Less log10(1 - f) if a share f escapes or is
        absorbed by dust before it ionises.
    level : (...) array
        Luminosity of the starlight beside Hα as it is seen, behind dust [Lsun/Å].
    attenuation : (...) array, optional
        Attenuation of the gas at Hα [mag], on the same scale as that of `level`: 0 without dust.

    Returns
    -------
    (...) array
        Rest-frame equivalent widths [Å].

    Examples
    --------
    >>> from galactic_neon import photoionised_ew
    >>> ew = photoionised_ew(53.0, 5e5)  # a star formation rate of about .7 Msun/yr, 5e5 Lsun/Å beside Hα
    >>> round(float(ew), 1)
    71.1
    """
    log_halpha = jnp.asarray(log_photons) + float(np.log10(HALPHA_PER_PHOTON / SOLAR_LUMINOSITY))
    return 10.0 ** (log_halpha - 0.4 * jnp.asarray(attenuation)) / jnp.asarray(level)


def star_formation_ew(
    log_sfr: Float[Array | np.ndarray, "*#galaxy"] | float,
    level: Float[Array | np.ndarray, "*#galaxy"] | float,
    attenuation: Float[Array | np.ndarray, "*#galaxy"] | float = 0.0,
) -> Float[Array, "*galaxy"]:
    """Return the equivalent width of Hα that a star formation rate makes, where no spectrum below 912 Å is known.

    Parameters
    ----------
    log_sfr : (...) array
        log10 of the mean star formation rate of the last 10 Myr [Msun/yr].
    level, attenuation : (...) arrays
        See `photoionised_ew`.

    Returns
    -------
    (...) array
        Rest-frame equivalent widths [Å].

    References
    ----------
    Kennicutt & Evans 2012, ARA&A 50, 531.

    Examples
    --------
    >>> from galactic_neon import star_formation_ew
    >>> round(float(star_formation_ew(0.0, 5e5)), 1)
    97.3
    """
    log_halpha = jnp.asarray(log_sfr) - LOG_SFR_PER_HALPHA - float(np.log10(SOLAR_LUMINOSITY))
    return 10.0 ** (log_halpha - 0.4 * jnp.asarray(attenuation)) / jnp.asarray(level)


def line_ratios(
    log_oh: Float[Array | np.ndarray, "*#galaxy"] | float,
    log_u: Float[Array | np.ndarray, "*#galaxy"] | float | None = None,
) -> Float[Array, "*galaxy line"]:
    """Return fluxes of the lines of H II regions relative to Hα, from models of MAPPINGS 5.1.

    Parameters
    ----------
    log_oh : (...) array
        12 + log O/H of the gas; the Sun's is 8.76 on the models' scale. Limited to 7.06-8.88: beyond, [N II] of the
        models falls again.
    log_u : (...) array, optional
        log10 of the ionisation parameter, -4 to -2. By default it falls with the abundance as U ~ (O/H)^-.8, from -3.2
        at the Sun's abundance.

    Returns
    -------
    (..., line) array
        log10 of the flux ratios, before dust.

    References
    ----------
    Thomas et al. 2018, ApJ 856, 89 (the models, log P/k = 5.8); Dopita et al. 2006, ApJ 647, 244 (U and O/H).

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import LINES, line_ratios
    >>> nii = [line.name for line in LINES].index("NII_6584")
    >>> [round(float(ratio), 1) for ratio in line_ratios(np.array([8.0, 8.4, 8.8]))[:, nii]]  # log [N II]/Hα
    [-1.5, -0.9, -0.4]
    """
    table = load_tables()
    abundance = jnp.clip(jnp.asarray(log_oh, jnp.result_type(float)), float(table.log_oh[0]), HIGHEST_LOG_OH)
    ionisation = SOLAR_LOG_U + IONISATION_SLOPE * (abundance - SOLAR_LOG_OH) if log_u is None else jnp.asarray(log_u)
    abundance, ionisation = jnp.broadcast_arrays(abundance, ionisation)
    ratios = jnp.asarray(table.log_ratios, abundance.dtype)
    (low, part), (left, aside) = _place(table.log_oh, abundance), _place(table.log_u, ionisation)
    lower = ratios[low, left] * (1 - aside) + ratios[low, left + 1] * aside
    upper = ratios[low + 1, left] * (1 - aside) + ratios[low + 1, left + 1] * aside
    return lower * (1 - part) + upper * part


def log_oh_of(log_nii_halpha: Float[Array | np.ndarray, "*galaxy"]) -> Float[Array, "*galaxy"]:
    """Return 12 + log O/H at which `line_ratios` have this log10 of [N II] 6584 over Hα, limited to the models'."""
    grid = np.linspace(float(load_tables().log_oh[0]), HIGHEST_LOG_OH, 64)
    ratio = line_ratios(grid)[:, _NII]
    return jnp.interp(jnp.asarray(log_nii_halpha), ratio, jnp.asarray(grid, ratio.dtype))


def log_oh_of_metallicity(log_metallicity: Float[Array | np.ndarray, "*galaxy"] | float) -> Float[Array, "*galaxy"]:
    """Return 12 + log O/H of gas as rich as stars with this log10 of the mass fraction of metals."""
    return jnp.asarray(log_metallicity, jnp.result_type(float)) + float(SOLAR_LOG_OH - np.log10(SOLAR_METALLICITY))


def _place(axis: Float[np.ndarray, " node"], value: Array) -> tuple[Array, Array]:
    """Return the node below each value and how far beyond it the value lies (..., 1), at the ends within the axis."""
    nodes = jnp.asarray(axis, value.dtype)
    inside = jnp.clip(value, nodes[0], nodes[-1])
    low = jnp.clip(jnp.searchsorted(nodes, inside, side="right") - 1, 0, len(axis) - 2)
    return low, ((inside - nodes[low]) / (nodes[low + 1] - nodes[low]))[..., None]
