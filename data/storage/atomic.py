"""Files appear when they are whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import CatalogueError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to that when the block ends well.

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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise CatalogueError(
            f"Cannot write {path}: {error.strerror or error}. Choose a folder with room that can be written."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
