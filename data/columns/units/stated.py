"""Units that a file states: in a row below its header, in comments, by column, or of its errors."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from data.columns.units.flux import flux_unit
from data.columns.units.spelling import MAX_UNIT, REFUSED, is_stated, parse, ratio
from data.columns.units.wavelength import wavelength_name
from data.errors import UploadError

FLUX_UNIT_KEYS: Final = ("flux_unit", "flux_units", "fluxunit", "flux unit", "flux units", "bunit", "yunit", "yunits")
"""Metadata keys that state the unit of every flux of a file."""
WAVELENGTH_UNIT_KEYS: Final = (
    "wavelength_unit", "wavelength_units", "wave_unit", "waveunit", "wavelength unit", "wavelength units", "cunit1",
    "xunits",
)  # fmt: skip
"""Metadata keys that state the unit of the wavelengths."""


def are_units(cells: Sequence[str]) -> bool:
    """Return whether a row of cells holds units: at least one of flux or wavelength, and no cell that is not a unit."""
    return any(is_stated(cell) and (wavelength_name(cell) or _is_flux(cell)) for cell in cells) and all(
        not is_stated(cell) or _is_flux(cell) or _is_unit(cell) for cell in cells
    )


def stated_in(text: str, role: str) -> str:
    """Return the unit in words that follow a column's name in a comment, "" if they state none.

    Parameters
    ----------
    text : str
        Words such as ``mJy, corrected for dust``.
    role : {"flux", "wavelength", ""}
        What the column holds: the first word alone is a unit only if it is one of that quantity.
    """
    whole = text.strip(" \t'\"")
    if not is_stated(whole) or len(whole) > MAX_UNIT:
        return ""
    if _is_flux(whole) or _is_unit(whole) or (role == "flux" and " " not in whole and _is_named(whole)):
        return whole
    if re.match(r"(?:a|an|the)\s", whole):
        return ""
    first = whole.split()[0].rstrip(".,;:")
    of_role = {"flux": _is_flux, "wavelength": lambda word: bool(wavelength_name(word))}.get(role)
    return first if of_role is not None and len(first) > 1 and of_role(first) else ""


def _is_named(text: str) -> bool:
    """Return whether a text names a unit that `flux_unit` refuses for another reason than being unknown."""
    try:
        flux_unit(text)
    except UploadError as error:
        return "is not understood" not in str(error)
    return True


def _is_flux(text: str) -> bool:
    try:
        return bool(flux_unit(text))
    except UploadError:
        return False


def _is_unit(text: str) -> bool:
    try:
        return bool(wavelength_name(text)) or parse(text) is not None
    except REFUSED:
        return False


def stated(text: str) -> tuple[str, str]:
    """Return the name of a flux unit that a file states, and a phrase on its origin.

    Parameters
    ----------
    text : str
        Unit as written in the file, not empty.

    Returns
    -------
    str
        Name of the parsed unit; the file's own text if it is not understood, for which `flux_unit` raises.
    str
        Phrase for the reader.
    """
    try:
        return flux_unit(text).name, "the file says so"
    except UploadError:
        return text.strip()[:MAX_UNIT], "the file says so, and it is not understood: choose one"


def common(said: Mapping[str, str], columns: int, name: str) -> str:
    """Return the unit that columns of one quantity share; "" if none states a unit.

    Parameters
    ----------
    said : mapping
        Stated units by column; columns without a unit are absent.
    columns : int
        Number of columns of the quantity.
    name : str
        Name of the file, for error messages.

    Raises
    ------
    UploadError
        When columns state different units, or only some state one.
    """
    if not said:
        return ""
    (first, unit), *others = said.items()
    for column, other in others:
        if other != unit and stated(other)[0] != stated(unit)[0]:
            raise UploadError(
                f"{name}: column {first} is in {unit[:40]!r}, column {column} in {other[:40]!r}. Give all twelve "
                "fluxes in one unit."
            )
    if len(said) < columns:
        raise UploadError(
            f"{name}: column {first} is in {unit[:40]!r}, and {columns - len(said)} of the other fluxes state no unit. "
            "State it for all twelve, or for none."
        )
    return unit


def factor_to(text: str, target: str, column: str) -> float:
    """Return the conversion factor from a stated unit to another unit of the same kind; 1 if none is stated.

    Raises
    ------
    UploadError
        When the unit is of another kind or not understood.
    """
    if not is_stated(text):
        return 1.0
    try:
        return ratio(text, target)
    except ValueError as error:
        raise UploadError(f"Column {column} is in {text[:40]!r}; it must be in {target}. Convert it.") from error


def error_factor(text: str, flux: str, power: int) -> float | None:
    """Return the factor that converts errors from their stated unit to the unit of the fluxes.

    Parameters
    ----------
    text : str
        Stated unit of the errors.
    flux : str
        Unit of the fluxes.
    power : {1, 2, -2}
        Of the flux's unit: 1 for standard deviations, 2 for variances, -2 for inverse variances.

    Returns
    -------
    float or None
        None if either is not understood, or if they are of different kinds.
    """
    try:
        return ratio(text, flux, power)
    except ValueError:
        return None


def is_percent(text: str) -> bool:
    """Return whether a stated unit is per cent, which FITS also writes as ``10**-2``."""
    try:
        return ratio(text, "%") == 1
    except ValueError:
        return text.strip().lower() in ("percent", "per cent")
