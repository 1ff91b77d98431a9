"""The file formats: labels, file extensions and media types."""

from collections.abc import Collection
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from data.errors import CatalogueError

FormatName = Literal["parquet", "csv", "ecsv", "fits", "votable"]


class Format(NamedTuple):
    """Properties of a file format.

    Attributes
    ----------
    label : str
        Name as displayed.
    extensions : tuple of str
        File extensions, the first of which is used for writing.
    mime : str
        Media type of a download.
    signatures : tuple of bytes
        First bytes of every file of the format, by which an upload is recognised; empty if there are none.
    """

    label: str
    extensions: tuple[str, ...]
    mime: str
    signatures: tuple[bytes, ...] = ()


FORMATS: Final[MappingProxyType[FormatName, Format]] = MappingProxyType(
    {
        "parquet": Format("Parquet", (".parquet", ".pq"), "application/vnd.apache.parquet", (b"PAR1",)),
        "csv": Format("CSV", (".csv",), "text/csv"),
        "ecsv": Format("ECSV", (".ecsv",), "application/x-ecsv"),
        "fits": Format("FITS", (".fits", ".fit"), "application/fits", (b"SIMPLE  =",)),
        "votable": Format("VOTable", (".vot", ".votable", ".xml"), "application/x-votable+xml"),
    }
)


def format_of(path: Path, allowed: Collection[FormatName] = FORMATS) -> FormatName:
    """Return a file's format from its extension.

    Parameters
    ----------
    path : Path
        Path, of which only the name is used.
    allowed : collection of str
        Allowed formats.

    Returns
    -------
    str
        A key of `FORMATS`.

    Raises
    ------
    CatalogueError
        When the extension belongs to none of the allowed formats.
    """
    for name in allowed:
        if path.suffix.lower() in FORMATS[name].extensions:
            return name
    known = [FORMATS[name].extensions[0] for name in allowed]
    raise CatalogueError(f"{path.name}: the extension chooses the format; use {', '.join(known[:-1])} or {known[-1]}.")
