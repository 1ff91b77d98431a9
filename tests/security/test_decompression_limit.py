"""Small files that would fill the memory: refused before they are unfolded, whichever way they come."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.isolation import read_table
from analysis.isolation.jobs import PARQUET
from data import uploads
from data.errors import UploadError
from data.uploads.readers.decompression_limit import read_within

ROWS = 2_000


def parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, store_schema=False)
    return file.getvalue()


def repeated(text: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))


@pytest.mark.parametrize("read", [lambda file: uploads.read(file, "a.parquet"), lambda file: read_table(file, PARQUET)])
def test_a_long_text_in_every_row_is_refused(read):
    fluxes = {f"flux_{number:02d}": np.ones(ROWS, np.float32) for number in range(12)}
    bomb = parquet(**fluxes, name=repeated("x" * 200_000, ROWS))
    assert len(bomb) < 100_000
    with pytest.raises(UploadError, match="unfolds to 381 MB"):
        read(bomb)


def test_a_constant_in_a_long_list_is_refused():
    values = pa.array(np.ones(1_000_000))
    bomb = parquet(flux=pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values))
    assert len(bomb) < 20_000
    with pytest.raises(UploadError, match="unfolds to 7 MB; the limit is 1 MB"):
        read_within(bomb, 2**20)


def test_text_in_lists_is_refused():
    with pytest.raises(UploadError, match="holds text in lists"):
        read_within(parquet(names=pa.array([["a"], ["b"]])), 2**20)


def test_what_is_small_comes_as_it_was():
    table = pa.table({"name": ["a", None, "a"], "n": [1, 2, 3], "x": [1.0, None, 3.0], "b": [b"x", b"y", None]})
    file = io.BytesIO()
    pq.write_table(table, file)
    assert read_within(file.getvalue(), 2**20).equals(table)
