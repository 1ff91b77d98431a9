"""Tables sent to the API: CSV or Parquet, read in memory, with caps on what they unfold to."""

import io
from typing import TYPE_CHECKING, Any, Final

from data.errors import UploadError
from data.uploads import MAX_COLUMNS, MAX_ROWS
from data.uploads.readers.decompression_limit import read_within

if TYPE_CHECKING:
    import pyarrow as pa

MAX_UNFOLDED: Final = 200 * 2**20
"""Bytes that the columns of a Parquet file may unfold to."""
CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"


def read_table(content: bytes, media_type: str) -> "pa.RecordBatch":
    """Read a table.

    Parameters
    ----------
    content : bytes
        The request's body.
    media_type : str
        `CSV` or `PARQUET`.

    Returns
    -------
    pyarrow.RecordBatch
        Its rows.

    Raises
    ------
    UploadError
        When it cannot be read, is empty or unfolds beyond a limit.
    """
    import pyarrow as pa

    try:
        table = _parquet(content) if media_type == PARQUET else _csv(content)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        kind = "Parquet" if media_type == PARQUET else "CSV"
        raise UploadError(f"The body cannot be read as {kind}: {str(error)[:200]}.") from error
    _check(table.num_rows, table.num_columns)
    if not table.num_rows:
        raise UploadError("The body has no rows. Send at least one galaxy.")
    return table.combine_chunks().to_batches()[0]


def _parquet(content: bytes) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(pa.BufferReader(content)) as file:
        meta = file.metadata
        _check(meta.num_rows, meta.num_columns)
    return read_within(content, MAX_UNFOLDED)


def _csv(content: bytes) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    from analysis.files.job import reads_as_text

    lines = content.split(b"\n", 200)
    comments = next((n for n, line in enumerate(lines) if not line.startswith(b"#")), 0)
    names = lines[comments].decode("utf-8-sig", "replace").strip("\r").split(",")
    _check(content.count(b"\n") - comments, len(names))
    texts = {name: pa.string() for name in (raw.strip('"') for raw in names) if reads_as_text(name)}
    return pacsv.read_csv(
        io.BytesIO(content),
        pacsv.ReadOptions(skip_rows=comments, use_threads=False),
        convert_options=pacsv.ConvertOptions(column_types=texts),
    )


def _check(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise UploadError(f"The table has {rows:,} rows; the limit is {MAX_ROWS:,}. Split it, or use the command line.")
    if columns > MAX_COLUMNS:
        raise UploadError(f"The table has {columns} columns; the limit is {MAX_COLUMNS}. Keep the ones you need.")
