"""Files for users: written whole or not at all, with a sentence where that cannot be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import CatalogueError
from model.storage import files


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` when the block ends well.

    Parameters
    ----------
    path : Path
        Where the file goes; what was there stays until then.

    Yields
    ------
    Path
        Write here.

    Raises
    ------
    CatalogueError
        When the folder cannot be written or the disk is full.
    """
    try:
        with files.replacing(path) as temporary:
            yield temporary
    except OSError as error:
        raise CatalogueError(
            f"Cannot write {path}: {error.strerror or error}. Choose a folder with room that can be written."
        ) from error
