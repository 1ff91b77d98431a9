"""Parsing of numbers that users write, with an error message for each mistake.

Typed bins, pasted rows and uploaded files are parsed here, so that a mistake gives the same message everywhere.
"""

import math
import re
from collections.abc import Iterable
from typing import Final

from data.catalogue.schema import FLUX_NAMES
from data.columns.missing import RANGES
from data.columns.words import shown
from data.errors import UploadError

FLUX_RANGE: Final = (1e-30, 1e30)
"""Allowed fluxes, in any unit as the network uses only ratios; float32 would overflow beyond."""
LOG_LUMINOSITY_RANGE: Final = RANGES["log_luminosity"]
REDSHIFT_RANGE: Final = RANGES["redshift"]

_SEPARATORS = re.compile(r"[\s,;|]+")


def read_number(text: str, where: str) -> float:
    """Read a finite number.

    Parameters
    ----------
    text : str
        Number as written, for example ``"3.1e-17"``.
    where : str
        Position of the number for the error message, as in ``"Row 4, column flux_03"``.

    Returns
    -------
    float
        The number.

    Raises
    ------
    UploadError
        When the text is empty, not a number, NaN or infinite.
    """
    text = text.strip()
    if not text:
        raise UploadError(f"{where}: the value is missing. Fill in a number.")
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        raise UploadError(f"{where}: {shown(text)} has a decimal comma. Write {text.replace(',', '.')}.")
    try:
        # Python accepts "1_000" as a number; in a table it is a mistake.
        number = math.nan if "_" in text else float(text)
    except ValueError:
        number = math.nan
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        raise UploadError(f"{where}: the value is {text}. Measure it again or leave the galaxy out.")
    if not math.isfinite(number):
        raise UploadError(f"{where}: {shown(text)} is not a number. Write it like 1.25 or 3.1e-17.")
    return number


def read_flux(text: str, where: str) -> float:
    """Read a bin's flux, which must be above zero [any unit, the same for all twelve].

    Raises
    ------
    UploadError
        When the text is not a number within `FLUX_RANGE`.
    """
    flux = read_number(text, where)
    if flux <= 0:
        raise UploadError(
            f"{where}: the flux is {text.strip()}. A bin's mean flux must be above 0: "
            "measure it again or leave the galaxy out."
        )
    return within(flux, FLUX_RANGE, where)


def within(number: float, limits: tuple[float, float], where: str) -> float:
    """Return the number if it lies within the limits.

    Raises
    ------
    UploadError
        When the number lies outside the limits.
    """
    low, high = limits
    if not low <= number <= high:
        raise UploadError(f"{where}: {number:g} lies outside {low:g} to {high:g}. Check its unit.")
    return number


def read_log_luminosity(text: str, where: str) -> float:
    """Read log10[F (1+z) D_L²] of the bin at 6400-6700 Å.

    Raises
    ------
    UploadError
        When the text is not a number within `LOG_LUMINOSITY_RANGE`.
    """
    return within(read_number(text, where), LOG_LUMINOSITY_RANGE, where)


def read_redshift(text: str, where: str) -> float:
    """Read a redshift.

    Raises
    ------
    UploadError
        When the text is not a number within `REDSHIFT_RANGE`.
    """
    return within(read_number(text, where), REDSHIFT_RANGE, where)


def read_twelve(text: str) -> list[str]:
    """Split the text of twelve fluxes in a link, and check each number.

    Raises
    ------
    UploadError
        When there are not twelve numbers, or one is not > 0.
    """
    parts = split_numbers(text)
    if len(parts) != len(FLUX_NAMES):
        raise UploadError(f"The link’s flux holds {len(parts)} numbers; it needs {len(FLUX_NAMES)}, bluest bin first.")
    for part, name in zip(parts, FLUX_NAMES, strict=True):
        read_flux(part, f"The link’s {name}")
    return parts


def split_numbers(text: str) -> list[str]:
    """Split a pasted row or column of numbers at spaces, commas, semicolons, tabs and line ends."""
    return [part for part in _SEPARATORS.split(text.strip(" \t\r\n,;|[]()")) if part]


def as_typed(bin_flux: Iterable[float]) -> list[str]:
    """Return fluxes as texts with four significant digits."""
    return [f"{float(value):.4g}" for value in bin_flux]
