"""Tables sent to the API: CSV or Parquet, read by a confined process, with caps on what they unfold to."""

from typing import TYPE_CHECKING, Final

from analysis import isolation
from analysis.isolation import jobs

if TYPE_CHECKING:
    import pyarrow as pa

CSV: Final = jobs.CSV
PARQUET: Final = jobs.PARQUET


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
        When it cannot be read, is empty, unfolds beyond a limit or takes too long to read.
    """
    return isolation.read_table(content, media_type)
