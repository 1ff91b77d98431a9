"""A disk cache of files that can be recreated: atomic writes, least recently used files deleted first.

Several processes may share a folder. A file may be deleted while a process has it open; it stays readable until that
process closes it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, NamedTuple

from model.storage.files import UNFINISHED, replacing

ABANDONED_SECONDS: Final = 3600
"""Age [s] from which an unfinished file counts as left behind by a killed process."""


class DiskCache(NamedTuple):
    """A folder of files that together take no more than a limit.

    Attributes
    ----------
    path : Path
        Folder that only its user can write; its content is trusted.
    limit : int
        Largest total size of the files [bytes].
    """

    path: Path
    limit: int

    def get(self, name: str) -> Path | None:
        """Return the file of that name and note that it was used, or None.

        Parameters
        ----------
        name : str
            Name given to `put`.

        Returns
        -------
        Path or None
            Path of the file.
        """
        path = self.path / name
        try:
            # The modification time is preserved: readers use it to detect that the file was overwritten.
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
        except OSError:
            return None
        return path

    def put(self, name: str, write: Callable[[IO[bytes]], object]) -> Path:
        """Write a file, then delete the least recently used ones until the folder is within its limit.

        Parameters
        ----------
        name : str
            Name of the file, chosen by the caller and never by a visitor.
        write : callable
            Writes the content to the open file that it is called with.

        Returns
        -------
        Path
            The finished file.

        Raises
        ------
        OSError
            When the file cannot be written, for example on a full disk; no partial file is left.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path / name
        with replacing(path) as unfinished, unfinished.open("wb") as file:
            write(file)
        _prune(self, path)
        return path


def _prune(folder: DiskCache, newest: Path) -> None:
    files, now = [], time.time()
    for path in folder.path.iterdir():
        try:
            status = path.stat()
        except OSError:
            continue  # another process was faster
        if path.name.endswith(UNFINISHED):
            if now - status.st_mtime > ABANDONED_SECONDS:
                path.unlink(missing_ok=True)
        elif path.is_file():
            files.append((status.st_atime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= folder.limit:
            break
        if path != newest:
            path.unlink(missing_ok=True)
            total -= size
