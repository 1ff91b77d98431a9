"""What the reading process does: an upload's columns, or a table sent to the API. Runs with no rights at all."""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from data.errors import UploadError

_REFERENCE: Final = re.compile(rb"<(?:\w{1,40}:)?STREAM\s[^<]{0,4000}?\bhref\s*=", re.IGNORECASE)
CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"
MAX_TITLE: Final = 200
"""Characters of a column's title."""
MAX_UNFOLDED: Final = 200 * 2**20
"""Bytes that the columns of a Parquet file sent to the API may unfold to."""


def read_upload(asked: Mapping[str, Any], contents: list[bytes]) -> Any:
    """Return the fields of the `RawTable` of files that came together."""
    from data import uploads

    for content, name in zip(contents, asked["names"], strict=True):
        refuse_references(content, name)
    raw = uploads.open_files(list(zip(contents, asked["names"], strict=True)))
    check_titles(raw.columns, raw.name)
    return raw._asdict()


def check_titles(titles: Iterable[str], name: str) -> None:
    """Refuse titles that no pattern should have to read.

    Raises
    ------
    UploadError
        When a column's title is longer than `MAX_TITLE`.
    """
    longest = max(titles, key=len, default="")
    if len(longest) > MAX_TITLE:
        raise UploadError(
            f"{name}: the title of column “{longest[:24]}…” has {len(longest):,} characters; the limit is {MAX_TITLE}. "
            "Shorten it."
        )


def refuse_references(content: bytes, name: str) -> None:
    """Refuse a VOTable whose numbers are in another file, which its parser would open or fetch.

    Raises
    ------
    UploadError
        When there is such a reference.
    """
    # Without the zeros, UTF-16 reads as ASCII does.
    if b"<" in content[:2000] and _REFERENCE.search(content.replace(b"\0", b"")):
        raise UploadError(f"{name} refers to another file (STREAM href). Write the numbers into the VOTable itself.")


def read_table(asked: Mapping[str, Any], contents: list[bytes]) -> Any:
    """Return a table sent to the API as an Arrow stream."""
    import numpy as np
    import pyarrow as pa

    kind = "Parquet" if asked["media_type"] == PARQUET else "CSV"
    try:
        table = _parquet(contents[0]) if kind == "Parquet" else _csv(contents[0], asked["as_text"])
        _check(table.num_rows, table.num_columns)
        check_titles(table.column_names, "The body")
        if not table.num_rows:
            raise UploadError("The body has no rows. Send at least one galaxy.")
        out = io.BytesIO()
        batch = table.combine_chunks().to_batches()[0]
        with pa.ipc.new_stream(out, batch.schema) as stream:
            stream.write_batch(batch)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise UploadError(f"The body cannot be read as {kind}: {str(error)[:200]}.") from error
    return np.frombuffer(out.getbuffer(), np.uint8)


def _parquet(content: bytes) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from data.uploads.readers.decompression_limit import read_within

    with pq.ParquetFile(pa.BufferReader(content)) as file:
        _check(file.metadata.num_rows, file.metadata.num_columns)
    return read_within(content, MAX_UNFOLDED)


def _csv(content: bytes, as_text: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    lines = content.split(b"\n", 200)
    comments = next((n for n, line in enumerate(lines) if not line.startswith(b"#")), 0)
    names = lines[comments].decode("utf-8-sig", "replace").strip("\r").split(",")
    _check(content.count(b"\n") - comments, len(names))
    given = (raw.strip('"') for raw in names)
    texts = {name: pa.string() for name in given if name in as_text or name.upper() in ("TARGETID", "TARGET_ID")}
    return pacsv.read_csv(
        io.BytesIO(content),
        pacsv.ReadOptions(skip_rows=comments, use_threads=False),
        convert_options=pacsv.ConvertOptions(column_types=texts),
    )


def _check(rows: int, columns: int) -> None:
    from data.uploads import MAX_COLUMNS, MAX_ROWS

    if rows > MAX_ROWS:
        raise UploadError(f"The table has {rows:,} rows; the limit is {MAX_ROWS:,}. Split it, or use the command line.")
    if columns > MAX_COLUMNS:
        raise UploadError(f"The table has {columns} columns; the limit is {MAX_COLUMNS}. Keep the ones you need.")


JOBS: Final[Mapping[str, Callable[[Mapping[str, Any], list[bytes]], Any]]] = MappingProxyType(
    {"upload": read_upload, "table": read_table}
)
