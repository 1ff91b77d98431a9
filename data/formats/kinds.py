"""The formats by name: what files are called and how the web announces them."""

from collections.abc import Collection
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from data.errors import CatalogueError

FormatName = Literal["parquet", "csv", "ecsv", "fits", "votable"]


class Format(NamedTuple):
    """What belongs to one format.

    Attributes
    ----------
    label : str
        What readers see.
    extensions : tuple of str
        The first is the one we write.
    mime : str
        Media type of a download.
    """

    label: str
    extensions: tuple[str, ...]
    mime: str


FORMATS: Final[MappingProxyType[FormatName, Format]] = MappingProxyType(
    {
        "parquet": Format("Parquet", (".parquet", ".pq"), "application/vnd.apache.parquet"),
        "csv": Format("CSV", (".csv",), "text/csv"),
        "ecsv": Format("ECSV", (".ecsv",), "application/x-ecsv"),
        "fits": Format("FITS", (".fits", ".fit"), "application/fits"),
        "votable": Format("VOTable", (".vot", ".votable", ".xml"), "application/x-votable+xml"),
    }
)


def format_of(path: Path, allowed: Collection[FormatName] = FORMATS) -> FormatName:
    """Tell a file's format by its extension.

    Parameters
    ----------
    path : Path
        Only its name matters.
    allowed : collection of str
        Formats that will do.

    Returns
    -------
    str
        A key of `FORMATS`.

    Raises
    ------
    CatalogueError
        When the extension is of none of them.
    """
    for name in allowed:
        if path.suffix.lower() in FORMATS[name].extensions:
            return name
    known = [FORMATS[name].extensions[0] for name in allowed]
    raise CatalogueError(f"{path.name}: the extension chooses the format; use {', '.join(known[:-1])} or {known[-1]}.")
