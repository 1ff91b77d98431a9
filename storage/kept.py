"""Arrays in files that are read piece by piece while they are served, and never mapped.

If a mapped file is truncated, the process is killed (SIGBUS); if it is overwritten, its numbers change unnoticed. A
file that is read piece by piece gives an error when it is truncated, and its modification time shows whether it was
overwritten. The operating system caches the pages that are read, as it does for mapped files.
"""

import os
import weakref
from hashlib import file_digest
from pathlib import Path
from typing import Any, Self

import numpy as np


class KeptError(Exception):
    """A file changed after it was opened."""


class KeptArray:
    """An array in a ``.npy`` file that stays open, so that the file may be replaced or deleted.

    Parameters
    ----------
    path : Path
        Path of a complete file.

    Attributes
    ----------
    path : Path
        Path from which the file was opened.
    shape : tuple of int
        Shape of the array.
    dtype : numpy.dtype
        Type of the elements; never objects.

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        When the file is not an array, or is incomplete.
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
        """Close the file; this also happens when the array is garbage-collected."""

    def __len__(self) -> int:
        return self.shape[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def checksum(self) -> str:
        """Return the BLAKE2b digest of the whole file."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            digest = file_digest(file, "blake2b").hexdigest()
        self._check()
        return digest

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Read consecutive rows.

        Parameters
        ----------
        start, stop : int
            Indices along the first axis.

        Returns
        -------
        (stop - start, ...) array
            Read-only.

        Raises
        ------
        KeptError
            When the file was truncated or overwritten after it was opened.
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
        """Read one element of each row of a two-dimensional array, such as all columns of one galaxy.

        Parameters
        ----------
        index : int
            Index along the second axis.

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
        buffer: Any = values  # numpy arrays are buffers, although the annotations do not say so
        left = memoryview(buffer).cast("B") if values.size else memoryview(b"")
        while left:
            count = os.preadv(self._file, [left], position)
            if not count:
                raise KeptError(f"{self.path.name} was truncated while it was served")
            left, position = left[count:], position + count

    def _check(self) -> None:
        """Raise KeptError if the file changed after it was opened; called after each read."""
        status = os.fstat(self._file)
        if (status.st_size, status.st_mtime_ns) != self._state:
            raise KeptError(f"{self.path.name} was changed while it was served")
