"""Atomic writing of users' files by one run at a time; a failure raises a CatalogueError."""

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
    """Yield a temporary path beside `path`, and rename it to `path` if the block ends without an exception.

    Parameters
    ----------
    path : Path
        Final path of the file; an existing file is kept until then.
    called : Path, optional
        The file that the user asked for, if `path` is only a part of it.

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
    """Convert an OSError of the block into a CatalogueError that names the file."""
    try:
        yield
    except OSError as error:
        raise CatalogueError(
            f"Cannot write {path}: {_reason(error)}. Choose a folder with room that can be written."
        ) from error


def _reason(error: OSError) -> str:
    """Return the operating system's message, which Arrow wraps in its own."""
    hidden = _ARROW.search(str(error))
    return os.strerror(int(hidden[1])) if hidden else error.strerror or " ".join(str(error).split()).rstrip(".")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Prevent a second run from writing the same file during the block.

    Parameters
    ----------
    path : Path
        The file; a lock file beside it exists during the block.

    Raises
    ------
    CatalogueError
        When another run is writing it.
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
            pass  # the previous run removed it between the two calls
        except BlockingIOError:
            os.close(descriptor)
            return None
        os.close(descriptor)
