"""Choice of the reader of an upload, by the first bytes of the file."""

import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from data.errors import UploadError
from data.formats.kinds import FORMATS
from data.uploads.limits import MAX_BYTES, check_shape, too_large
from data.uploads.readers import arrays, fits, tables
from data.uploads.readers.raw_table import RawTable

_SIGNATURES: Final = {start: kind.label for kind in FORMATS.values() for start in kind.signatures} | {
    b"\x93NUMPY": "NPY",
    b"PK\x03\x04": "NPZ",
}
_REFUSED: Final = {
    b"\x1f\x8b": "a gzip archive. Unpack it and upload what is inside.",
    b"BZh": "a bzip2 archive. Unpack it and upload what is inside.",
    b"\xfd7zXZ": "an xz archive. Unpack it and upload what is inside.",
    b"%PDF": "a PDF. Export the table as CSV and upload that.",
    b"\x89PNG": "a picture. Upload the numbers behind it as CSV.",
    b"\x89HDF": "an HDF5 file. Export the table as FITS, Parquet or CSV and upload that.",
}


def recognise(content: bytes, name: str) -> str:
    """Return a file's format from its first bytes.

    Parameters
    ----------
    content : bytes
        Content of the file.
    name : str
        Name of the file, for error messages.

    Returns
    -------
    str
        A key of `READERS`.

    Raises
    ------
    UploadError
        When the file is empty, too large, or of a kind without tables.
    """
    if not content:
        raise UploadError(f"{name} is empty. It needs columns of numbers, for example flux_00 ... flux_11.")
    if len(content) > MAX_BYTES:
        raise UploadError(too_large(name, len(content)))
    for signature, kind in _REFUSED.items():
        if content.startswith(signature):
            raise UploadError(f"{name} is {kind}")
    for signature, form in _SIGNATURES.items():
        if content.startswith(signature):
            return form
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<?xml", b"<VOTABLE")) or b"<VOTABLE" in start:
        return "VOTable"
    if start.startswith((b"{", b"[")):
        return "JSON"
    return "ECSV" if start.startswith(b"# %ECSV") else "CSV"


def read_raw(content: bytes, name: str) -> RawTable:
    """Read a file into columns.

    Parameters
    ----------
    content : bytes
        Content of the file.
    name : str
        Name of the file, for error messages.

    Returns
    -------
    RawTable
        Columns of the file.

    Raises
    ------
    UploadError
        When the file cannot be read.
    """
    form = recognise(content, name)
    try:
        # Warnings of the parsers are suppressed: damage raises an UploadError.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = READERS[form](content, name)
    except UploadError:
        raise
    # Third-party parsers raise exceptions of any type on damaged bytes.
    except Exception as error:
        reason = _first_line(error)
        raise UploadError(f"{name} looks like {form} but cannot be read: {reason}. Write it again.") from error
    if not table.columns:
        raise UploadError(f"{name} holds no column of numbers. It needs twelve fluxes a row, or wavelength and flux.")
    check_shape(name, table.n, len(table.columns))
    return table


def _first_line(error: Exception) -> str:
    words = " ".join(str(error).split())
    return (words[:120] or type(error).__name__).rstrip(".")


READERS: Final[Mapping[str, Callable[[bytes, str], RawTable]]] = {
    **{form: partial(tables.read_table, form=form) for form in tables.FORMS},
    "JSON": arrays.read_json,
    "NPY": arrays.read_npy,
    "NPZ": arrays.read_npz,
    "FITS": fits.read_fits,
}
"""Readers by format: from content and name of a file to its columns; they raise `UploadError`."""
