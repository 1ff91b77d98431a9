"""Quantities derived from observed lines: dust, star formation rate, metallicity, with errors and caveats.

A line flux is the equivalent width times the continuum level beside the line (`levels`). Errors are propagated to first
order from the errors of the equivalent widths alone. A quantity is given where each of its lines is significant;
otherwise a limit, or nothing.
"""

import math
from typing import Final, Literal, NamedTuple

import numpy as np
from jaxtyping import Array, Float

from ..numerics.constants import CM_PER_MPC
from .cosmology import luminosity_distance
from .diagnostics import HALPHA, HBETA, KAUFFMANN, MIN_SIGNAL, NII, OIII, is_above
from .diagram_class import faint_lines
from .levels import continuum_levels

CASE_B: Final = 2.86
"""Hα/Hβ of gas without dust at 10,000 K and 100 cm^-3 (Osterbrock & Ferland 2006, table 4.2)."""
HALPHA_TO_V: Final = 0.818
"""A(Hα) / A(V) of the Milky Way's mean extinction curve, R_V = 3.1 (Cardelli, Clayton & Mathis 1989, ApJ 345, 245)."""
HBETA_TO_V: Final = 1.164
"""A(Hβ) / A(V) of the same curve."""
SFR_PER_LUMINOSITY: Final = 10**-41.27
"""Star formation rate over L(Hα) [M_sun/yr per erg/s], Kroupa IMF (Kennicutt & Evans 2012, ARA&A 50, 531)."""
O3N2_LIMITS: Final = (-1.0, 1.9)
"""Range of O3N2 in which the calibration holds [dex] (Pettini & Pagel 2004, MNRAS 348, L59)."""

_LN10: Final = math.log(10)
_A_V_PER_DEX: Final = 2.5 / (HBETA_TO_V - HALPHA_TO_V)


class Derived(NamedTuple):
    """A derived quantity.

    Attributes
    ----------
    name, unit : str
        Name and unit as displayed.
    value, error : float
        Value and its standard deviation in that unit; NaN if it cannot be derived. A limit has no error.
    note : str
        Why the value cannot be derived, or its caveats.
    source : str
        Reference of the formula.
    limit : {"", "<", ">"}
        Whether the value is an upper or a lower limit.
    """

    name: str
    unit: str
    value: float
    error: float
    note: str
    source: str
    limit: Literal["", "<", ">"] = ""


def line_flux(
    bin_flux: Float[np.ndarray, " bin"],
    ew: Float[np.ndarray, " line"],
    redshift: float,
    levels: Float[Array | np.ndarray, " line"] | None = None,
) -> Float[np.ndarray, " line"]:
    """Return the observed flux of each line.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean continuum per bin [1e-17 erg/s/cm²/Å], not multiplied by 1 + z.
    ew : (line,) array
        Rest-frame equivalent widths [Å].
    redshift : float
        Redshift; the observed line is 1 + z times as wide as at rest.
    levels : (line,) array, optional
        Continuum levels in the unit of `bin_flux`; by default they are estimated from the bins.

    Returns
    -------
    (line,) array
        Fluxes [1e-17 erg/s/cm²].
    """
    beside = np.asarray(continuum_levels(bin_flux) if levels is None else levels)
    return np.asarray(ew, float) * beside * (1 + redshift)


def derive(
    bin_flux: Float[np.ndarray, " bin"],
    ew: Float[np.ndarray, " line"],
    ew_ivar: Float[np.ndarray, " line"],
    redshift: float,
    levels: Float[Array | np.ndarray, " line"] | None = None,
    min_signal: float = MIN_SIGNAL,
) -> tuple[Derived, ...]:
    """Derive dust, star formation rate and metallicity from a galaxy's observed lines.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean continuum per bin [1e-17 erg/s/cm²/Å].
    ew, ew_ivar : (line,) array
        Rest-frame equivalent widths [Å] and inverse variances [1/Å²]; NaN where not detected.
    redshift : float
        Redshift.
    levels : (line,) array, optional
        Continuum levels in the unit of `bin_flux`, of a galaxy whose whole spectrum was measured; by default they are
        estimated from the bins.
    min_signal : float
        Signal-to-noise required of each line.

    Returns
    -------
    tuple of Derived
        A_V, SFR(Hα) and 12 + log(O/H).
    """
    ew = np.where(ew > 0, ew, np.nan)
    flux = line_flux(bin_flux, ew, redshift, levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = 1 / (np.sqrt(np.where(ew_ivar > 0, ew_ivar, np.nan)) * ew)
    measured = _Measured(flux, relative, ew, ew_ivar, min_signal)
    return _extinction(measured), _star_formation(measured, redshift), _metallicity(measured)


class _Measured(NamedTuple):
    """Fluxes of a galaxy's lines with their relative errors, and the equivalent widths that they come from."""

    flux: Float[np.ndarray, " line"]
    relative: Float[np.ndarray, " line"]
    ew: Float[np.ndarray, " line"]
    ew_ivar: Float[np.ndarray, " line"]
    min_signal: float

    def faint(self, *lines: int) -> str:
        """Say which of the lines are not significant; "" if all are."""
        return faint_lines(self.ew, self.ew_ivar, lines, self.min_signal)

    def upper(self, line: int) -> float:
        """Return the upper limit of a line's flux; NaN if it has no error."""
        return float(self.flux[line] * (1 + self.min_signal * self.relative[line]))


def _extinction(measured: _Measured) -> Derived:
    name, unit = "A_V from Hα/Hβ", "mag"
    source = f"Case B Hα/Hβ = {CASE_B}, Cardelli et al. 1989 with R_V = 3.1"
    flux, relative = measured.flux, measured.relative
    if faint := measured.faint(HALPHA, HBETA):
        least = math.nan
        if not measured.faint(HALPHA) and math.isfinite(measured.upper(HBETA)):
            least = _A_V_PER_DEX * math.log10(flux[HALPHA] / measured.upper(HBETA) / CASE_B)
        if least > 0:
            note = f"{_sentence(faint)} The lower limit is for Hβ {measured.min_signal:g} errors brighter."
            return Derived(name, unit, least, math.nan, note, source, ">")
        return Derived(name, unit, math.nan, math.nan, _sentence(faint), source)
    value = _A_V_PER_DEX * math.log10(flux[HALPHA] / flux[HBETA] / CASE_B)
    error = _A_V_PER_DEX / _LN10 * math.hypot(relative[HALPHA], relative[HBETA])
    note = "Assumes that the dust is a screen in front of the gas. "
    note += (
        "The value is below zero because the ratio is bluer than that of gas without dust. Possible causes are "
        "noise, or Hβ absorption that was corrected twice."
        if value < 0
        else "Hβ lies in a stellar absorption line, so a faint Hβ depends on the fit of the starlight."
    )
    return Derived(name, unit, value, error, note, source)


def _star_formation(measured: _Measured, redshift: float) -> Derived:
    name, unit, source = "SFR from Hα", "M☉/yr", "Kennicutt & Evans 2012, Kroupa IMF"
    flux, relative = measured.flux, measured.relative
    distance = float(luminosity_distance(redshift)) * CM_PER_MPC
    rate = SFR_PER_LUMINOSITY * 4 * math.pi * distance**2 * 1e-17
    if faint := measured.faint(HALPHA):
        most = rate * measured.upper(HALPHA)
        if not math.isfinite(most):
            return Derived(name, unit, math.nan, math.nan, _sentence(faint), source)
        note = f"{_sentence(faint)} The upper limit is for Hα {measured.min_signal:g} errors brighter, without dust."
        return Derived(name, unit, most, math.nan, note, source, "<")
    caveat = (
        "Includes only the light in the fibre, and attributes all Hα to young stars, which is wrong for retired "
        "galaxies and active nuclei."
    )
    if faint := measured.faint(HBETA):
        note = f"{_sentence(faint)} Not corrected for dust, so this is a lower limit. {caveat}"
        return Derived(name, unit, rate * float(flux[HALPHA]), math.nan, note, source, ">")
    decades = max(math.log10(flux[HALPHA] / flux[HBETA] / CASE_B), 0.0)
    # L(Hα) depends on the flux of Hα twice: directly, and through the dust correction.
    slope = 0.4 * HALPHA_TO_V * _A_V_PER_DEX if decades > 0 else 0.0
    error = math.hypot((1 + slope) * relative[HALPHA], slope * relative[HBETA])
    value = rate * float(flux[HALPHA]) * 10 ** (0.4 * HALPHA_TO_V * _A_V_PER_DEX * decades)
    return Derived(name, unit, value, value * error, f"Corrected for dust by Hα/Hβ. {caveat}", source)


def _metallicity(measured: _Measured) -> Derived:
    source = "O3N2, Pettini & Pagel 2004"
    name = "12 + log(O/H)"
    four = [OIII, HBETA, NII, HALPHA]
    flux, relative = measured.flux, measured.relative
    if faint := measured.faint(*four):
        return Derived(name, "", math.nan, math.nan, _sentence(faint), source)
    x, y = math.log10(flux[NII] / flux[HALPHA]), math.log10(flux[OIII] / flux[HBETA])
    ratio = y - x
    if is_above(KAUFFMANN, np.asarray(x), np.asarray(y)):
        note = (
            "The gas is not ionised by star formation alone (above Kauffmann 2003), so the calibration does not apply."
        )
        return Derived(name, "", math.nan, math.nan, note, source)
    if not O3N2_LIMITS[0] < ratio < O3N2_LIMITS[1]:
        note = f"O3N2 = {ratio:.2f} lies outside {O3N2_LIMITS[0]} to {O3N2_LIMITS[1]}, where the calibration is valid."
        return Derived(name, "", math.nan, math.nan, note, source)
    error = 0.32 / _LN10 * float(np.sqrt(np.sum(relative[four] ** 2)))
    note = "The scatter of the calibration itself, 0.14 dex, is not included in the error. Not corrected for dust."
    return Derived(name, "", 8.73 - 0.32 * ratio, error, note, source)


def _sentence(faint: str) -> str:
    return f"Not measured: {faint}."
