"""Read visitors' files in a separate process with limited memory and time, without network or file access."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from analysis.isolation.jobs import MAX_NOTES, NOTES
from analysis.isolation.limits import Limits
from analysis.isolation.reader import Reader, Used

if TYPE_CHECKING:
    import pyarrow as pa

    from data.uploads.readers.raw_table import RawTable

__all__ = ["READER", "Limits", "Reader", "Used", "read_table", "read_upload"]

MAX_NOTE: Final = 1000
"""Most characters of a sentence on how a table was read."""
READER: Final = Reader()
"""The reader of this process; it starts no other process before the first file."""


def read_upload(files: Sequence[tuple[bytes, str]]) -> "RawTable":
    """Read an upload as `data.uploads.open_files` does, in a confined process.

    Parameters
    ----------
    files : sequence of (content, name)
        The files of one upload.

    Returns
    -------
    RawTable
        Its columns.

    Raises
    ------
    UploadError
        As `open_files`, and if reading takes more memory or time than allowed.
    """
    from data.uploads.readers.raw_table import RawTable

    names = [name for _, name in files]
    fields = READER.run("upload", [content for content, _ in files], " + ".join(names)[:120], names=names)
    return RawTable(**fields)


def read_table(content: bytes, media_type: str) -> tuple["pa.RecordBatch", list[str]]:
    """Read a table sent to the API, in a confined process.

    Parameters
    ----------
    content : bytes
        The request's body.
    media_type : str
        `jobs.CSV` or `jobs.PARQUET`.

    Returns
    -------
    pyarrow.RecordBatch
        Its rows.
    list of str
        Sentences on how it was read.

    Raises
    ------
    UploadError
        If it cannot be read, is empty, or takes more memory or time than allowed.
    """
    import pyarrow as pa

    answer = READER.run("table", [content], "The body", media_type=media_type)
    with pa.ipc.open_stream(pa.py_buffer(answer)) as stream:
        batch = stream.read_next_batch()
    batch.validate(full=True)
    notes = json.loads((batch.schema.metadata or {}).get(NOTES, b"[]"))
    return batch.replace_schema_metadata(None), [
        "".join(letter if letter.isprintable() else " " for letter in str(note)[:MAX_NOTE])
        for note in notes[:MAX_NOTES]
    ]
