"""Extensions of a survey's FITS file, read within limits: a damaged or foreign file gets a sentence."""

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.errors import CatalogueError, UploadError
from data.formats.readers.fits.headers import check_headers, check_tiles

MAX_TARGETS: Final = 10_000
"""Largest number of targets that is read; DESI's files hold 500 per petal and a few thousand per healpixel."""
MAX_PIXELS: Final = 20_000
"""Pixels per camera; DESI has 2,326 to 2,881."""
_GZIP: Final = b"\x1f\x8b"


def opened(source: bytes | Path, name: str) -> Any:
    """Open a FITS file in memory; its context closes it.

    Raises
    ------
    UploadError
        When the file is compressed or not FITS.
    """
    from astropy.io import fits

    try:
        content = BytesIO(source) if isinstance(source, bytes) else BytesIO(source.read_bytes())
        if content.getbuffer()[:2] == _GZIP:
            raise UploadError(f"{name} is compressed. Unpack it first: gunzip {name}.")
        check_headers(content, name)
        # Tile-compressed images are decompressed when their data are read, after `image` has checked their sizes.
        return fits.open(content)
    except CatalogueError as error:
        raise UploadError(str(error)) from error
    except OSError as error:
        raise UploadError(f"{name} cannot be read as FITS: {error}. Download it again.") from error


def column_names(part: Any) -> set[str]:
    """Return the column names of an extension, empty for an image."""
    return set(getattr(getattr(part, "columns", None), "names", ()))


def extension_of(file: Any, extension: str, name: str) -> Any:
    """Return an extension of an open file; raise UploadError if the file has none of this name."""
    if extension not in file:
        raise UploadError(f"{name} has no extension {extension}: it is not the DESI file that was asked for.")
    return file[extension]


def column(file: Any, extension: str, column: str, name: str) -> np.ndarray:
    """Read a column of an extension; raise UploadError if there is none, or if it is damaged or over the limit."""
    part = extension_of(file, extension, name)
    if int(part.header.get("NAXIS2", 0)) > MAX_TARGETS:
        raise UploadError(f"{name} has {part.header['NAXIS2']:,} targets; the limit is {MAX_TARGETS:,}. Split it.")
    try:
        return np.array(part.data[column])
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise UploadError(f"{name}, extension {extension}: column {column} cannot be read ({error}).") from error


def image(file: Any, extension: str, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Read an image of a shape; raise UploadError if there is none, or if it is damaged or over the limits."""
    part = extension_of(file, extension, name)
    if int(part.header.get("NAXIS1", 0)) > MAX_PIXELS or int(part.header.get("NAXIS2", 0)) > MAX_TARGETS:
        raise UploadError(f"{name}, extension {extension}, is larger than {MAX_TARGETS:,} x {MAX_PIXELS:,} pixels.")
    declared = tuple(int(part.header.get(f"NAXIS{axis}", 0)) for axis in range(int(part.header.get("NAXIS", 0)), 0, -1))
    if shape is not None and declared != shape:
        raise UploadError(f"{name}, extension {extension}, has the shape {declared}; {shape} is needed.")
    try:
        check_tiles(part, f"{name}, extension {extension}")
        values = np.asarray(part.data)
    except CatalogueError as error:
        raise UploadError(str(error)) from error
    # The decoder raises exceptions of many types on damaged tiles.
    except Exception as error:
        words = " ".join(str(error).split())[:120] or type(error).__name__
        raise UploadError(f"{name}, extension {extension}, is damaged: {words}. Download it again.") from error
    if values.dtype.kind not in "biuf" or (shape is not None and values.shape != shape):
        raise UploadError(f"{name}, extension {extension}, has the shape {values.shape}; {shape} is needed.")
    return values
