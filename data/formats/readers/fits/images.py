"""Reader of FITS images that hold one spectrum: rows of pixels, and a header or an extension with their wavelengths."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from data.columns.tables import is_auxiliary
from data.columns.words import scalars, unique_names
from data.errors import CatalogueError
from data.formats.readers.arms import are_arms
from data.formats.readers.fits.axis import axis_wavelengths
from data.formats.readers.fits.headers import check_tiles
from data.formats.readers.source import BATCH_ROWS, Given, Source, with_field

MAX_ARMS: Final = 20
"""Largest number of spectra that are compared."""
MAX_VALUES: Final = 1 << 24
"""Largest number of values of an image that is read."""
_WORDS: Final = {
    "flux": (
        "flux", "fluxes", "spectrum", "spectra", "spec", "sci", "science", "data", "signal", "object", "flam", "fnu",
    ),
    "ivar": ("ivar", "inverse", "invvar", "inverse_variance", "flux_ivar"),
    "variance": ("var", "variance", "stat"),
    "error": (
        "err", "errs", "error", "errors", "sigma", "noise", "uncertainty", "uncert", "std", "stddev", "rms", "flux_err",
        "flux_error", "fluxerr",
    ),
    "and_mask": ("andmask", "and_mask"),
    "mask": ("mask", "dq", "qual", "quality", "flag", "flags", "badpix"),
    "wavelength": ("wave", "wavelength", "wavelengths", "lambda"),
    "loglam": ("loglam", "log_lambda", "loglambda", "logwave"),
}  # fmt: skip
ROLES: Final = {word: role for role, words in _WORDS.items() for word in words}
"""Columns by the first word of the name of an extension or of a row of an image."""
ROW_KEYS: Final = ("ROW", "ARRAY", "BANDID")
"""Keywords that name the rows of an image: ROW1 (LAMOST, GAMA), ARRAY1 (6dFGS), BANDID1 (IRAF)."""


class _Array(NamedTuple):
    """One row of pixels: its column, the arm it belongs to, the image and the row in it, and its axis, from 1."""

    column: str
    arm: str
    part: Any
    row: int
    axis: int


class _Spectrum(NamedTuple):
    """One spectrum of a file, or one arm of it."""

    flux: _Array
    name: str
    table: pa.Table
    notes: list[str]


def read_image(given: Given, parts: Sequence[Any], start: int) -> Source:
    """Read the spectrum in the images of a FITS file as a table of pixels.

    Parameters
    ----------
    given : Given
        The file.
    parts : sequence of HDU
        Its opened extensions.
    start : int
        First pixel to read.

    Returns
    -------
    Source
        Columns wavelength (or loglam, frequency) and flux, and ivar, variance, error, mask if rows or extensions of
        these names have as many pixels. Arms of one spectrum are joined.

    Raises
    ------
    CatalogueError
        When no image is a spectrum; the message says why the first is none.
    """
    arrays: list[_Array] = []
    reasons: list[str] = []
    for number, part in enumerate(parts):
        if any(side > 1 for side in _sides(part)):
            where = f"{given.name}, extension {part.name if number and part.name else number}"
            try:
                arrays += _rows(part, where, is_primary=number == 0)
            except CatalogueError as error:
                reasons.append(str(error))
    fluxes = [one for one in arrays if one.column == "flux"]
    if len(arrays) == 1:
        fluxes = [arrays[0]._replace(column="flux")]
    usable = [one for one in fluxes if _is_usable(_values(one, given.name))] or fluxes
    usable = [one for one in usable if not is_auxiliary(one.arm)] or usable
    if not usable:
        nothing = f"{given.name} holds no table and no image of fluxes. Give twelve fluxes, or wavelength and flux."
        raise CatalogueError(reasons[0] if reasons else nothing)
    first, *others = [_spectrum(given, parts, flux, arrays) for flux in usable[:MAX_ARMS]]
    table, notes = first.table, first.notes
    if others:
        labels = [one.name or str(parts.index(one.flux.part)) for one in (first, *others)]
        count = f"{given.name} holds {len(labels)} images of fluxes"
        if _are_alike([first, *others]):
            table = pa.concat_tables([one.table for one in (first, *others)])
            notes = [f"{count}, arms of one spectrum, which are joined: {', '.join(labels)}.", *notes]
        else:
            notes = [f"{count}; {labels[0]} is read, not {', '.join(labels[1:7])}.", *notes]
    header = first.flux.part.header
    about = scalars({key: value for one in (header, parts[0].header) for key, value in one.items() if key})
    about |= {"extension": first.name, "ctype1": str(header.get(f"CTYPE{first.flux.axis}", "")).strip()}
    about.pop("cunit1", None)
    return Source(table.schema, len(table), iter(table.slice(start).to_batches(BATCH_ROWS)), about, notes)


def _are_alike(spectra: Sequence[_Spectrum]) -> bool:
    """Return whether spectra are arms of one: the same columns and units, and wavelengths that hardly overlap."""
    schema = spectra[0].table.schema
    alike = all(one.table.schema.equals(schema, check_metadata=True) for one in spectra)
    return alike and are_arms([one.table[0].cast(pa.float64()).to_numpy() for one in spectra])


def _spectrum(given: Given, parts: Sequence[Any], flux: _Array, arrays: Sequence[_Array]) -> _Spectrum:
    header, where = flux.part.header, f"{given.name}, extension {flux.part.name or parts.index(flux.part)}"
    values, notes = _values(flux, given.name), list[str]()
    companions = {"flux": flux}
    for one in arrays:
        belongs = one.part is flux.part or (one.arm == flux.arm and one.part.ver == flux.part.ver)
        if one.column not in ("flux", *companions) and belongs and _length(one) == len(values):
            companions[one.column] = one
    stated = next((companions.pop(name) for name in ("wavelength", "loglam") if name in companions), None)
    columns: dict[str, tuple[np.ndarray, str]] = {}
    if stated is not None:
        columns[stated.column] = _values(stated, given.name), _unit(stated.part, stated, flux)
    else:
        name, wave, unit, notes = axis_wavelengths(header, parts[0].header, flux.axis, len(values), where)
        columns[name] = wave, unit
    columns |= {name: (_values(one, given.name), _unit(one.part, one, flux)) for name, one in companions.items()}
    fields = [with_field(pa.field(name, pa.from_numpy_dtype(one.dtype)), said) for name, (one, said) in columns.items()]
    table = pa.Table.from_arrays([pa.array(one) for one, _ in columns.values()], schema=pa.schema(fields))
    version = f" {flux.part.ver}" if flux.part.ver > 1 else ""
    return _Spectrum(flux, f"{flux.part.name}{version}", table, notes)


def _sides(part: Any) -> list[int]:
    """Return the lengths of an image's axes in FITS order; empty for a table."""
    header = part.header
    if str(header.get("XTENSION", "IMAGE")).strip() != "IMAGE" or header.get("GROUPS"):
        return []
    return [int(header.get(f"NAXIS{axis}", 0)) for axis in range(1, int(header.get("NAXIS", 0)) + 1)]


def _rows(part: Any, where: str, *, is_primary: bool) -> list[_Array]:
    """Return the rows of pixels of an image by what they are called.

    Raises
    ------
    CatalogueError
        When the image is none of a spectrum, or its rows have no names.
    """
    header, sides = part.header, _sides(part)
    if int(np.prod(sides, dtype=object)) > MAX_VALUES:
        raise CatalogueError(f"{where}, is an image of {'x'.join(map(str, sides))} pixels, no spectrum. Extract one.")
    if "multispec" in str(header.get("WAT0_001", "")).lower() or str(header.get("CTYPE1", "")).startswith("MULTISPE"):
        raise CatalogueError(
            f"{where}, is in IRAF's multispec format, whose wavelengths are not read here. Write each spectrum with "
            "scopy format=onedspec, or as text with wspectext."
        )
    check_tiles(part, where)
    long = [axis for axis, side in enumerate(sides, 1) if side > 1]
    if len(long) == 1:
        column, arm = _role("" if is_primary and part.name == "PRIMARY" else str(part.name))
        return [_Array("flux" if is_primary and column not in ROLES.values() else column, arm, part, 0, long[0])]
    names = {row: text for row in range(1, sides[long[-1] - 1] + 1) if (text := _row_name(header, row))}
    if len(long) > 2 or long[0] != 1 or not names:
        shape = f"{where}, is an image of {'x'.join(map(str, sides))} pixels"
        raise CatalogueError(
            f"{shape}, no spectrum. Extract one."
            if len(long) > 2
            else f"{shape}, and no keyword names its rows (ROW1, ARRAY1, BANDID1). Save the spectrum alone, or as a "
            "table of wavelength and flux."
        )
    titles = unique_names([ROLES.get(_first_word(text), text.strip()[:60]) for text in names.values()])
    return [_Array(title, "", part, row - 1, 1) for row, title in zip(names, titles, strict=True)]


def _role(name: str) -> tuple[str, str]:
    """Return the column that an extension's name says, and its arm: ("flux", "B") of B_FLUX and FLUX_B."""
    word = _first_word(name)
    if not word or word in ROLES:
        return ROLES.get(word, "flux"), ""
    for before, _, after in (word.partition("_"), word.rpartition("_")):
        roles = [ROLES[one] for one in (before, after) if one in ROLES]
        if len(roles) == 2:
            # ERR_FLUX and FLUX_MASK are the error and the mask of the flux.
            return next((role for role in roles if role != "flux"), "flux"), ""
        if roles:
            return roles[0], after if before in ROLES else before
    return word, ""


def _row_name(header: Any, row: int) -> str:
    return next((str(header[f"{key}{row}"]) for key in ROW_KEYS if str(header.get(f"{key}{row}", "")).strip()), "")


def _first_word(text: str) -> str:
    found = re.match(r"\s*([A-Za-z_]\w{0,40})", text)
    return found[1].lower() if found else ""


def _length(one: _Array) -> int:
    return _sides(one.part)[one.axis - 1]


def _values(one: _Array, name: str) -> np.ndarray:
    """Return a row's pixels in a native type."""
    try:
        data = np.asarray(one.part.data)
    # The decoder raises exceptions of many types on damaged tiles.
    except Exception as error:
        words = " ".join(str(error).split())[:120] or type(error).__name__
        raise CatalogueError(f"{name}, extension {one.part.name}, is damaged: {words}. Get it again.") from error
    values = data.reshape(-1, _length(one))[one.row]
    return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))


def _is_usable(values: np.ndarray) -> bool:
    return bool((np.isfinite(values) & (values != 0)).any())


def _unit(part: Any, one: _Array, flux: _Array) -> str:
    """Return the unit that an image states of its values; rows of one image share it only if they are its fluxes."""
    shares = one.part is flux.part and one.column not in ("flux", "error")
    return "" if shares or one.column.endswith("mask") else str(part.header.get("BUNIT", "") or "").strip()
