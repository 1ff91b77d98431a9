"""Atomic file writing: a file is written under a temporary name and renamed when it is complete."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".part"
"""Suffix of the names of unfinished files, which begin with a dot."""


_begun: set[Path] = set()


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """Give a path for the block; nothing is left of it afterwards, nor when the process is told to end (`abandon`).

    Parameters
    ----------
    path : Path
        Of a file.

    Yields
    ------
    Path
        The same.
    """
    _begun.add(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        _begun.discard(path)


def begin_folder(path: Path) -> None:
    """Make a folder for finished parts, which `abandon` removes if it is still empty."""
    _begun.add(path)
    with suppress(FileExistsError):
        path.mkdir()


def abandon() -> None:
    """Remove what is being written; for a process that ends without leaving its blocks."""
    for path in sorted(_begun, key=lambda path: -len(path.parts)):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` when the block ends without an exception.

    Parameters
    ----------
    path : Path
        Destination, in an existing folder; an existing file is kept until the rename.

    Yields
    ------
    Path
        Temporary path to write to; it is deleted if the block raises.
    """
    with scratch(path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{UNFINISHED}")) as temporary:
        yield temporary
        temporary.replace(path)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file atomically, creating its folder if necessary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
