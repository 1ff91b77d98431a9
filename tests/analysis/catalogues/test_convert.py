"""A catalogue keeps its numbers, units and provenance in every format."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.table import Table

import cli
from analysis.catalogues.convert import convert
from data.catalogue.catalogue import Catalogue
from data.catalogue.parquet import write
from data.catalogue.schema import SCHEMA_VERSION
from data.errors import CatalogueError
from data.formats.whole import read_table
from tests import builders

ABOUT = {
    "schema_version": SCHEMA_VERSION,
    "kind": "observed",
    "title": "Six galaxies",
    "provenance": "invented for a test",
    "model": {"name": "default", "sha256": "abc123"},
    "map": {"sha256": "def456"},
}


@pytest.fixture
def catalogue(tmp_path):
    table = builders.built(6, TARGETID=["39633345008634465", *(f"GALAXY-{row}" for row in range(1, 6))])
    write(table, tmp_path / "six.parquet", ABOUT)
    return tmp_path / "six.parquet", table


@pytest.mark.parametrize("suffix", ["ecsv", "fits", "vot", "csv", "parquet"])
def test_every_format_gives_the_numbers_back(catalogue, suffix):
    path, table = catalogue
    out = path.with_name(f"out.{suffix}")
    assert "6 galaxies" in convert(path, out)
    back = read_table(out)
    assert back["TARGETID"].to_pylist() == table["TARGETID"].to_pylist()
    for name in ("redshift", "flux_11", "HALPHA_EW", "map_x"):
        np.testing.assert_allclose(back[name].to_numpy().astype(np.float32), table[name].to_numpy(), rtol=1e-6)


@pytest.mark.filterwarnings("ignore:The unit 'Angstrom' has been deprecated in the VOUnit standard")
@pytest.mark.parametrize(("suffix", "format"), [("ecsv", "ascii.ecsv"), ("fits", "fits"), ("vot", "votable")])
def test_astropy_reads_units_and_provenance(catalogue, suffix, format):
    path, _ = catalogue
    out = path.with_name(f"out.{suffix}")
    convert(path, out)
    table = Table.read(out, format=format)
    assert str(table["HALPHA_EW"].unit) == "Angstrom"
    assert table["HALPHA_EW"].info.description or suffix == "fits"
    content = out.read_bytes()
    for said in (b"Six galaxies", b"invented for a test", b"abc123"):
        assert said in content
    assert b"pickle" not in content


def test_parquet_stays_a_catalogue_with_its_checksums(catalogue):
    path, table = catalogue
    convert(path, path.with_name("out.parquet"))
    again = Catalogue(path.with_name("out.parquet"))
    assert again.metadata["model"] == ABOUT["model"]
    assert again.metadata["map"] == ABOUT["map"]
    assert again.title == "Six galaxies"
    np.testing.assert_array_equal(again.column("HALPHA_EW"), table["HALPHA_EW"].to_numpy())


def test_an_unknown_extension_is_refused(catalogue):
    path, _ = catalogue
    with pytest.raises(CatalogueError, match=r"xlsx"):
        convert(path, path.with_name("out.xlsx"))


NAMES = {
    "plain": [1, 2],
    "nämé": [3, 4],
    "line\nbreak": [5, 6],
    "": [7, 8],
    "MAG": [9, 10],
    "mag": [11, 12],
    "α/Å": [13, 14],
}


@pytest.mark.parametrize("suffix", [".csv", ".ecsv", ".fits", ".vot", ".parquet"])
def test_names_that_a_format_cannot_write_are_changed_and_said(suffix: str, tmp_path, capsys):
    pq.write_table(pa.table({"TARGETID": ["1", "2"]} | NAMES), tmp_path / "t.parquet")
    assert cli.main(["catalogue", "convert", str(tmp_path / "t.parquet"), str(tmp_path / f"o{suffix}")]) == 0
    said = capsys.readouterr().out
    read = read_table(tmp_path / f"o{suffix}")
    assert [column.to_pylist() for column in read.columns[1:]] == list(NAMES.values())
    if suffix == ".fits":
        assert read.column_names[1:3] == ["plain", "name"]
        assert "Columns that FITS cannot call so: “nämé” is name" in said
