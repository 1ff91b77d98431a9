"""The footer of a Parquet file is read as Arrow reads it, and no damage to it ends the process."""

import io
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import UploadError
from data.uploads.readers.parquet_footer import column_chunks
from tests.serving import ROOT


def parquet() -> bytes:
    columns = {"a": [1, 2, 3], "list": [[1.0, 2.0], [3.0], None], "text": ["x", None, "y"], "nested": [{"q": True}] * 3}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=2)
    return out.getvalue()


def test_chunks_are_those_that_arrow_lists():
    metadata = pq.ParquetFile(io.BytesIO(parquet())).metadata
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    expected = [
        (column.path_in_schema, column.physical_type, column.num_values)
        for group in groups
        for column in (group.column(index) for index in range(metadata.num_columns))
    ]
    assert list(column_chunks(parquet())) == expected


@pytest.mark.parametrize("content", [parquet()[:-6], parquet()[:-8] + b"\xff\xff\xff\x7fPAR1", b"PAR1" * 3])
def test_a_damaged_footer_gets_a_sentence(content: bytes):
    with pytest.raises(UploadError, match="footer"):
        list(column_chunks(content))


EVERY_BYTE = """
import warnings
from data import uploads
from tests.data.uploads.readers.test_parquet_footer import parquet

warnings.simplefilter("ignore")
good = parquet()
for place in range(len(good) - 8 - int.from_bytes(good[-8:-4], "little"), len(good)):
    for value in ((good[place] + 1) % 256, good[place] ^ 16, 0):
        try:
            uploads.open_files([(good[:place] + bytes([value]) + good[place + 1 :], "a file")])
        except uploads.UploadError:
            pass
print("alive")
"""


def test_no_byte_of_a_footer_ends_the_process():
    # Arrow aborts on some of them when it is asked about a column, so they are tried in a process of their own.
    done = subprocess.run([sys.executable, "-c", EVERY_BYTE], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "alive", done.stderr[-500:]
