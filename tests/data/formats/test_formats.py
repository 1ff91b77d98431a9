"""Tables in every format: read back by other tools' readers, with all that was said about them."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units
from astropy.io.votable import parse, ucd
from astropy.table import Table

from data.catalogue.fields import CATALOGUE_FIELDS
from data.errors import CatalogueError
from data.formats import FORMATS, TableMeta, format_of
from data.formats.fields import CITATION
from data.formats.stream import open_source, open_target
from data.formats.whole import read_table, write_table

N = 7
IDS = [str(39627835576420141 + row) for row in range(N)]
META = TableMeta(
    "Galaxies for a test", "drawn by a test", fields=CATALOGUE_FIELDS, details={"model": "default, sha256 0123"}
)
TEXT = ["=1+1", "-3.5", "plain", 'a "quoted", text', "", "Hα λ6563", "@SUM(A1)"]
READERS = {"parquet": "parquet", "ecsv": "ascii.ecsv", "fits": "fits", "votable": "votable"}


def columns():
    rng = np.random.default_rng(0)
    ew = rng.lognormal(0, 1, N).astype(np.float32)
    ew[2] = np.nan
    return {
        "TARGETID": np.array(IDS),
        "number": np.array(IDS, np.int64),
        "note": np.array(TEXT),
        "redshift": rng.uniform(0, 1, N),
        "flux_00": rng.lognormal(0, 1, N).astype(np.float32),
        "HALPHA_EW": ew,
        "HALPHA_EW_IVAR": 1 / ew**2,
        "good": np.arange(N) % 2 == 0,
    }


def written(format, tmp_path, table=None):
    path = tmp_path / f"out{FORMATS[format].extensions[0]}"
    write_table(columns() if table is None else table, path, format, META)
    return path


@pytest.mark.parametrize("format", READERS)
@pytest.mark.filterwarnings("ignore:The unit:astropy.units.UnitsWarning")
def test_astropy_reads_values_units_and_descriptions(format, tmp_path):
    table = Table.read(written(format, tmp_path), format=READERS[format])
    given = columns()
    assert table.colnames == list(given)
    for name, values in given.items():
        read = np.ma.filled(table[name], np.nan) if values.dtype.kind == "f" else np.asarray(table[name])
        if values.dtype.kind == "U":
            assert [str(text) if text is not np.ma.masked else "" for text in table[name]] == values.tolist()
        else:
            np.testing.assert_array_equal(read, values)
            assert read.dtype.newbyteorder("=") == values.dtype
    assert table["HALPHA_EW"].unit == units.Angstrom
    assert table["HALPHA_EW_IVAR"].unit == units.Angstrom**-2
    assert table["flux_00"].unit == units.Unit("1e-17 erg s-1 cm-2 Angstrom-1")
    if format != "fits":
        assert table["redshift"].description == "redshift"


def test_fits_says_what_topcat_and_a_reader_of_headers_want(tmp_path):
    from astropy.io import fits

    with fits.open(written("fits", tmp_path), checksum=True) as hdus:
        hdus.verify("exception")
        table: Any = hdus[1]
        header = table.header
        said = {header[f"TTYPE{number}"]: number for number in range(1, header["TFIELDS"] + 1)}
        assert header[f"TUCD{said['HALPHA_EW']}"] == "spect.line.eqWidth;em.opt"
        assert header[f"TCOMM{said['flux_00']}"] == "mean continuum, 3400-3700 Angstrom rest frame"
        assert header[f"TCOMM{said['HALPHA_EW']}"].startswith("observed EW of Halpha 6563;")
        assert "stae1189" in "".join(header["HISTORY"])


@pytest.mark.filterwarnings("ignore:The unit:astropy.units.UnitsWarning")
def test_votable_and_parquet_carry_ucds_and_where_the_table_comes_from(tmp_path):
    votable = parse(written("votable", tmp_path))
    inside = pq.ParquetFile(written("parquet", tmp_path)).metadata.metadata
    dataless = inside[b"IVOA.VOTable-Parquet.content"]
    assert b"<DATA" not in dataless
    for document in (votable, parse(io.BytesIO(dataless))):
        fields = {field.name: field for field in document.get_first_table().fields}
        assert fields["redshift"].ucd == "src.redshift"
        assert str(fields["HALPHA_EW"].unit) == "Angstrom"
        infos = {info.name: info.value for info in document.resources[0].infos}
        assert infos["citation"] == CITATION
        assert infos["model"] == "default, sha256 0123"
    field = pq.read_schema(written("parquet", tmp_path)).field("HALPHA_EW")
    assert field.metadata[b"unit"] == b"Angstrom"


def test_every_ucd_is_of_the_vocabulary():
    for field in CATALOGUE_FIELDS.values():
        assert ucd.check_ucd(field.ucd, check_controlled_vocabulary=True)


def test_pandas_reads_the_parquet_file(tmp_path):
    frame = pd.read_parquet(written("parquet", tmp_path))
    assert frame["TARGETID"].tolist() == IDS
    assert frame["number"].dtype == np.int64
    assert frame["note"].tolist() == TEXT


def test_a_spreadsheet_runs_nothing_of_a_csv_and_numbers_stay_numbers(tmp_path):
    path = written("csv", tmp_path, columns() | {"=HYPERLINK()": np.array(["x"] * N)})
    lines = path.read_text().splitlines()
    assert lines[0] == "# title: Galaxies for a test"
    assert any(CITATION in line for line in lines)
    assert any("HALPHA_EW [Angstrom]" in line for line in lines)
    frame = pd.read_csv(path, comment="#", dtype={"TARGETID": str, "note": str}, keep_default_na=False)
    assert frame["note"].tolist() == ["'=1+1", "-3.5", *TEXT[2:-1], "'@SUM(A1)"]
    assert "'=HYPERLINK()" in frame.columns
    assert frame["HALPHA_EW"].tolist()[2] == ""
    assert frame["TARGETID"].tolist() == IDS


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.filterwarnings("ignore:The unit:astropy.units.UnitsWarning")
def test_what_was_written_is_read_again(format, tmp_path):
    table = read_table(written(format, tmp_path))
    given = columns()
    assert table.column_names == list(given)
    assert table["TARGETID"].to_pylist() == IDS
    assert table["number"].to_pylist() == given["number"].tolist()
    np.testing.assert_allclose(table["HALPHA_EW"].to_numpy(), given["HALPHA_EW"], rtol=1e-7)


@pytest.mark.parametrize("format", ["parquet", "csv", "ecsv", "fits"])
def test_pieces_make_the_same_table_as_the_whole(format, tmp_path):
    table = pa.table(columns())
    path = tmp_path / f"pieces{FORMATS[format].extensions[0]}"
    with open_target(path, table.schema, META) as write:
        write(table.slice(0, 4))
        write(table.slice(4))
        assert not path.exists()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    whole = read_table(written(format, tmp_path))
    pd.testing.assert_frame_equal(read_table(path).to_pandas(), whole.to_pandas())
    with open_source(path, start=5) as source:
        assert sum(batch.num_rows for batch in source.batches) == N - 5


def test_a_failure_leaves_nothing_behind(tmp_path):
    table = pa.table(columns())
    with pytest.raises(ZeroDivisionError), open_target(tmp_path / "out.fits", table.schema, META) as write:
        write(table.slice(0, 1 // len(write.__name__[:0])))
    with pytest.raises(CatalogueError, match="Cannot write"):
        write_table(columns(), tmp_path / "absent" / "out.csv", "csv", META)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_lists_and_structures_are_written_in_every_format(format, tmp_path):
    """A column that nobody computes with stops nothing: where a format has no such type, it is JSON."""
    table = pa.table({"n": [1, 2, 3], "a": [["x", "y"], None, []], "b": [{"c": 1.5}, {"c": None}, None]})
    path = tmp_path / f"out{FORMATS[format].extensions[0]}"
    write_table(table, path, format, META)
    read = read_table(path)
    assert read["n"].to_pylist() == [1, 2, 3]
    if format == "parquet":
        assert read["b"].to_pylist() == table["b"].to_pylist()
    else:
        assert read["a"].to_pylist()[0::2] == ['["x", "y"]', "[]"]
        assert read["b"].to_pylist()[:2] == ['{"c": 1.5}', '{"c": null}']
        assert not read["a"].to_pylist()[1]


def test_streams_take_a_table_without_a_path():
    for format in FORMATS:
        out = io.BytesIO()
        write_table(columns(), out, format, META)
        assert out.getvalue()


def test_formats_are_known_by_extension(tmp_path):
    assert format_of(tmp_path / "A.FITS") == "fits"
    with pytest.raises(CatalogueError, match=r"out.docx: .* use \.parquet or \.csv"):
        format_of(tmp_path / "out.docx", ("parquet", "csv"))


def test_what_was_read_of_a_long_file_is_let_go(tmp_path):
    path, rows = tmp_path / "long.parquet", 200_000
    table = pa.table({f"flux_{place:02d}": np.random.default_rng(place).random(rows) for place in range(8)})
    pq.write_table(table, path, row_group_size=rows // 20, use_dictionary=False)
    size = table.nbytes
    del table
    before, most = pa.total_allocated_bytes(), 0
    with open_source(path) as source:
        for _ in source.batches:
            most = max(most, pa.total_allocated_bytes() - before)
    # Without care Arrow holds nearly all of the file when the last rows are read.
    assert most < 0.65 * size, (most, size)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            b",".join(b"column_%d" % number for number in range(200_000)) + b"\n",
            "has 200,000 columns in .* the limit is",
        ),
        (b"a;b\n" + b"1;" * (3 << 20) + b"\n", "row 2, has 3,145,729 columns in .* Keep the ones you need"),
        (b"a,b\n" + b"x" * (3 << 20), "row 2, has 3,145,728 characters; the limit is 2,097,152. Is it a table"),
        (b"a,b\n1,\0\n", "binary file of no known kind"),
    ],
)
def test_a_line_without_end_is_blamed_for_what_it_is(content, says):
    with pytest.raises(CatalogueError, match=says), open_source(content, name="wide.csv", kind="csv") as opened:
        list(opened.batches)


@pytest.mark.parametrize(
    "names", [("", "flux"), ("", ""), (" ", "\t"), ("a\nb", "flux"), ("a\0b", "flux"), ("\r\n", "a\tb")]
)
@pytest.mark.parametrize("format", FORMATS)
def test_columns_without_a_usable_name_keep_their_numbers(tmp_path, format, names):
    path = tmp_path / f"out{FORMATS[format].extensions[0]}"
    table = pa.table([pa.array([1.5, 2.5]), pa.array([3.5, 4.5])], names=list(names))
    write_table(table, path, format, TableMeta("t"))
    read = read_table(path)
    assert [column.to_pylist() for column in read.columns] == [[1.5, 2.5], [3.5, 4.5]]
    assert all(name.strip() for name in read.column_names)
    assert len(set(read.column_names)) == 2
