"""Files for users: written whole or not at all, by one run at a time, with a sentence where that cannot be done."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.errors import CatalogueError
from model.storage import files

_ARROW: Final = re.compile(r"\[errno (\d{1,3})\]")


@contextmanager
def replacing(path: Path, called: Path | None = None) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` when the block ends well.

    Parameters
    ----------
    path : Path
        Where the file goes; what was there stays until then.
    called : Path, optional
        The file that the user asked for, where `path` is but a part of it.

    Yields
    ------
    Path
        Temporary path to write to.

    Raises
    ------
    CatalogueError
        When the folder cannot be written or the disk is full.
    """
    with said(called or path), files.replacing(path) as temporary:
        yield temporary


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn what goes wrong on the disk into a sentence that names a file."""
    try:
        yield
    except OSError as error:
        raise CatalogueError(
            f"Cannot write {path}: {_reason(error)}. Choose a folder with room that can be written."
        ) from error


def _reason(error: OSError) -> str:
    """Return what the system says; Arrow hides it behind words of its own."""
    hidden = _ARROW.search(str(error))
    return os.strerror(int(hidden[1])) if hidden else error.strerror or " ".join(str(error).split()).rstrip(".")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep a second run from making the same file while the block lasts.

    Parameters
    ----------
    path : Path
        The file; a lock lies beside it for as long.

    Raises
    ------
    CatalogueError
        When another run is at it.
    """
    lock = path.with_name(f".{path.name}.lock")
    with said(path):
        descriptor = _locked(lock)
    if descriptor is None:
        raise CatalogueError(f"Another run is writing {path}. Wait until it is done, or choose another name.")
    try:
        with files.scratch(lock):
            yield
    finally:
        os.close(descriptor)


def _locked(lock: Path) -> int | None:
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == lock.stat().st_ino:
                return descriptor
        except FileNotFoundError:
            pass  # the run before removed it between the two
        except BlockingIOError:
            os.close(descriptor)
            return None
        os.close(descriptor)
