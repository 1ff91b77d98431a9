"""Units of wavelengths, and conversion to Å: lengths, their logarithms, frequencies, energies and wavenumbers."""

import re
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from data.columns.units.spelling import MAX_UNIT, REFUSED, is_stated, parse
from data.errors import UploadError

WAVELENGTH_UNITS: Final = ("Angstrom", "nm", "um", "m", "Hz", "eV", "1 / cm", "log10 Angstrom", "ln Angstrom")
LIGHT_SPEED: Final = 2.99792458e18
"""Speed of light [Å/s]."""


LOGARITHM: Final = re.compile(r"(?P<base>log10|log|ln|dex)\s*[\[( ]\s*(?P<inner>.+?)\s*[\])]?\s*", re.IGNORECASE)
"""A unit of which a file gives the logarithm: ``log10 Angstrom``, ``ln(Angstrom)``."""


_LENGTHS: Final = {"angstrom": "Angstrom", "nm": "nm", "um": "um"}
_LOGARITHMS: Final = (
    ("ln Angstrom", 7.6, 9.7),
    ("log10 nm", 2.3, 3.2),
    ("log10 um", -0.7, 0.2),
    ("log10 m", -6.7, -5.8),
)
"""Units of logarithmic wavelengths and the range of their middles; log10 of Å is the rule."""


def wavelength_choices(given: str) -> tuple[str, ...]:
    """Return the units of wavelength to choose from, the file's own first."""
    return WAVELENGTH_UNITS if given in WAVELENGTH_UNITS else (given, *WAVELENGTH_UNITS)


def wavelength_name(text: str) -> str:
    """Return astropy's name of a unit of wavelength, frequency or energy; "" for any other text."""
    lower = text.strip().lower()
    if found := LOGARITHM.fullmatch(text.strip()):
        inner = wavelength_name(found["inner"])
        return f"{'ln' if found['base'].lower() == 'ln' else 'log10'} {inner}" if inner else ""
    if lower in _LENGTHS:
        return _LENGTHS[lower]
    if lower in ("wavenumber", "kayser"):
        return "1 / cm"
    try:
        unit = parse(text)
        _angstrom_law(unit)
    except REFUSED:
        return ""
    return next((one for one in WAVELENGTH_UNITS[:-2] if parse(one) == unit), str(unit.to_string())[:60])


def of_wavelength(text: str, title: str, values: Float[np.ndarray, " pixel"]) -> tuple[str, str]:
    """Return the unit of wavelengths as stated by the file, or a guess from the column's name and values.

    Returns
    -------
    str
        One of `WAVELENGTH_UNITS`, or the file's own text if its unit is not understood.
    str
        Reason, as a phrase.
    """
    finite = values[np.isfinite(values)]
    middle = float(np.median(finite)) if finite.size else 5000.0
    said = f"typical value {middle:.4g}"
    logarithmic = "log" in title.lower() or (finite.size and 3.4 < middle < 4.2 and finite.max() < 5)
    if is_stated(text):
        name = wavelength_name(text)
        if name == "Angstrom" and logarithmic and middle < 5:
            return "log10 Angstrom", f"{said}, and the file says Angstrom"
        return name or text.strip()[:MAX_UNIT], "the file says so" + ("" if name else ", and it is not understood")
    if logarithmic:
        return next((unit for unit, low, high in _LOGARITHMS if low < middle < high), "log10 Angstrom"), said
    if 0 < middle < 1e-4:
        return "m", said
    if middle > 1e12:
        return "Hz", said
    if middle < 30:
        return "um", said
    return ("nm", said) if middle < 2000 else ("Angstrom", said)


def to_angstrom(values: Float[np.ndarray, " pixel"], unit: str) -> Float[np.ndarray, " pixel"]:
    """Convert wavelengths, frequencies or energies to wavelengths in Å.

    Raises
    ------
    UploadError
        When the unit is not understood.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        law, _, inner = unit.partition(" ")
        if law in ("log10", "ln") and inner:
            return to_angstrom(10.0**values if law == "log10" else np.exp(values), inner)
        simple = {"Angstrom": 1.0, "nm": 10.0, "um": 1e4, "m": 1e10}.get(unit)
        if simple is not None:
            return values * simple
        try:
            factor, inverse = _angstrom_law(parse(unit))
        except REFUSED as error:
            raise UploadError(
                f"The wavelength unit {unit[:40]!r} is not understood. Choose one of {', '.join(WAVELENGTH_UNITS)}."
            ) from error
        return factor / values if inverse else values * factor


def _angstrom_law(unit: Any) -> tuple[float, bool]:
    """Return a factor to Å, and whether the wavelength is that factor divided by the value (frequency or energy)."""
    from astropy import units

    for target, per_one in (("Angstrom", 1.0), ("Hz", LIGHT_SPEED), ("eV", 12398.419843320026), ("1 / Angstrom", 1.0)):
        try:
            factor = float(unit.to(units.Unit(target)))
        except units.UnitConversionError:
            continue
        return (factor, False) if target == "Angstrom" else (per_one / factor, True)
    raise ValueError("no length, frequency or energy")
