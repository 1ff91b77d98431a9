"""The callbacks that judge a mock, as plain functions."""

import base64
import io
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dash
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dash.exceptions import PreventUpdate

from analysis.isolation.confinement import MIB
from tests.serving import ROOT

ROWS = 150
LINES = ("HALPHA", "HBETA", "NII_6584", "OIII_5007")


@pytest.fixture(scope="module")
def judging() -> Any:
    """The callbacks; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.judge import judging, page

    assert vars(page.layout())["id"] == "judge"
    return judging


@pytest.fixture(scope="module")
def table() -> pa.Table:
    names = [f"flux_{index:02d}" for index in range(12)] + [f"{line}_EW" for line in LINES]
    read = pq.read_table(ROOT / "data/files/mock.parquet", columns=[*names, "redshift", "log_luminosity"])
    return pa.table({name: read[name].slice(0, ROWS) for name in read.column_names})  # without the units


def posted(table: pa.Table, name: str = "mock.parquet") -> list[dict[str, Any]]:
    out = io.BytesIO()
    pq.write_table(table, out)
    encoded = base64.b64encode(out.getvalue()).decode()
    return [{"name": name, "bytes": out.tell(), "contents": f"data:application/octet-stream;base64,{encoded}"}]


def plan(**chosen: str) -> tuple[list[str], list[dict[str, str]]]:
    fields = {"noise": "catalogued", "columns": "auto", "line_unit": "as the file states", "flux_unit": ""} | chosen
    return list(fields.values()), [{"type": "judge-plan", "field": name} for name in fields]


def words(part: Any) -> str:
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def with_strong_halpha(table: pa.Table) -> pa.Table:
    place = table.column_names.index("HALPHA_EW")
    return table.set_column(place, "HALPHA_EW", pa.array(3 * table["HALPHA_EW"].to_numpy()))


def test_an_upload_is_read_explained_and_judged(judging, table):
    doctor, hidden, read, _, note = judging.diagnose(posted(with_strong_halpha(table), "<strong>.parquet"))
    assert (hidden, note) == (False, None)
    assert f"{ROWS} rows" in words(doctor)
    assert "Lines are read from HBETA_EW" in words(judging.preview(*plan(), read))
    answer, files, is_hidden, said = judging.judge_read(1, *plan(), read)
    assert (is_hidden, said) == (False, None)
    assert "have other lines" in answer["html"]["judge-verdict"]
    assert "&lt;strong&gt;.parquet" in answer["html"]["judge-verdict"]
    shown = answer["html"]["judge-result"]
    for title in ("Shares of galaxies", "Where lines differ most", "BPT and WHAN", "Ratios of lines", "Ranks among"):
        assert title in shown
    assert "<strong>.parquet" not in shown + files["html"]
    record = json.loads(files["json"])
    assert not record["passes"]
    assert record["rows"] == ROWS
    assert record["lines"]["HALPHA"]["beyond"]["0.95"] > 0.3
    assert record["regions"][0]["line"] == "HALPHA"


def test_example_galaxies_open_on_the_predict_page(judging, table):
    _, _, read, _, _ = judging.diagnose(posted(with_strong_halpha(table)))
    record = json.loads(judging.judge_read(1, *plan(), read)[1]["json"])
    example = record["regions"][0]["examples"][0]
    address = urlsplit(judging.address(example))
    query = parse_qs(address.query)
    assert address.path == "/predict"
    flux = np.array(query["flux"][0].split(","), float)
    bins = np.array([table[f"flux_{index:02d}"][example["row"] - 1].as_py() for index in range(12)])
    np.testing.assert_allclose(flux, bins / bins.mean(), rtol=1e-4)
    assert float(query["redshift"][0]) == pytest.approx(table["redshift"][example["row"] - 1].as_py(), abs=1e-4)


def test_a_missing_unit_is_asked_for_and_the_choice_used(judging, table):
    renamed = table.rename_columns([name.replace("_EW", "_LUMINOSITY") for name in table.column_names])
    _, _, read, _, _ = judging.diagnose(posted(renamed))
    assert "states no unit" in words(judging.preview(*plan(), read))
    answer, files, hidden, said = judging.judge_read(1, *plan(), read)
    assert (answer, files, hidden) == (None, None, True)
    assert "states no unit" in words(said)
    understood = words(judging.preview(*plan(line_unit="Lsun", flux_unit="Lsun / Angstrom"), read))
    assert "as luminosities" in understood
    assert "the twelve fluxes in Lsun / Angstrom" in understood


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.slice(0, 40), "at least 100 are needed"),
        (lambda table: table.drop_columns(["flux_03"]), "lacks flux_03"),
        (lambda table: table.drop_columns([f"{line}_EW" for line in LINES]), "no column of a line"),
    ],
)
def test_what_cannot_be_judged_is_named(judging, table, change, said):
    _, _, read, _, _ = judging.diagnose(posted(change(table)))
    assert said in words(judging.judge_read(1, *plan(), read)[3])


def test_no_table_and_a_strangers_table_are_refused(judging):
    with pytest.raises(PreventUpdate):
        judging.judge_read(1, *plan(), None)
    with pytest.raises(PreventUpdate):
        judging.judge_read(None, *plan(), None)
    with pytest.raises(PreventUpdate):
        judging.judge_example(None)
    said = judging.judge_read(1, *plan(), {"name": "x", "table": "bm9uc2Vuc2U="})[3]
    assert "sentence-bad" in words(said)
    doctor, hidden, read, _, _ = judging.diagnose([{"name": "x.csv", "contents": "data:,aGVsbG8="}])
    assert (hidden, read) == (True, None)
    assert "sentence-bad" in words(doctor)


def test_choices_that_the_page_does_not_offer_are_ignored(judging):
    asked = judging.asked_by(*plan(columns="../secret", line_unit="x" * 300, noise="loud"))
    assert asked.columns == "auto"
    assert len(asked.line_unit) == 60
    assert not asked.catalogued
    assert asked.galaxies == judging.MOST_JUDGED


def test_one_mock_is_judged_at_a_time_and_only_with_memory_for_it(judging, monkeypatch):
    with judging.turn():
        said = judging.judge_example(1)[3]
    assert "Another mock is being judged" in words(said)
    monkeypatch.setattr(judging, "available_memory", lambda: 5 * MIB)
    assert "short of memory: judging needs 96 MiB, and 5 MiB are free" in words(judging.judge_example(1)[3])
    monkeypatch.undo()
    with judging.turn():
        pass


def test_the_mock_of_the_product_is_an_example(judging, monkeypatch):
    monkeypatch.setattr(judging, "MOST_JUDGED", 200)
    answer, files, hidden, said = judging.judge_example(1)
    assert (hidden, said) == (False, None)
    assert "mock.parquet" in answer["html"]["judge-verdict"]
    assert json.loads(files["json"])["passes"]
