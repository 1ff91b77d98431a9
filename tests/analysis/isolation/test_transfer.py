"""Tables as bytes: they come back as they were, and no other bytes do harm."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis.isolation import signed_table, transfer
from data.errors import UploadError
from data.uploads.readers.raw_table import RawTable

NUMBERS = hnp.arrays(
    st.sampled_from(["<f8", "<f4", "<i8", "<u8", "|b1", "|u1", ">i2"]), hnp.array_shapes(max_dims=2, min_side=0)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        )
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def table(columns: dict[str, np.ndarray]) -> RawTable:
    rows = len(next(iter(columns.values())))
    return RawTable("a.csv", "CSV", columns, {"x": "Å"}, np.arange(rows), {"redshift": 0.1, "notes": ["ü"]})


@given(VALUES)
def test_what_is_encoded_comes_back(value: object):
    assert same(transfer.decode(b"".join(transfer.encode(value))), value)


@given(st.binary(max_size=200))
def test_other_bytes_are_an_error(content: bytes):
    with pytest.raises(transfer.TransferError):
        transfer.decode(content)


def test_damaged_bytes_are_an_error_or_a_value():
    whole = b"".join(transfer.encode({"a": np.arange(9.0), "b": [np.array(["x", ""], object), 3]}))
    chance = random.Random(1)  # noqa: S311
    for _ in range(2000):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            transfer.decode(damaged)
        except transfer.TransferError:
            continue


@given(hnp.arrays("<f8", st.integers(1, 6), elements=st.floats(width=64)))
def test_a_carried_number_is_the_same_to_the_last_bit(values: np.ndarray):
    back = signed_table.decode(signed_table.encode(table({"x": values})))
    assert back.columns["x"].dtype == np.float64
    np.testing.assert_array_equal(np.isnan(back.columns["x"]), np.isnan(values))
    real = ~np.isnan(values)
    np.testing.assert_array_equal(back.columns["x"][real].view("<i8"), values[real].view("<i8"))


def test_a_carried_table_is_signed():
    raw = table({"x": np.arange(3.0), "name": np.array(["a", "", "ü"], object)})
    text = signed_table.encode(raw)
    back = signed_table.decode(text)
    assert back.columns["name"].tolist() == ["a", "", "ü"]
    assert (back.units, back.about) == (raw.units, raw.about)
    for forged in (text[:-8] + "AAAAAAA=", text[:40], "", "é", None, 3):
        with pytest.raises(UploadError, match="Upload the file again"):
            signed_table.decode(forged)


def test_a_table_too_large_for_the_page_is_told():
    with pytest.raises(UploadError, match="this page accepts 20 MB"):
        signed_table.encode(table({f"c{n}": np.random.default_rng(n).normal(size=100_000) for n in range(30)}))


def test_workers_that_share_a_folder_share_the_key(tmp_path):
    assert signed_table.key_of(tmp_path) == signed_table.key_of(tmp_path)
    assert [path.stat().st_mode & 0o077 for path in tmp_path.iterdir()] == [0]
