"""Arrays in files that are read piece by piece while they are served, and never mapped.

A file that is mapped ends the process (SIGBUS) when somebody truncates it, and gives other numbers when somebody writes
into it. Reading asks the system each time: what is cut off is an error that can be told, and what was written into is
noticed by the time of its last change. The system keeps what is read in its own cache, as it does of mapped files.
"""

import os
import weakref
from hashlib import file_digest
from pathlib import Path
from typing import Any, Self

import numpy as np


class KeptError(Exception):
    """A file is not what it was when it was opened."""


class KeptArray:
    """An array in a ``.npy`` file that stays open, so that the file may be replaced or deleted.

    Parameters
    ----------
    path : Path
        A whole file.

    Attributes
    ----------
    path : Path
        Where it was.
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        Of its elements; never objects.

    Raises
    ------
    OSError
        When it cannot be read.
    ValueError
        When it is no array, or not whole.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            self.shape, fortran, self.dtype = read(file)
            self._start = file.tell()
            self._row = int(np.prod(self.shape[1:], dtype=np.int64)) * self.dtype.itemsize
            status = os.fstat(file.fileno())
            is_whole = bool(self.shape) and status.st_size == self._start + self._row * self.shape[0]
            if fortran or self.dtype.hasobject or not is_whole:
                raise ValueError(f"{path.name} is not a whole array of numbers in C order")
            self._file = os.dup(file.fileno())
        self._state = status.st_size, status.st_mtime_ns
        self.close = weakref.finalize(self, os.close, self._file)
        """Let the file go; also done when nobody holds the array any more."""

    def __len__(self) -> int:
        return self.shape[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def checksum(self) -> str:
        """Give the BLAKE2b of the whole file."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            digest = file_digest(file, "blake2b").hexdigest()
        self._check()
        return digest

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Read neighbouring rows.

        Parameters
        ----------
        start, stop : int
            Of the first axis.

        Returns
        -------
        (stop - start, ...) array
            Read-only.

        Raises
        ------
        KeptError
            When the file was truncated or written into since it was opened.
        """
        values = np.empty((stop - start, *self.shape[1:]), self.dtype)
        self._fill(values, self._start + start * self._row)
        self._check()
        values.flags.writeable = False
        return values

    def whole(self) -> np.ndarray:
        """Read all rows; see `rows`."""
        return self.rows(0, len(self))

    def across(self, index: int) -> np.ndarray:
        """Read one element of each row of a two-dimensional array, such as all that is known of one galaxy.

        Parameters
        ----------
        index : int
            Of the second axis.

        Returns
        -------
        (row,) array
            Read-only.

        Raises
        ------
        KeptError
            See `rows`.
        """
        values = np.empty(len(self), self.dtype)
        first = self._start + index * self.dtype.itemsize
        for row in range(len(self)):
            self._fill(values[row : row + 1], first + row * self._row)
        self._check()
        values.flags.writeable = False
        return values

    def _fill(self, values: np.ndarray, position: int) -> None:
        buffer: Any = values  # numpy's arrays are buffers, whatever its annotations say
        left = memoryview(buffer).cast("B") if values.size else memoryview(b"")
        while left:
            count = os.preadv(self._file, [left], position)
            if not count:
                raise KeptError(f"{self.path.name} was truncated while it was served")
            left, position = left[count:], position + count

    def _check(self) -> None:
        """After reading: what came before is of the file as it was opened."""
        status = os.fstat(self._file)
        if (status.st_size, status.st_mtime_ns) != self._state:
            raise KeptError(f"{self.path.name} was changed while it was served")
