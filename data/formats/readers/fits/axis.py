"""Wavelengths of an axis of a FITS image: linear, logarithmic, or by a law of the FITS standard."""

import re
from typing import Any, Final

import numpy as np

from data.columns.units import is_stated, wavelength_name
from data.errors import CatalogueError

_NO_WAVELENGTHS: Final = frozenset({"VRAD", "VELO", "VOPT", "ZOPT", "BETA", "FELO", "PIXE"})
_MAX_LOG: Final = 20.0
"""Largest log10 of a wavelength, in any unit; larger numbers are wavelengths."""
_DEFAULT_UNITS: Final = {"FREQ": "Hz", "ENER": "J", "WAVN": "1 / m"}


def axis_wavelengths(
    header: Any, primary: Any, axis: int, pixels: int, where: str
) -> tuple[str, np.ndarray, str, list[str]]:
    """Return the wavelengths of the pixels along an axis.

    Linear, and log10 with DC-FLAG = 1, as IRAF writes them; other laws of the FITS standard by astropy.wcs.

    Parameters
    ----------
    header, primary : Header
        Headers of the image, and of the first extension, which is used if the image's states no wavelengths.
    axis : int
        The axis, from 1.
    pixels : int
        Its length.
    where : str
        Name of the image for error messages.

    Returns
    -------
    name : str
        Title of the column: wavelength or frequency.
    values : (pixel,) array
        Its values.
    unit : str
        Their unit; "" if none is stated.
    notes : list of str
        One sentence per interpretation of the header.

    Raises
    ------
    CatalogueError
        When the header states no wavelengths that are read here; the message names the keyword.
    """
    header = header if f"CRVAL{axis}" in header or "COEFF0" in header else primary
    said = str(header.get(f"CTYPE{axis}", "")).strip().upper()
    kind, law = said[:4], said[4:]
    if kind in _NO_WAVELENGTHS or re.match(r"(RA|DEC|[GES]LON|[GES]LAT)\b", said) or law == "-TAB":
        raise CatalogueError(
            f"{where}: CTYPE{axis} = {said[:24]} gives no wavelengths that are read here. Write WAVE, AWAV or FREQ."
        )
    start, step, first, is_log = _scale(header, axis, said, where)
    if start is None or not step:
        raise CatalogueError(
            f"{where}, is an image of {pixels:,} pixels without wavelengths. CRVAL{axis} with CDELT{axis} or "
            f"CD{axis}_{axis}, or an extension of that length called WAVELENGTH, is needed."
        )
    notes = [] if first is not None else [f"CRPIX{axis} is not given; CRVAL{axis} is taken for the first pixel."]
    offsets, unit = np.arange(1, pixels + 1) - (1.0 if first is None else first), _wavelength_unit(header, axis)
    if re.fullmatch(r"-[A-Z0-9]{3}", law) and kind in ("WAVE", "AWAV", *_DEFAULT_UNITS):
        return "wavelength", *_by_wcs(header, axis, said, (start, step), offsets, unit, where), notes
    values = start + step * offsets
    if not is_log:
        name = "frequency" if kind == "FREQ" else "wavelength"
        return name, values, unit or _DEFAULT_UNITS.get(kind, ""), notes
    if not 0 < np.abs(values).max() < _MAX_LOG:
        raise CatalogueError(
            f"{where}: the header says that its wavelengths are logarithms, and CRVAL{axis} is {start:g}. Correct it."
        )
    plain = unit if wavelength_name(unit).partition(" ")[0] not in ("log10", "ln") else ""
    return "wavelength", 10.0**values, plain, [*notes, "The pixels are equally spaced in log10 of the wavelength."]


def _scale(header: Any, axis: int, said: str, where: str) -> tuple[float | None, float | None, float | None, bool]:
    """Return the value at the reference pixel, the step, the reference pixel, and whether the values are logarithms."""
    start = _number(header, f"CRVAL{axis}", where)
    if start is None and "COEFF0" in header:
        return _number(header, "COEFF0", where), _number(header, "COEFF1", where), 1.0, True
    steps = (_number(header, key, where) for key in (f"CD{axis}_{axis}", f"CDELT{axis}"))
    step = next((found for found in steps if found is not None), None)
    return start, step, _number(header, f"CRPIX{axis}", where), header.get("DC-FLAG") == 1 or said.startswith("LOG")


def _by_wcs(
    header: Any, axis: int, said: str, scale: tuple[float, float], offsets: np.ndarray, unit: str, where: str
) -> tuple[np.ndarray, str]:
    """Return wavelengths, frequencies or energies of an axis with a law of FITS paper III, such as WAVE-LOG."""
    from astropy.wcs import WCS

    wcs, given = WCS(naxis=1), wavelength_name(unit) or _DEFAULT_UNITS.get(said[:4], "")
    try:
        wcs.wcs.ctype, wcs.wcs.cunit = [said], [given or "m"]
        wcs.wcs.crval, wcs.wcs.cdelt, wcs.wcs.crpix = [scale[0]], [scale[1]], [0.0]
        keys = {place: f"PV{axis}_{place}" for place in range(7)}
        wcs.wcs.set_pv([(1, place, float(header[key])) for place, key in keys.items() if key in header])
        wcs.wcs.set()
        return wcs.wcs_pix2world(offsets, 1)[0], str(wcs.wcs.cunit[0]) if given else ""
    # wcslib raises exceptions of many types.
    except Exception as error:
        words = " ".join(str(error).split())[:120]
        raise CatalogueError(
            f"{where}: CTYPE{axis} = {said[:24]} cannot be read: {words}. Write it as WAVE."
        ) from error


def _wavelength_unit(header: Any, axis: int) -> str:
    """Return the unit of an axis: CUNIT1, or units= of WAT1_001 as IRAF writes it."""
    if is_stated(unit := str(header.get(f"CUNIT{axis}", "") or "")):
        return unit.strip()
    found = re.search(r"\bunits=\s*\"?([A-Za-z]{1,20})", str(header.get(f"WAT{axis}_001", "")))
    return found[1] if found else ""


def _number(header: Any, key: str, where: str) -> float | None:
    """Return the number of a keyword, None if it is absent."""
    if key not in header:
        return None
    try:
        value = float(header[key])
    except (TypeError, ValueError) as error:
        raise CatalogueError(f"{where}: {key} = {str(header[key])[:24]!r} is no number. Correct it.") from error
    if not np.isfinite(value):
        raise CatalogueError(f"{where}: {key} = {value} is no number. Correct it.")
    return value
