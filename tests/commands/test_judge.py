"""`judge`: the command, its report, and the formats that it reads."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.program import main
from tests.serving import ROOT

MOCK = ROOT / "data/files/mock.parquet"
SOME = ("--galaxies", "400")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    columns = [f"flux_{index:02d}" for index in range(12)] + ["HALPHA_EW", "NII_6584_EW", "redshift", "log_luminosity"]
    return pq.read_table(MOCK, columns=columns).slice(0, 400)


def written(table: pa.Table, path: Path) -> Path:
    pq.write_table(table, path)
    return path


def test_the_mock_of_the_product_passes(capsys, table, tmp_path):
    assert main(["judge", str(written(table, tmp_path / "mock.parquet")), "--catalogued"]) == 0
    printed = capsys.readouterr()
    assert "of 400 galaxies judged" in printed.out
    assert "Hα 6563" in printed.out
    assert "Hβ" not in printed.out
    assert "Lines are read from HALPHA_EW, NII_6584_EW" in printed.err


def test_a_wrong_mock_is_caught_and_its_report_names_rows_of_the_file(capsys, table, tmp_path):
    place = table.column_names.index("HALPHA_EW")
    wrong = table.set_column(place, "HALPHA_EW", pa.array(2.5 * table["HALPHA_EW"].to_numpy()))
    source, out = written(wrong, tmp_path / "<wrong>.parquet"), tmp_path / "report"
    assert main(["judge", str(source), "--catalogued", "--out", str(out), *SOME]) == 3
    assert "too strong in the median" in capsys.readouterr().out
    found = json.loads((out / "judgement.json").read_text())
    assert not found["passes"]
    assert found["lines"]["HALPHA"]["beyond"]["0.95"] > 0.2
    assert found["lines"]["HBETA"]["difference"] is None
    assert found["regions"][0]["line"] == "HALPHA"
    assert all(1 <= row <= 400 for row in found["regions"][0]["rows"])
    page = (out / "judgement.html").read_text()
    assert "Judgement of &lt;wrong&gt;.parquet" in page
    assert page.count("<svg") == 3
    assert "<wrong>" not in page


def test_rows_are_spread_over_the_file_and_numbered_from_one(table, tmp_path):
    from analysis.batch.judging import judge_file
    from model import load_params

    found = judge_file(written(table, tmp_path / "mock.parquet"), load_params(), catalogued=True, galaxies=200)
    assert (found.rows[0], found.rows[-1], len(found.rows)) == (1, 400, 200)


def test_any_number_of_pieces_gives_rows_spread_evenly():
    from analysis.answers.answer import PredictInput
    from analysis.batch.judging import MOST_HELD, _spread

    def pieces(count: int):
        for first in range(0, 700 * count, 700):
            number = np.arange(first, first + 700, dtype=np.float32)
            yield PredictInput(number[:, None], ew=number[:, None], covered=number[:, None] > 0, problems=number)

    for count in (1, 2, 7, 40):
        table, rows, total = _spread(pieces(count), 100)
        assert total == 700 * count
        np.testing.assert_array_equal(table["bin_flux"][:, 0], rows)
        assert len(rows) == 100
        assert rows[0] == 0
        assert total - rows[-1] <= 2 * total / MOST_HELD / 25
        assert np.ptp(np.diff(rows)) <= total / 100
        assert np.isnan(table["redshift"]).all()


@pytest.mark.parametrize("ending", ["csv", "fits", "ecsv"])
def test_every_format_gives_the_same_judgement(capsys, table, tmp_path, ending):
    source, other = written(table, tmp_path / "mock.parquet"), tmp_path / f"mock.{ending}"
    assert main(["catalogue", "convert", str(source), str(other)]) == 0
    capsys.readouterr()
    results = []
    for path in (source, other):
        assert main(["judge", str(path), "--catalogued", *SOME]) == 0
        results.append(capsys.readouterr().out)
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop_columns(["HALPHA_EW", "NII_6584_EW"]), "no measured line to judge"),
        (lambda table: table.slice(0, 40), "at least 100"),
        (lambda table: table.slice(0, 0), "has no rows"),
        (lambda table: table.drop_columns(["flux_03"]), "lacks flux_03"),
    ],
)
def test_what_cannot_be_judged_is_named(capsys, table, tmp_path, change, words):
    assert main(["judge", str(written(change(table), tmp_path / "mock.parquet"))]) == 1
    assert words in capsys.readouterr().err
