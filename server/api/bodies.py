"""Tables sent to the API: CSV or Parquet, read in memory, with caps on what they unfold to."""

from typing import TYPE_CHECKING, Final

from data.errors import UploadError
from data.uploads import MAX_ROWS
from data.uploads.readers.tables import read_source

if TYPE_CHECKING:
    import pyarrow as pa

CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"
BODY: Final = "The body"


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
        Its rows, of plain types; units in the fields' metadata.

    Raises
    ------
    UploadError
        When it cannot be read, is empty or unfolds beyond a limit.
    """
    from analysis.files.rows import reads_as_text

    form = "Parquet" if media_type == PARQUET else "CSV"
    table, _ = read_source(content, BODY, form, reads_as_text, lambda _: MAX_ROWS)
    if not table.num_rows:
        raise UploadError("The body has no rows. Send at least one galaxy.")
    return table.combine_chunks().to_batches()[0]
