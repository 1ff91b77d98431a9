"""The jobs of the confined process: read an upload, or a table sent to the API."""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from data.errors import UploadError

_REFERENCE: Final = re.compile(rb"<(?:\w{1,40}:)?STREAM\s[^<]{0,4000}?\bhref\s*=", re.IGNORECASE)
CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"
NOTES: Final = b"notes"
"""Key of the schema's metadata that holds sentences on how a table was read, as a list in JSON."""
MAX_NOTES: Final = 20
MAX_TITLE: Final = 200
"""Characters of a column's title."""


def read_upload(asked: Mapping[str, Any], contents: list[bytes]) -> Any:
    """Return the fields of the `RawTable` of the files of one upload."""
    from data import uploads

    for content, name in zip(contents, asked["names"], strict=True):
        refuse_references(content, name)
    raw = uploads.open_files(list(zip(contents, asked["names"], strict=True)))
    check_titles(raw.columns, raw.name)
    return raw._asdict()


def check_titles(titles: Iterable[str], name: str) -> None:
    """Refuse long titles, which would cost regular expressions much time.

    Raises
    ------
    UploadError
        If a title is longer than `MAX_TITLE`.
    """
    longest = max(titles, key=len, default="")
    if len(longest) > MAX_TITLE:
        raise UploadError(
            f"{name}: the title of column “{longest[:24]}…” has {len(longest):,} characters; the limit is {MAX_TITLE}. "
            "Shorten it."
        )


def refuse_references(content: bytes, name: str) -> None:
    """Refuse a VOTable that keeps its numbers in another file, which the parser would open or fetch.

    Raises
    ------
    UploadError
        If there is such a reference.
    """
    # Without zero bytes, ASCII characters in UTF-16 match the pattern too.
    if b"<" in content[:2000] and _REFERENCE.search(content.replace(b"\0", b"")):
        raise UploadError(f"{name} refers to another file (STREAM href). Write the numbers into the VOTable itself.")


def read_table(asked: Mapping[str, Any], contents: list[bytes]) -> Any:
    """Return a table sent to the API as an Arrow stream: units in the fields' metadata, notes in that of the schema."""
    import json

    import numpy as np
    import pyarrow as pa

    from data.columns.names import reads_as_text
    from data.uploads import MAX_ROWS
    from data.uploads.readers.tables import read_source

    form = "Parquet" if asked["media_type"] == PARQUET else "CSV"
    table, source = read_source(contents[0], "The body", form, reads_as_text, lambda _: MAX_ROWS)
    check_titles(table.column_names, "The body")
    if not table.num_rows:
        raise UploadError("The body has no rows. Send at least one galaxy.")
    out = io.BytesIO()
    table = table.replace_schema_metadata({NOTES: json.dumps(list(source.notes)[:MAX_NOTES])})
    batch = table.combine_chunks().to_batches()[0]
    with pa.ipc.new_stream(out, batch.schema) as stream:
        stream.write_batch(batch)
    return np.frombuffer(out.getbuffer(), np.uint8)


JOBS: Final[Mapping[str, Callable[[Mapping[str, Any], list[bytes]], Any]]] = MappingProxyType(
    {"upload": read_upload, "table": read_table}
)
