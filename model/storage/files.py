"""Files appear when they are whole, or not at all: the one writer under a temporary name."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".part"
"""What the names of unfinished files end with; they begin with a dot."""


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
    """Give a temporary path beside `path`, and rename it to `path` when the block ends well.

    Parameters
    ----------
    path : Path
        Where the file goes; what was there stays until then. Its folder exists.

    Yields
    ------
    Path
        Write here; nothing is left of it when the block fails.
    """
    with scratch(path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{UNFINISHED}")) as temporary:
        yield temporary
        temporary.replace(path)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole, making its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
