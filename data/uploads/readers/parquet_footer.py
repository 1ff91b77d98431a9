"""Reader of the footer of a Parquet file without Arrow.

Arrow 26 aborts the process when it reads the metadata of a column with damaged size statistics (an uncaught
`parquet::ParquetException` in `RowGroupMetaData.column`). The sizes that are needed before decompression are therefore
read here, in Thrift's compact protocol.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from data.errors import UploadError

MAX_FOOTER: Final = 4 * 2**20
MAX_DEPTH: Final = 16
TYPES: Final = ("BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")


class Chunk(NamedTuple):
    """One column of one row group: its dotted path, physical type and number of values."""

    path: str
    type: str
    values: int


def column_chunks(content: bytes) -> Iterator[Chunk]:
    """Yield the columns of all row groups of a Parquet file.

    Parameters
    ----------
    content : bytes
        Content of the file.

    Yields
    ------
    Chunk
        Columns in the order of the footer.

    Raises
    ------
    UploadError
        When the footer is longer than `MAX_FOOTER` or damaged.
    """
    size = int.from_bytes(content[-8:-4], "little")
    if not 0 < size <= min(MAX_FOOTER, len(content) - 8):
        raise UploadError(
            f"The footer of the Parquet file is {size:,} bytes; it must be within the file and at most {MAX_FOOTER:,}. "
            "Write it again with fewer row groups."
        )
    try:
        footer = _Reader(content[-8 - size : -8]).structure()
        for group in footer[4]:
            for column in group[1]:
                about = column[3]
                yield Chunk(b".".join(about[3]).decode("utf-8", "replace"), TYPES[about[1]], max(int(about[5]), 0))
    except (IndexError, KeyError, TypeError, ValueError, struct.error) as error:
        raise UploadError("The footer of the Parquet file is damaged. Write the file again.") from error


class _Reader:
    """Reader of Thrift's compact protocol; every value takes at least a byte, so that the length bounds the work."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """Return the fields of a structure by number."""
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            found[number] = kind == 1 if kind in (1, 2) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2, 3):
            return self._byte()
        if kind in (4, 5, 6):
            return self._integer()
        if kind == 7:
            return self._bytes(8)
        if kind == 8:
            return self._bytes(self._varint())
        if kind in (9, 10):
            head = self._byte()
            count = self._varint() if head >> 4 == 15 else head >> 4
            if count > len(self._data):
                raise ValueError("a list longer than the footer")
            return [self._value(head & 15, depth + 1) for _ in range(count)]
        if kind == 12:
            return self.structure(depth + 1)
        raise ValueError(f"type {kind}")

    def _byte(self) -> int:
        self._place += 1
        return self._data[self._place - 1]

    def _bytes(self, size: int) -> bytes:
        begin, self._place = self._place, self._place + size
        if self._place > len(self._data):
            raise ValueError("beyond the footer")
        return self._data[begin : self._place]

    def _varint(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise ValueError("a number without an end")

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
