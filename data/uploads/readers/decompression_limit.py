"""Reader of untrusted Parquet files, which computes the decompressed size before it decompresses.

A column may be stored as a dictionary of its values and indices into it: a long text or a constant that is repeated in
every row takes few bytes in the file and can fill the memory. The sizes in the file's metadata count only the stored
bytes.
"""

from typing import TYPE_CHECKING, Any

from data.errors import UploadError
from data.uploads.readers.parquet_footer import column_chunks

if TYPE_CHECKING:
    import pyarrow as pa

_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}


def read_within(content: bytes, limit: int) -> "pa.Table":
    """Read a Parquet file if its decompressed columns are within a limit.

    Parameters
    ----------
    content : bytes
        Content of the file.
    limit : int
        Largest size of all columns in memory [bytes].

    Returns
    -------
    pyarrow.Table
        Table of the file.

    Raises
    ------
    UploadError
        When the columns exceed the limit, or hold text within lists or structures.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.ParquetFile(pa.BufferReader(content)).schema_arrow
    texts = [field.name for field in schema if _is_text(field.type)]
    with pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts) as file:
        numbers = _numbers(content, file, texts)
        _check(numbers, limit)
        table = file.read(use_threads=False)
    _check(numbers + sum(_text_bytes(table[name]) for name in texts), limit)
    for name in texts:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(schema.field(name).type))
    return table


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_kind(kind) for is_kind in (*kinds, pa.types.is_string_view, pa.types.is_binary_view)) or (
        pa.types.is_dictionary(kind) and _is_text(kind.value_type)
    )


def _numbers(content: bytes, file: Any, texts: list[str]) -> int:
    """Return the size [bytes] in memory of all columns that are not text."""
    columns = [file.schema.column(index) for index in range(len(file.schema))]
    lengths = {column.path: max(column.length or 0, 1) for column in columns}
    total = 0
    for chunk in column_chunks(content):
        if chunk.path in texts:
            continue
        if chunk.type == "BYTE_ARRAY":
            raise UploadError(f"The column {chunk.path[:60]} holds text in lists. Leave it out.")
        total += chunk.values * _WIDTHS.get(chunk.type, lengths.get(chunk.path, 1))
    return total


def _text_bytes(column: Any) -> int:
    """Return the size [bytes] of a text column without its dictionary encoding."""
    from pyarrow.compute import call_function

    total = 0
    for chunk in column.chunks:
        lengths = call_function("binary_length", [chunk.dictionary]).take(chunk.indices)
        total += call_function("sum", [lengths.cast("int64")]).as_py() or 0
    return total


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise UploadError(f"The table unfolds to {size >> 20:,} MB; the limit is {limit >> 20:,} MB. Split it.")
