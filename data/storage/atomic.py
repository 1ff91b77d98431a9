"""Atomic file writing with error messages for the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import CatalogueError
from model.storage import files


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` when the block ends without an exception.

    Parameters
    ----------
    path : Path
        Destination; an existing file is kept until the rename.

    Yields
    ------
    Path
        Temporary path to write to.

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
