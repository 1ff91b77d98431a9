import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.table import Table

from analysis.catalogues.build import build, describe
from analysis.catalogues.convert import convert
from commands.catalogue.build import build_catalogue, check_table, mock_catalogue
from data.catalogue.parquet import write
from data.catalogue.registry import EMBEDDED_FILE, open_catalogues
from data.catalogue.schema import BUILT_COLUMNS, COLUMNS, check
from data.catalogue.standard_columns import read_table
from data.errors import CatalogueError
from data.formats.fields import METADATA_KEY
from model.predictions.batch import place_many, predict_many
from model.storage.weights import load_params
from tests.builders import built, galaxies


def test_building_adds_what_the_networks_say():
    table = build(galaxies(40, survey=["a"] * 40))
    check(table)
    flux = np.stack([table[f"flux_{index:02d}"].to_numpy() for index in range(12)], axis=1)
    prediction = predict_many(load_params(), flux, *(table[name].to_numpy() for name in ("log_luminosity", "redshift")))
    np.testing.assert_allclose(table["HALPHA_EW_PREDICTED"].to_numpy(), prediction.ew[:, 6], rtol=1e-5)
    np.testing.assert_allclose(table["map_y"].to_numpy(), place_many(load_params(), flux).position[:, 1], rtol=1e-5)
    assert table["survey"].to_pylist() == ["a"] * 40


def test_building_again_replaces_predictions():
    once = build(built(10))
    assert once.column_names.count("map_x") == 1
    assert build(once).equals(once)


def test_order_does_not_change_a_number():
    order = np.random.default_rng(0).permutation(30)
    shuffled = build(galaxies(30).take(pa.array(order)))
    straight = build(galaxies(30)).take(pa.array(order))
    for column in BUILT_COLUMNS:
        np.testing.assert_allclose(shuffled[column.name].to_numpy(), straight[column.name].to_numpy(), rtol=2e-5)


def test_progress_counts_every_galaxy():
    reported = []
    build(galaxies(7), progress=reported.append)
    assert sum(reported) == 7


def test_mock_and_observed_galaxies_are_not_mixed():
    with pytest.raises(CatalogueError, match="1 of 4 ids start with 'MOCK-'"):
        describe(built(4, TARGETID=["MOCK-000001", "a", "b", "c"]), title="t", provenance="p")


def test_a_catalogue_says_what_its_columns_are(tmp_path):
    table = built(4, survey=["a"] * 4)
    write(table, tmp_path / "four.parquet", describe(table, title="Four", provenance="invented"))
    schema = pq.read_schema(tmp_path / "four.parquet")
    assert all(schema.field(column.name).metadata[b"ucd"] for column in COLUMNS if column.name in schema.names)
    said = schema.field("HALPHA_EW").metadata
    assert (said[b"ucd"], said[b"unit"]) == (b"spect.line.eqWidth;em.opt", b"Angstrom")
    assert schema.field("survey").metadata is None
    read = Table.read(tmp_path / "four.parquet")
    assert (str(read["flux_03"].unit), read.meta["title"]) == ("1e-17 erg / (Angstrom s cm2)", "Four")
    assert b'ucd="src.redshift"' in schema.metadata[b"IVOA.VOTable-Parquet.content"]
    again = tmp_path / "again.parquet"
    convert(tmp_path / "four.parquet", again)
    assert pq.read_schema(again).field("HALPHA_EW").metadata == said
    assert json.loads(pq.read_schema(again).metadata[METADATA_KEY]) == json.loads(schema.metadata[METADATA_KEY])


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(CatalogueError, match="Cannot write"):
        write(galaxies(), tmp_path / "absent" / "out.parquet")
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(CatalogueError, match="Cannot write"):
        write(galaxies(), tmp_path / "folder.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.parquet"]


def test_tables_are_read_from_csv_and_parquet(tmp_path):
    (tmp_path / "t.csv").write_text("target_id,flux_00\n39627733927462346,1.5\n")
    assert read_table(tmp_path / "t.csv")["TARGETID"].to_pylist() == ["39627733927462346"]
    (tmp_path / "bad.parquet").write_text("nothing")
    for name, sentence in {
        "t.docx": "the extension chooses the format",
        "no.csv": "no file",
        "bad.parquet": "cannot be read",
    }.items():
        with pytest.raises(CatalogueError, match=sentence):
            read_table(tmp_path / name)


def test_a_mock_catalogue_is_built_from_nothing(tmp_path):
    said = mock_catalogue(tmp_path / "few.parquet", n=64, seed=2)
    assert "64 galaxies" in said
    (catalogue,) = open_catalogues(str(tmp_path)).values()
    assert catalogue.is_mock
    assert "no row is a real galaxy" in catalogue.provenance


def test_real_galaxies_are_built_and_served(desi_table, tmp_path):
    pq.write_table(read_table(desi_table).slice(0, 500), tmp_path / "slice.parquet")
    assert "500 galaxies" in check_table(tmp_path / "slice.parquet")
    build_catalogue(tmp_path / "slice.parquet", tmp_path / "served.parquet", title="DESI BGS")
    catalogue = open_catalogues(str(tmp_path / "served.parquet"))["served"]
    assert (catalogue.title, catalogue.is_mock, catalogue.n) == ("DESI BGS", False, 500)
    observed, predicted = catalogue.column("HALPHA_EW"), catalogue.column("HALPHA_EW_PREDICTED")
    given = np.isfinite(observed)
    assert np.corrcoef(np.arcsinh(observed[given]), np.arcsinh(predicted[given]))[0, 1] > 0.8


def test_the_embedded_catalogue_was_built_with_the_committed_weights():
    (catalogue,) = open_catalogues().values()
    table = read_table(EMBEDDED_FILE)
    expected = describe(table, title=catalogue.title, provenance=catalogue.provenance)
    assert catalogue.metadata["model"] == expected["model"], "run: cli.py catalogue mock data/files/mock.parquet"
    assert catalogue.metadata["map"] == expected["map"], "run: cli.py catalogue mock data/files/mock.parquet"
