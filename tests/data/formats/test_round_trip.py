"""Tables of every type are written in every format and read back: no value changes, what is missing stays missing."""

import datetime
import decimal
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.formats import FORMATS, TableMeta
from data.formats.kinds import FormatName
from data.formats.stream import open_target
from data.formats.whole import read_table, write_table

LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), exclude_characters="'\ufeff"),
    min_size=1,
    max_size=12,
).filter(lambda text: text[0] not in "#=+-@")
WIDTHS = {
    pa.int8(): (-(2**7), 2**7 - 1),
    pa.int16(): (-(2**15), 2**15 - 1),
    pa.int32(): (-(2**31), 2**31 - 1),
    pa.int64(): (-(2**63), 2**63 - 1),
    pa.uint8(): (0, 2**8 - 1),
    pa.uint16(): (0, 2**16 - 1),
    pa.uint32(): (0, 2**32 - 1),
    pa.uint64(): (0, 2**64 - 1),
}
NUMBERS = {kind: st.integers(*ends) for kind, ends in WIDTHS.items()} | {
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
}
TEXTS = {
    pa.string(): LETTERS,
    pa.large_string(): LETTERS,
    pa.string_view(): LETTERS,
    pa.binary(): LETTERS.map(str.encode),
    pa.large_binary(): LETTERS.map(str.encode),
    pa.decimal128(30, 6): st.decimals(-(10**20), 10**20, places=6),
    pa.date32(): st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 1, 1)),
    pa.timestamp("us"): st.datetimes(datetime.datetime(1800, 1, 1), datetime.datetime(2200, 1, 1)),
}
KINDS = NUMBERS | TEXTS


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 8))
    columns: dict[str, pa.Array] = {"row": pa.array(range(rows), pa.int32())}
    for place, kind in enumerate(draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=6))):
        value = st.none() | KINDS[kind] if draw(st.booleans()) else KINDS[kind]
        column = pa.array(draw(st.lists(value, min_size=rows, max_size=rows)), kind)
        if kind in (pa.string(), pa.int64()) and draw(st.booleans()):
            column = column.dictionary_encode()
        columns[f"c{place}"] = column
    return pa.table(columns)


def same(given: Any, read: Any, kind: pa.DataType) -> bool:
    """Whether a value came back: itself where the format has its type, else its exact text."""
    if given is None or read is None:
        return (read is None or read == "" or (isinstance(read, float) and math.isnan(read))) and given in (
            None,
            b"",
            "",
        )
    given, read = (value.decode() if isinstance(value, bytes) else value for value in (given, read))
    if isinstance(given, bool):
        return read is given or str(read).lower() == str(given).lower()
    if isinstance(given, float):
        return np.float32(read) == np.float32(given) if kind == pa.float32() else float(read) == given
    if isinstance(given, int):
        return not isinstance(read, float) and int(read) == given
    if isinstance(given, decimal.Decimal):
        return decimal.Decimal(str(read)) == given if not isinstance(read, float) else float(given) == read
    if isinstance(given, datetime.datetime):
        text = read.isoformat(" ") if isinstance(read, datetime.datetime) else str(read)
        return text.replace("T", " ")[:19] == given.isoformat(" ")[:19]
    if isinstance(given, datetime.date):
        return str(read)[:10] == given.isoformat()
    return str(read) == given


def check(given: pa.Table, read: pa.Table) -> None:
    assert read.column_names == given.column_names
    assert read.num_rows == given.num_rows
    for name in given.column_names:
        kind = given.schema.field(name).type
        for one, other in zip(given[name].to_pylist(), read[name].to_pylist(), strict=True):
            assert same(one, other, kind), f"column {name} of {kind}: {one!r} came back as {other!r}"


@pytest.mark.parametrize("format", FORMATS)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))  # pyright: ignore[reportArgumentType]
@given(table=tables())
def test_every_type_survives_every_format(
    format: FormatName, table: pa.Table, tmp_path_factory: pytest.TempPathFactory
):
    path = tmp_path_factory.mktemp("table") / f"t{FORMATS[format].extensions[0]}"
    write_table(table, path, format, TableMeta("A table"))
    # Text stays text: that of a CSV file may look like a number.
    texts = {name for name in table.column_names if table.schema.field(name).type not in NUMBERS}
    read = read_table(path, texts.__contains__)
    check(table, read)
    if format != "votable":
        again = path.with_name(f"again{path.suffix}")
        half = (table.num_rows + 1) // 2
        with open_target(again, table.schema, TableMeta("A table")) as write:
            write(table.slice(0, half))
            if half < table.num_rows:
                write(table.slice(half))
        check(table, read_table(again, texts.__contains__))


@pytest.mark.parametrize("format", ["parquet", "fits", "ecsv", "votable"])
def test_declared_types_and_masks_come_back(format: FormatName, tmp_path):
    table = pa.table(
        {
            "visits": pa.array([1, None, 3], pa.int64()),
            "short": pa.array([None, -32768, 32767], pa.int16()),
            "good": pa.array([True, None, False]),
            "note": pa.array(["a", None, "c"]),
            "x": pa.array([1.5, None, 2.5], pa.float32()),
        }
    )
    path = tmp_path / f"t{FORMATS[format].extensions[0]}"
    write_table(table, path, format, TableMeta("A table"))
    read = read_table(path)
    for name in ("visits", "short", "good"):
        assert read[name].to_pylist() == table[name].to_pylist()
        assert pa.types.is_boolean(read[name].type) == (name == "good")
    assert pa.types.is_integer(read["visits"].type)
    assert [value or None for value in read["note"].to_pylist()] == ["a", None, "c"]


@pytest.mark.parametrize("name", ["", "two\nlines", "é λ", "x" * 90, "a\x07b"])
@pytest.mark.parametrize("format", FORMATS)
def test_any_column_name_can_be_written(format: FormatName, name: str, tmp_path):
    table = pa.table([pa.array([1, 2]), pa.array([3, 4])], names=[name, "other"])
    path = tmp_path / f"t{FORMATS[format].extensions[0]}"
    write_table(table, path, format, TableMeta("A table"))
    read = read_table(path)
    assert [column.to_pylist() for column in read.columns] == [[1, 2], [3, 4]]
