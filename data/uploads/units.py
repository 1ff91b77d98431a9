"""Units of uploads: which there are, how a file names them, and the way to f_lambda in 1e-17 erg/s/cm²/Å."""

from typing import Any, Final

import numpy as np
from jaxtyping import Float

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
    "erg / (s Angstrom)",
    "Lsun / Angstrom",
    "erg / (s Hz)",
    "Lsun / Hz",
    RELATIVE,
    RELATIVE_NU,
)
"""As astropy writes them; the last two have no scale, and only ratios are used."""
WAVELENGTH_UNITS: Final = ("Angstrom", "nm", "um", "log10 Angstrom")
_WAVELENGTH_WORDS: Final = {
    "Angstrom": ("angstrom", "angstroms", "ang", "aa", "a", "å"),
    "nm": ("nm", "nanometer", "nanometers"),
    "um": ("um", "micron", "microns", "µm"),
}
_JANSKYS: Final = {"jy": "Jy", "mjy": "mJy", "ujy": "uJy"}
"""As titles of columns are often typed; astropy distinguishes m and M."""
LIGHT_SPEED: Final = 2.99792458e18
"""Å/s."""


def choices(given: str) -> tuple[str, ...]:
    """Return the units to choose from, the file's own first."""
    return FLUX_UNITS if given in FLUX_UNITS else (given, *FLUX_UNITS)


def known(text: str) -> str:
    """Return a file's unit in astropy's words, "" when it says none that is a flux or luminosity density."""
    if not text:
        return ""
    try:
        unit = _parse(text)
        _conversion(unit)
    except (ValueError, TypeError, UploadError):
        return ""
    return next((name for name in FLUX_UNITS[:-2] if _parse(name) == unit), unit.to_string()[:60])


def by_size(typical: float) -> tuple[str, str]:
    """Guess a flux unit from the size of the numbers."""
    said = f"typical value {typical:.2g}"
    if typical < 1e-23:
        return "erg / (s cm2 Hz)", said
    if typical < 1e-9:
        return "erg / (s cm2 Angstrom)", said
    if typical > 1e20:
        return "erg / (s Angstrom)", said
    return RELATIVE, f"{said}; only ratios matter unless you choose a unit"


def of_wavelength(text: str, title: str, values: Float[np.ndarray, " pixel"]) -> tuple[str, str]:
    """Guess the unit of wavelengths from what the file says, the column's name, or their size."""
    lower = text.strip().lower()
    for unit, names in _WAVELENGTH_WORDS.items():
        if lower in names:
            return unit, "the file says so"
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else 5000.0
    said = f"typical value {middle:.4g}"
    if "log" in title.lower() or (3.4 < middle < 4.2 and np.nanmax(values) < 5):
        return "log10 Angstrom", said
    if middle < 30:
        return "um", said
    return ("nm", said) if middle < 2000 else ("Angstrom", said)


def to_angstrom(values: Float[np.ndarray, " pixel"], unit: str) -> Float[np.ndarray, " pixel"]:
    """Convert wavelengths to Å; `unit` is one of `WAVELENGTH_UNITS`."""
    if unit == "log10 Angstrom":
        with np.errstate(over="ignore"):
            return 10.0**values
    return values * {"Angstrom": 1.0, "nm": 10.0, "um": 1e4}[unit]


def flux_factor(wavelength: Float[np.ndarray, " pixel"], unit: str) -> tuple[Float[np.ndarray, " pixel"], bool]:
    """Find what takes fluxes to f_lambda.

    Parameters
    ----------
    wavelength : (pixel,) array
        Wavelengths at which the flux was given [Å].
    unit : str
        One of `choices`.

    Returns
    -------
    (pixel,) array
        Factor per pixel.
    bool
        Whether the result is in 1e-17 erg/s/cm²/Å; else only ratios count.

    Raises
    ------
    UploadError
        When astropy does not know the unit, or it is no flux density.
    """
    per_frequency = LIGHT_SPEED / wavelength**2
    if unit in (RELATIVE, RELATIVE_NU):
        # Scaled to the middle of the optical, so that the numbers stay of the size they had.
        return (np.ones_like(wavelength) if unit == RELATIVE else per_frequency / (LIGHT_SPEED / 5000.0**2)), False
    try:
        scale, of_frequency, absolute = _conversion(_parse(unit))
    except (ValueError, TypeError) as error:
        raise UploadError(f"The unit {unit[:40]!r} is not known. Choose one of the list.") from error
    return (scale * per_frequency if of_frequency else np.full_like(wavelength, scale)), absolute


def _parse(text: str) -> Any:
    from astropy import units

    return units.Unit(_JANSKYS.get(text.lower(), text))


def _conversion(unit: Any) -> tuple[float, bool, bool]:
    """Return the factor to 1e-17 cgs, whether it is per frequency, and whether it is a flux (not a luminosity)."""
    from astropy import units

    for target, of_frequency, absolute in (
        ("1e-17 erg / (s cm2 Angstrom)", False, True),
        ("1e-17 erg / (s cm2 Hz)", True, True),
        ("1e40 erg / (s Angstrom)", False, False),
        ("1e40 erg / (s Hz)", True, False),
    ):
        try:
            return float(unit.to(units.Unit(target))), of_frequency, absolute
        except units.UnitConversionError:
            continue
    raise UploadError(f"The unit {unit} is no flux density. Choose one per Å or per Hz.")
