"""Check of a catalogue's file by its last bytes, without Arrow, which takes a second to load."""

from pathlib import Path
from typing import Final

from data.errors import CatalogueError
from data.formats.fields import METADATA_KEY
from storage.program import PROGRAM

MAGIC: Final = b"PAR1"


def check_built(path: Path) -> None:
    """Check that a file is Parquet and that its footer has the metadata of a built catalogue.

    Its columns and its version of the schema are checked when it is opened (`data.catalogue.parquet`).

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    CatalogueError
        When it cannot be read, is of another format or was not built.
    """
    try:
        with path.open("rb") as file:
            start, size = file.read(4), file.seek(0, 2)
            file.seek(max(size - 8, 0))
            end = file.read(8)
            length = int.from_bytes(end[:4], "little")
            is_parquet = start == MAGIC == end[4:] and length <= size - 12
            file.seek(max(size - 8 - length, 0))
            footer = file.read(length) if is_parquet else b""
    except OSError as error:
        raise CatalogueError(f"Cannot read the catalogue {path}: {error.strerror}. Check CATALOGUES.") from error
    if not is_parquet:
        raise CatalogueError(f"{path.name} is not a Parquet file. Make one: {PROGRAM} catalogue build.")
    if METADATA_KEY not in footer:
        raise CatalogueError(
            f"{path.name} has no predictions: run {PROGRAM} catalogue build {path.name} OUT.parquet "
            "and serve OUT.parquet."
        )
