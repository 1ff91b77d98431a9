"""Units of fluxes, and conversion to f_lambda."""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.columns.units.spelling import MAX_UNIT, REFUSED, parse
from data.columns.units.wavelength import LIGHT_SPEED, LOGARITHM
from data.errors import UploadError

RELATIVE: Final = "any, per wavelength"
RELATIVE_NU: Final = "any, per frequency"
FLUX_UNITS: Final = (
    "1e-17 erg / (s cm2 Angstrom)",
    "erg / (s cm2 Angstrom)",
    "W / (m2 um)",
    "Jy",
    "mJy",
    "uJy",
    "erg / (s cm2 Hz)",
    "photon / (s cm2 Angstrom)",
    "nmgy",
    "mag(AB)",
    "erg / (s Angstrom)",
    "Lsun / Angstrom",
    "erg / (s Hz)",
    "Lsun / Hz",
    RELATIVE,
    RELATIVE_NU,
)
"""Flux units to choose from; the last two have no scale, so that only ratios are used."""
_PLANCK_LIGHT: Final = 1.98644586e-8
"""Planck constant times speed of light [erg Å]."""
_RELATIVE_WORDS: Final = frozenset(
    {"arbitrary", "arb", "arb.", "arbitrary units", "relative", "normalized", "normalised", "a.u.", "relative flux"}
)
_NAMED: Final = {
    "flam": "erg / (s cm2 Angstrom)",
    "flambda": "erg / (s cm2 Angstrom)",
    "f_lambda": "erg / (s cm2 Angstrom)",
    "fnu": "erg / (s cm2 Hz)",
    "f_nu": "erg / (s cm2 Hz)",
    "photlam": "photon / (s cm2 Angstrom)",
    "photnu": "photon / (s cm2 Hz)",
    "abmag": "mag(AB)",
    "ab": "mag(AB)",
    "mag(ab)": "mag(AB)",
    "mag_ab": "mag(AB)",
    "ab mag": "mag(AB)",
    "mag (ab)": "mag(AB)",
    "stmag": "mag(ST)",
    "st mag": "mag(ST)",
    "mag(st)": "mag(ST)",
}
"""Unit names of synphot and of photometry."""
_AREAS: Final = re.compile(r"arcsec|arcmin|\bsr\b|spaxel|\bpix|\bbeam|fiber|fibre|deg\^?2", re.IGNORECASE)
_AREA: Final = re.compile(r"m\s*(?:\^|\*\*)?\s*[({]*\s*[-−]?2", re.IGNORECASE)
_FREQUENCY: Final = re.compile(r"hz|hertz|jy|jansk|mgy|magg", re.IGNORECASE)


class FluxUnit(NamedTuple):
    """A parsed unit of flux.

    Attributes
    ----------
    name : str
        Name as displayed; an element of `FLUX_UNITS` if possible.
    scale : float
        Factor from the unit to 1e-17 cgs, before the conversion of `per` to wavelength.
    per : {"wavelength", "frequency", "photon wavelength", "photon frequency"}
        Quantity of which the flux is a density.
    absolute : bool
        Whether the scale of the flux is known; else only ratios matter.
    law : {"linear", "log10", "ln", "magnitude"}
        Relation between the numbers and the flux.
    """

    name: str
    scale: float
    per: str
    absolute: bool
    law: str = "linear"


def choices(given: str) -> tuple[str, ...]:
    """Return the units of flux to choose from, the file's own first."""
    return FLUX_UNITS if given in FLUX_UNITS else (given, *FLUX_UNITS)


def by_size(typical: float) -> tuple[str, str]:
    """Guess a flux unit from the typical value of a column without a unit; return the unit and the reason."""
    said = f"typical value {typical:.2g}"
    if typical < 1e-23:
        return "erg / (s cm2 Hz)", said
    if typical < 1e-9:
        return "erg / (s cm2 Angstrom)", said
    if typical > 1e20:
        return "erg / (s Angstrom)", said
    return RELATIVE, f"{said}; only ratios matter unless you choose a unit"


def flux_unit(text: str) -> FluxUnit:
    """Parse a unit of flux.

    Parameters
    ----------
    text : str
        Unit as written in a file or by a user: ``mJy``, ``10-17 erg/s/cm2/A``, ``PHOTLAM``, ``mag(AB)``.

    Returns
    -------
    FluxUnit
        Conversion to f_lambda.

    Raises
    ------
    UploadError
        When the unit is not understood; the message says what to do.
    """
    return _flux_unit(text.strip())


@lru_cache(256)
def _flux_unit(text: str) -> FluxUnit:
    if text in (RELATIVE, RELATIVE_NU):
        return FluxUnit(text, 1.0, "wavelength" if text == RELATIVE else "frequency", absolute=False)
    if text.lower() in _RELATIVE_WORDS:
        return FluxUnit(RELATIVE, 1.0, "wavelength", absolute=False)
    shown = text[:40]
    named = _NAMED.get(text.lower(), text)
    if named in ("mag(AB)", "mag(ST)"):
        # 10^(-0.4 (m + 48.6)) erg/s/cm²/Hz, and 10^(-0.4 (m + 21.1)) erg/s/cm²/Å.
        zero, per = (48.6, "frequency") if named == "mag(AB)" else (21.1, "wavelength")
        return FluxUnit(named, 1e17 * 10 ** (-0.4 * zero), per, absolute=True, law="magnitude")
    if re.fullmatch(r"[a-z]*mags?|mag\(.*\)|.*\bmag\b.*", named.lower()):
        raise UploadError(f"The flux unit {shown!r} is a magnitude of no known zero point. Write mag(AB), or a flux.")
    law, inner = "linear", named
    if found := LOGARITHM.fullmatch(named):
        law, inner = ("ln" if found["base"].lower() == "ln" else "log10"), found["inner"]
    if _AREAS.search(inner):
        raise UploadError(
            f"The flux unit {shown!r} is a surface brightness: it is per area of the sky or per pixel. "
            "Sum the flux over the galaxy, or say that only ratios matter."
        )
    if inner.strip().upper() == "MJY" and inner.strip() not in ("mJy", "MJy", "mjy"):
        raise UploadError(f"The flux unit {shown!r} may be mJy or MJy, a factor of 1e9. Write mJy or MJy.")
    try:
        scale, per, absolute = _conversion(parse(inner))
        if per.endswith("frequency") and not _FREQUENCY.search(inner):
            # By dimension an energy is a power per frequency, but no spectrum is stated in erg or J/m2.
            raise ValueError(f"{inner} names no frequency")
        if not absolute and _AREA.search(inner):
            # By dimension a flux per wavenumber is a power per length.
            raise ValueError(f"{inner} is a flux per wavenumber")
    except REFUSED as error:
        raise UploadError(
            f"The flux unit {shown!r} is not understood. Write it as in {FLUX_UNITS[1]!r} or 'mJy', or choose one."
        ) from error
    if not (0 < scale < 1e200 and scale > 1e-200):
        raise UploadError(f"The flux unit {shown!r} has a scale out of reach. Choose another.")
    if law != "linear":
        return FluxUnit(text[:MAX_UNIT], scale, per, absolute, law)
    name = next((one for one in FLUX_UNITS[:-2] if one == named or _same(one, scale, per, absolute)), "")
    return FluxUnit(name or str(parse(inner).to_string())[:60], scale, per, absolute)


@lru_cache(64)
def _listed(name: str) -> tuple[float, str, bool] | None:
    return None if "mag" in name else _conversion(parse(name))


def _same(name: str, scale: float, per: str, absolute: bool) -> bool:
    listed = _listed(name)
    return listed is not None and listed[1:] == (per, absolute) and abs(listed[0] / scale - 1) < 1e-9


def to_f_lambda(
    values: Float[np.ndarray, "*any bin"], wavelength: Float[np.ndarray, " bin"], unit: str
) -> tuple[Float[np.ndarray, "*any bin"], Float[np.ndarray, "*any bin"], bool]:
    """Convert fluxes to f_lambda.

    Parameters
    ----------
    values : (..., bin) array
        Fluxes in `unit`.
    wavelength : (bin,) array
        Wavelengths of the fluxes [Å].
    unit : str
        Unit that `flux_unit` understands.

    Returns
    -------
    (..., bin) array
        f_lambda.
    (..., bin) array
        Derivative of f_lambda with respect to `values`, for the propagation of errors.
    bool
        Whether f_lambda is in 1e-17 erg/s/cm²/Å; else only ratios count.

    Raises
    ------
    UploadError
        When the unit is not understood.
    """
    known = flux_unit(unit)
    factor = known.scale * _per_wavelength(wavelength, known)
    with np.errstate(over="ignore", invalid="ignore"):
        if known.law == "linear":
            return values * factor, np.broadcast_to(factor, np.shape(values)), known.absolute
        rate = {"log10": np.log(10), "ln": 1.0, "magnitude": -0.4 * np.log(10)}[known.law]
        flux = factor * np.exp(rate * values)
        return flux, np.abs(rate) * flux, known.absolute


def _per_wavelength(wavelength: np.ndarray, known: FluxUnit) -> np.ndarray:
    """Return the factor from a density of frequency or photons to one of energy per wavelength."""
    ones = np.ones_like(wavelength)
    if known.name == RELATIVE_NU:
        # Normalised at 5000 Å, so that the numbers keep their order of magnitude.
        return (5000.0 / wavelength) ** 2
    energy = _PLANCK_LIGHT / wavelength if known.per.startswith("photon") else ones
    return energy * (LIGHT_SPEED / wavelength**2 if known.per.endswith("frequency") else ones)


def _conversion(unit: Any) -> tuple[float, str, bool]:
    """Return factor to 1e-17 cgs, the quantity of which it is a density, and whether it is a flux, not a luminosity."""
    from astropy import units

    if unit.is_equivalent(units.mgy):
        # A maggy is 3631 Jy; a nanomaggy 3.631 uJy.
        return float(unit.to(units.mgy)) * 3631e-23 * 1e17, "frequency", True
    for target, per, absolute in (
        ("1e-17 erg / (s cm2 Angstrom)", "wavelength", True),
        ("1e-17 erg / (s cm2 Hz)", "frequency", True),
        ("1e17 photon / (s cm2 Angstrom)", "photon wavelength", True),
        ("1e17 photon / (s cm2 Hz)", "photon frequency", True),
        ("1e40 erg / (s Angstrom)", "wavelength", False),
        ("1e40 erg / (s Hz)", "frequency", False),
    ):
        try:
            factor = float(unit.to(units.Unit(target)))
        except units.UnitConversionError:
            continue
        # Of photons per second: 1e17 of them carry 1e17 h c / λ erg, which is 1e34 times 1e-17 erg.
        return (factor * 1e34 if per.startswith("photon") else factor), per, absolute
    raise ValueError(f"The unit {unit} is no flux density.")
