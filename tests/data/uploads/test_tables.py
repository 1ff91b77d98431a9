"""Reading uploaded tables: what is accepted, and the sentence for everything that is not."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data import uploads
from data.catalogue.schema import FLUX_NAMES
from data.columns.missing import is_sentinel
from data.errors import UploadError
from data.uploads import limits, read

HEADER = ",".join(FLUX_NAMES)
ROW = "2.71,3.79,4.95,4.88,4.71,4.55,4.39,4.28,4.19,3.95,3.76,3.60"


def csv_bytes(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def with_cell(cell: str, place: int = 3) -> str:
    cells: list[str] = [*ROW.split(",")]
    cells[place] = cell
    return ",".join(cells)


def sentence(content: bytes, name: str = "galaxies.csv") -> str:
    with pytest.raises(UploadError) as raised:
        read(content, name)
    return str(raised.value)


def test_reads_ids_fluxes_and_optional_columns():
    table = read(
        csv_bytes(
            f"TARGETID,redshift,log_luminosity,{HEADER},comment",
            f"39627835576420141,0.1,6.2,{ROW},first",
            f"39627835576420142,,,{ROW},=second",
        ),
        "a.csv",
    )
    assert table.ids == ("39627835576420141", "39627835576420142")
    assert table.bin_flux.shape == (2, 12)
    assert table.bin_flux.dtype == np.float32
    np.testing.assert_allclose(table.bin_flux[0], [float(cell) for cell in ROW.split(",")], rtol=1e-6)
    assert table.log_luminosity is not None
    assert table.redshift is not None
    np.testing.assert_allclose(table.log_luminosity, [6.2, np.nan], rtol=1e-6)
    np.testing.assert_allclose(table.redshift, [0.1, np.nan], rtol=1e-6)
    assert table.problems == ("", "")
    assert table.extra == {"comment": ("first", "=second")}


@pytest.mark.parametrize(
    "content",
    [
        csv_bytes("# a comment", "", HEADER, ROW),
        csv_bytes(HEADER.upper(), ROW),
        csv_bytes(HEADER.replace(",", ";"), ROW.replace(",", ";")),
        csv_bytes(HEADER.replace(",", "\t"), ROW.replace(",", "\t")),
        f"{HEADER}\r\n\r\n{ROW}\r\n".encode(),
        f"{HEADER}\r{ROW}\r".encode(),
        f"{HEADER}\n{ROW}\n".encode("utf-8-sig"),
        f"{HEADER}\n{ROW}\n".encode("utf-16"),
        csv_bytes(ROW),
        csv_bytes(HEADER, ROW.replace("2.71", ' "2.71" ').replace(' "', '"').replace('" ', '"')),
    ],
    ids=["comments", "upper case", "semicolons", "tabs", "crlf", "cr", "bom", "utf-16", "no header", "quotes"],
)
def test_is_lenient_where_nothing_can_be_misread(content: bytes):
    table = read(content, "a.csv")
    assert table.ids == ("1",)
    assert table.bin_flux[0, 0] == np.float32(2.71)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("abc", ["“abc” is not a number", "1.25"]),
        ("1_0", ["“1_0” is not a number"]),
        ("", ["the value is missing"]),
        ("-0.2", ["the flux is -0.2", "above 0"]),
        ("0", ["the flux is 0", "above 0"]),
        ("nan", ["the value is nan"]),
        ("-inf", ["the value is -inf"]),
        ("1e400", ["is not a number"]),
        ("1e35", ["outside 1e-30 to 1e+30"]),
        ("x" * 5000, ["…” is not a number"]),
    ],
)
def test_a_bad_value_is_named_with_row_and_column(cell: str, expected: list[str]):
    bad = sentence(csv_bytes(HEADER, with_cell(cell)))
    assert bad.startswith("Row 2, column flux_03")
    assert all(part in bad for part in expected)
    assert len(bad) < 250

    table = read(csv_bytes(HEADER, ROW, with_cell(cell), ROW), "a.csv")
    assert [bool(problem) for problem in table.problems] == [False, True, False]
    assert table.problems[1].startswith("Row 3, column flux_03")
    assert np.isnan(table.bin_flux[1]).all()
    assert np.isfinite(table.bin_flux[[0, 2]]).all()


def test_a_decimal_comma_is_named():
    cells = [*ROW.split(",")[:3], "4,88", *ROW.split(",")[4:]]
    bad = sentence(csv_bytes(HEADER.replace(",", ";"), ";".join(cells)))
    assert "decimal comma" in bad
    assert "Write 4.88" in bad


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["galaxies.csv is empty", "flux_00 ... flux_11"]),
        (b"\n\n", ["no galaxy below it"]),
        (csv_bytes(HEADER), ["no galaxy below"]),
        (csv_bytes(ROW + ",1", ROW + ",1"), ["row 1", "starts with “2.71”", "13 columns", "Put the header"]),
        (csv_bytes(HEADER.replace(",flux_07", ""), ROW.rsplit(",", 1)[0]), ["row 1", "lacks flux_07", "12 bins"]),
        (csv_bytes(HEADER + ",flux_07", ROW + ",1"), ["“flux_07” appears twice"]),
        (csv_bytes(HEADER, ROW, ROW + ",9"), ["row 3", "13 columns", "header has 12"]),
        (csv_bytes(HEADER, ROW.rsplit(",", 1)[0]), ["row 2", "11 columns"]),
        (csv_bytes(HEADER, '"' + ROW), ["row 2", "quotation marks"]),
        (b"SIMPLE  =                    T" + b" " * 2000, ["looks like FITS", "Write it again"]),
        (b"PK\x03\x04" + b"\0" * 100, ["looks like NPZ", "Write it again"]),
        (b"\x1f\x8b\x08", ["gzip"]),
        (csv_bytes(HEADER, ROW) + b"\0\0", ["binary"]),
        (csv_bytes(HEADER + ",name", ROW) + b",\x01\xe9", ["row 2", "UTF-8"]),
        (csv_bytes(HEADER, with_cell("0"), with_cell("nan")), ["None of the 2 galaxies", "Row 2"]),
        (csv_bytes("log_luminosity," + HEADER, "500," + ROW), ["log_luminosity: 500 lies outside"]),
        (csv_bytes("redshift," + HEADER, "-3," + ROW), ["redshift: -3 lies outside"]),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(content: bytes, expected: list[str]):
    bad = sentence(content)
    assert all(part in bad for part in expected), bad


def test_limits_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 2)
    assert "more than 2 rows" in sentence(csv_bytes(HEADER, ROW, ROW, ROW))
    monkeypatch.setattr(limits, "MAX_COLUMNS", 12)
    assert "13 columns; the limit is 12" in sentence(csv_bytes(HEADER + ",a", ROW + ",1"))
    too_large = sentence(b"x" * (uploads.MAX_BYTES + 1))
    assert "limit is 20 MB" in too_large


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.just(12)),
        # Sentinels such as 1e20 mark missing values among ordinary fluxes.
        elements=st.floats(float(np.float32(1e-29)), float(np.float32(1e29)), width=32).filter(
            lambda value: not is_sentinel(np.array(float(str(np.float32(value)))))
        ),
    )
)
def test_what_is_written_is_read_back(bin_flux: np.ndarray):
    lines = [",".join(str(value) for value in row) for row in bin_flux]
    np.testing.assert_array_equal(read(csv_bytes(HEADER, *lines), "a.csv").bin_flux, bin_flux)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_the_sentence(content: bytes):
    for candidate in (content, csv_bytes(HEADER) + b"\n" + content):
        with contextlib.suppress(UploadError):
            read(candidate, "a.csv")


def test_names_are_kept_whole_or_refused():
    names = ["a" * 150 + "1", "a" * 150 + "2", "b" * (limits.MAX_NAME + 1)]
    table = read(csv_bytes(f"name,{HEADER}", *(f"{name},{ROW}" for name in names)), "galaxies.csv")
    assert table.ids == (*names[:2], "row 4")
    assert table.problems[2] == "Row 4, column name: the name has 201 characters; the limit is 200. Shorten it."
    assert not any(table.problems[:2])
