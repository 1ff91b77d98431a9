import os
from hashlib import sha256

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.catalogue.registry import open_catalogues, serve, served
from data.catalogue.schema import COLUMNS
from data.errors import CatalogueError
from model.lines import LINE_NAMES
from tests.builders import built, galaxies, write_catalogue


@pytest.fixture
def table():
    return built(50)


@pytest.fixture
def catalogue(table, tmp_path):
    path = write_catalogue(tmp_path / "field.parquet", table)
    return open_catalogues(str(path))["field"]


def test_columns_come_back_as_they_were_written(catalogue, table):
    for column in COLUMNS[1:]:
        if column.name not in table.column_names:
            assert np.isnan(catalogue.column(column.name)).all()
            continue
        np.testing.assert_array_equal(catalogue.column(column.name), table[column.name].to_numpy())
        assert catalogue.column(column.name).dtype == np.float32
        assert not catalogue.column(column.name).flags.writeable


def test_says_what_it_is(catalogue, tmp_path):
    assert (catalogue.name, catalogue.title, catalogue.n, catalogue.is_mock) == ("field", "Test", 50, False)
    assert catalogue.version == sha256((tmp_path / "field.parquet").read_bytes()).hexdigest()[:12]


def test_every_galaxy_is_found_by_its_name(catalogue):
    for row in range(catalogue.n):
        assert catalogue.row_of(catalogue.galaxy(row).target_id) == row


@pytest.mark.parametrize("absent", ["", "GALAXY-", "GALAXY-50", "GALAXY-1x", "ZZZ", "Å", "x" * 500])
def test_unknown_names_have_no_row(catalogue, absent):
    assert catalogue.row_of(absent) is None


def test_a_galaxy_gathers_its_row(catalogue, table):
    galaxy = catalogue.galaxy(7)
    assert galaxy.bin_flux.shape == (12,)
    for index, name in enumerate(LINE_NAMES):
        assert galaxy.ew[index] == table[f"{name}_EW"][7].as_py()
        assert galaxy.predicted.p84[index] == table[f"{name}_EW_PREDICTED_P84"][7].as_py()
    assert galaxy.position[1] == table["map_y"][7].as_py()
    with pytest.raises(IndexError, match="Row 50 is outside"):
        catalogue.galaxy(50)


def test_lines_the_table_lacks_are_nan(tmp_path):
    table = built(5).drop_columns(["HALPHA_EW", "HALPHA_EW_IVAR"])
    catalogue = open_catalogues(str(write_catalogue(tmp_path / "thin.parquet", table)))["thin"]
    assert np.isnan(catalogue.column("HALPHA_EW")).all()


@pytest.mark.parametrize("separator", [",", os.pathsep, " , "])
def test_files_and_folders_can_be_joined(tmp_path, separator):
    (tmp_path / "many").mkdir()
    first = write_catalogue(tmp_path / "z.parquet", built(3))
    for name in "ba":
        write_catalogue(tmp_path / "many" / f"{name}.parquet", built(3))
    assert list(open_catalogues(f"{first}{separator}{tmp_path / 'many'}")) == ["z", "a", "b"]


def test_a_table_without_predictions_names_the_command(tmp_path):
    pq.write_table(galaxies(), tmp_path / "raw.parquet")
    with pytest.raises(CatalogueError, match=r"no predictions: run cli\.py catalogue build"):
        open_catalogues(str(tmp_path / "raw.parquet"))


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("absent.parquet", "no such file or folder: absent"),
        ("text.parquet", "not a Parquet file"),
        ("bad name!.parquet", "goes into URLs"),
        ("empty", "no .parquet file"),
        ("good.parquet,copy/good.parquet", "two catalogues named 'good'"),
        ("old.parquet", "follows schema 0, this version reads"),
    ],
)
def test_what_cannot_be_opened_says_why(tmp_path, monkeypatch, setting, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.parquet").write_text("TARGETID\n1\n")
    for folder in ("empty", "copy"):
        (tmp_path / folder).mkdir()
    for name in ("bad name!", "good", "copy/good", "old"):
        write_catalogue(tmp_path / f"{name}.parquet", built(3))
    old = pq.read_table(tmp_path / "old.parquet")
    about = old.schema.metadata[b"galactic_neon"].replace(b'"schema_version": "1"', b'"schema_version": "0"')
    pq.write_table(old.replace_schema_metadata({b"galactic_neon": about}), tmp_path / "old.parquet")
    with pytest.raises(CatalogueError, match=sentence):
        open_catalogues(setting)


def test_the_embedded_catalogue_is_a_mock():
    (catalogue,) = open_catalogues().values()
    assert catalogue.is_mock
    assert catalogue.n == 20_000
    assert catalogue.galaxy(0).target_id == "MOCK-000001"


def test_serving_replaces_what_was_served(catalogue):
    before = dict(served())
    try:
        serve({"only": catalogue})
        assert list(served()) == ["only"]
    finally:
        serve(before)


def test_fetched_catalogues_come_before_the_mock(tmp_path):
    (tmp_path / "catalogues").mkdir()
    write_catalogue(tmp_path / "catalogues" / "published.parquet", built(3))
    assert list(open_catalogues(None, tmp_path)) == ["published", "mock"]
    assert list(open_catalogues("", tmp_path / "nowhere")) == ["mock"]
