"""Spellings of units in files, and the unit of astropy that each of them means."""

import re
import warnings
from typing import Any, Final

MAX_UNIT: Final = 120
"""Longest unit text that is parsed; the longest sensible unit has about 60 characters."""


REFUSED: Final = (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError)
"""What astropy raises for a text that is no unit, and for a unit of another kind."""


_NOTHING: Final = frozenset({"", "-", "--", "1", "none", "null", "nan", "unknown", "unitless", "dimensionless", "n/a"})
_WORDS: Final = {
    "a": "Angstrom", "aa": "Angstrom", "ang": "Angstrom", "angs": "Angstrom", "angstrom": "Angstrom",
    "angstroms": "Angstrom", "ångström": "Angstrom", "å": "Angstrom", "micron": "um", "microns": "um",
    "micrometer": "um", "micrometers": "um", "micrometre": "um", "µm": "um", "μm": "um", "nanometer": "nm",
    "nanometers": "nm", "nanometre": "nm", "erg": "erg", "ergs": "erg", "sec": "s", "second": "s", "seconds": "s",
    "cm": "cm", "cm2": "cm2", "hz": "Hz", "hertz": "Hz", "jy": "Jy", "jansky": "Jy", "janskys": "Jy", "watt": "W",
    "watts": "W", "photons": "photon", "phot": "photon", "phots": "photon", "lsun": "Lsun", "l_sun": "Lsun",
    "solarlum": "Lsun", "meter": "m", "meters": "m", "metre": "m", "metres": "m", "ev": "eV", "kev": "keV",
    "microjy": "uJy", "millijy": "mJy", "nanojy": "nJy", "kilojy": "kJy", "megajy": "MJy",
    "ujy": "uJy", "µjy": "uJy", "μjy": "uJy", "njy": "nJy", "nm": "nm", "um": "um",
    "nanomaggy": "nmgy", "nanomaggies": "nmgy", "nmgy": "nmgy", "maggy": "mgy", "maggies": "mgy", "mgy": "mgy",
    "counts": "count", "cts": "count", "adu": "adu", "dn": "adu", "electrons": "electron",
}  # fmt: skip
"""astropy's names of units by their lower-case spellings in files."""
_KEEP: Final = frozenset({"mJy", "MJy", "m", "M", "s", "W", "J", "K", "mm", "Mm", "nJy", "pJy", "kJy", "GJy"})
"""Units whose meaning depends on case and which are left unchanged."""
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺·×−", "0123456789-+.*-")
_LATEX: Final = re.compile(r"[${}]|\\[A-Za-z]+|\\[,;: ]")
_LATEX_SIGNS: Final = {"$": "", "{": "", "}": "", "\\AA": "Angstrom", "\\mu": "u", "\\lambda": "lambda"}
"""Signs of LaTeX in units, by what they stand for; others are blanks."""


def is_stated(text: str) -> bool:
    """Return whether a text states a unit, as opposed to a placeholder such as "-" or a number, as in flux[0]."""
    return text.strip().lower() not in _NOTHING and not text.strip().isdecimal()


def parse(text: str) -> Any:
    """Parse a unit with astropy, after normalising common spellings: 10-17, superscripts, A for Angstrom, capitals.

    Raises
    ------
    ValueError
        When astropy cannot parse the unit.
    """
    from astropy import units

    text = _LATEX.sub(lambda found: _LATEX_SIGNS.get(found[0], " "), text.strip().translate(_SUPERSCRIPTS)).strip()
    if not text or len(text) > MAX_UNIT:
        raise ValueError("no unit")
    # cm⁻² is now cm-2; 10-17, 10^-17, 10**(-17) and 1E-17 become 1e-17.
    text = re.sub(r"^\(?\s*(?:1(?:\.0*)?\s*[x*]?\s*)?10\s*(?:\^|\*\*)?\s*\(?\s*([+-]\d+)\s*\)?", r"1e\1 ", text)
    text = re.sub(r"^1(?:\.0*)?[eEdD]([+-]?\d+)\s*[*.]?\s*", r"1e\1 ", text)
    text = re.sub(r"(?<![A-Za-z])[A-Za-zÅåµμöÖ_]+", lambda word: _word(word[0]), text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for format in ("generic", "fits", "vounit", "cds", "ogip"):
            try:
                unit = units.Unit(text, format=format)
            except (ValueError, TypeError, KeyError):
                continue
            if isinstance(unit, units.UnitBase):
                return unit
            break
    raise ValueError(f"{text} is no unit that astropy knows")


def _word(word: str) -> str:
    if word in _KEEP or word in ("e", "E"):
        return word
    if word == "mjy":
        return "mJy"
    return _WORDS.get(word.lower(), word.lower() if word.isupper() and word.lower() in ("s", "w", "j") else word)


def ratio(text: str, target: str, power: int = 1) -> float:
    """Return the factor from a unit to a power of another, exactly 1 if they are the same.

    Raises
    ------
    ValueError
        When either is no unit, or they are of different kinds.
    """
    try:
        factor = float(parse(text).to(parse(target) ** power))
    except REFUSED as error:
        raise ValueError(f"{text} cannot be converted to {target} to the power of {power}") from error
    return 1.0 if abs(factor - 1) < 1e-9 else factor
