"""`judge`: the command, its report, and the formats that it reads."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.program import main
from model.lines import LINE_NAMES
from model.physics.luminosities import line_luminosities
from tests.serving import ROOT

MOCK = ROOT / "data/files/mock.parquet"
SOME = ("--galaxies", "400")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    columns = [f"flux_{index:02d}" for index in range(12)] + ["HALPHA_EW", "NII_6584_EW", "redshift", "log_luminosity"]
    read = pq.read_table(MOCK, columns=columns)
    return pa.table({name: read[name].slice(0, 400) for name in columns})  # without the units


def written(table: pa.Table, path: Path) -> Path:
    pq.write_table(table, path)
    return path


def test_the_mock_of_the_product_passes(capsys, table, tmp_path):
    assert main(["judge", str(written(table, tmp_path / "mock.parquet")), "--catalogued"]) == 0
    printed = capsys.readouterr()
    assert "The file has 400 rows" in printed.out
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
    assert page.count('class="rank-bars"') == 3
    assert "BPT: " not in page  # Hβ and [O III] are not given
    assert page.count("WHAN: ") == 6
    assert "▲" in page
    assert "<wrong>" not in page
    assert {share["diagram"] for share in found["classes"]} == {"WHAN"}
    assert [ratio["name"] for ratio in found["ratios"]] == ["[N II]/Hα"]
    assert found["ratios"][0]["mock"][2] < found["ratios"][0]["expected"][2] - 5 * found["ratios"][0]["error"][2]
    assert [each["row"] for each in found["regions"][0]["examples"]] == found["regions"][0]["rows"]


def test_rows_are_spread_over_the_file_and_numbered_from_one(table, tmp_path):
    from analysis.mocks.judging import Asked, judge_file
    from model import load_params

    asked = Asked(catalogued=True, galaxies=200)
    found = judge_file(written(table, tmp_path / "mock.parquet"), load_params(), asked)
    assert (found.rows[0], found.rows[-1], len(found.rows)) == (1, 400, 200)


def test_any_number_of_pieces_gives_rows_spread_evenly():
    from analysis.mocks.judging import MOST_HELD, _spread

    def pieces(count: int):
        for first in range(0, 700 * count, 700):
            number = np.arange(first, first + 700, dtype=np.float32)
            yield {"bin_flux": number[:, None], "redshift": number}

    for count in (1, 2, 7, 40):
        table, rows, total = _spread(pieces(count), 100)
        assert total == 700 * count
        np.testing.assert_array_equal(table["bin_flux"][:, 0], rows)
        assert len(rows) == 100
        assert rows[0] == 0
        assert total - rows[-1] <= 2 * total / MOST_HELD / 25
        assert np.ptp(np.diff(rows)) <= total / 100
        np.testing.assert_array_equal(table["redshift"], rows)


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
        (lambda table: table.drop_columns(["HALPHA_EW", "NII_6584_EW"]), "has no column of a line. For Hα"),
        (lambda table: table.slice(0, 40), "at least 100"),
        (lambda table: table.slice(0, 0), "has no rows"),
        (lambda table: table.drop_columns(["flux_03"]), "lacks flux_03"),
    ],
)
def test_what_cannot_be_judged_is_named(capsys, table, tmp_path, change, words):
    assert main(["judge", str(written(change(table), tmp_path / "mock.parquet"))]) == 1
    assert words in capsys.readouterr().err


NAMES = {"HALPHA": ("Ba_alpha_6563", "H 1 6562.80A"), "NII_6584": ("N_II_6584", "N 2 6583.45A")}


def with_luminosities(table: pa.Table, kind: int | None, factor: float = 1.0) -> pa.Table:
    """The table with luminosities [Lsun] in place of EWs, called as in ours, diffsky's or synthesizer's tables."""
    bins = np.stack([table[f"flux_{index:02d}"].to_numpy() for index in range(12)], axis=1)
    ew = np.zeros((len(bins), len(LINE_NAMES)))
    for name in NAMES:
        ew[:, LINE_NAMES.index(name)] = factor * table[f"{name}_EW"].to_numpy()
    lines = np.asarray(line_luminosities(bins, ew, table["log_luminosity"].to_numpy()))
    for name, others in NAMES.items():
        place = table.column_names.index(f"{name}_EW")
        title = f"{name}_LUMINOSITY" if kind is None else others[kind]
        table = table.set_column(place, title, pa.array(lines[:, LINE_NAMES.index(name)]))
    return table


@pytest.mark.parametrize(("kind", "words"), [(None, "{LINE}_LUMINOSITY"), (0, "diffsky"), (1, "synthesizer")])
def test_luminosities_are_judged_as_their_equivalent_widths(capsys, table, tmp_path, kind, words):
    assert main(["judge", str(written(table, tmp_path / "ew.parquet")), "--catalogued", *SOME]) == 0
    expected = capsys.readouterr().out
    source = written(with_luminosities(table, kind), tmp_path / "luminosity.parquet")
    assert main(["judge", str(source), "--catalogued", "--line-unit", "Lsun", *SOME]) == 0
    found = capsys.readouterr()
    assert words in found.err
    assert found.out == expected


def test_strong_luminosities_are_caught_in_any_unit(capsys, table, tmp_path):
    wrong = with_luminosities(table, 0, 2.5)
    in_cgs = pa.array(wrong["Ba_alpha_6563"].to_numpy().astype(float) * 3.828e33)
    at = wrong.column_names.index("Ba_alpha_6563")
    titled = wrong.drop_columns(["N_II_6584"]).set_column(at, "Ba_alpha_6563 [erg/s]", in_cgs)
    source = written(titled, tmp_path / "mock.parquet")
    assert main(["judge", str(source), "--catalogued", "--columns", "diffsky", *SOME]) == 3
    assert "other lines: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("drop", "options", "words"),
    [
        ((), (), "Column HALPHA_LUMINOSITY states no unit"),
        ((), ("--line-unit", "erg/s/Hz"), "'erg/s/Hz', which is neither"),
        (("log_luminosity",), ("--line-unit", "Lsun"), "no column log_luminosity"),
        ((), ("--line-unit", "Lsun", "--columns", "flux"), "of the kind flux"),
        ((), ("--line-unit", "Lsun", "--flux-unit", "feet"), "'feet' is not understood"),
    ],
)
def test_a_unit_that_is_missing_or_wrong_is_named(capsys, table, tmp_path, drop, options, words):
    source = written(with_luminosities(table, None).drop_columns(list(drop)), tmp_path / "mock.parquet")
    assert main(["judge", str(source), *options, *SOME]) == 1
    assert words in capsys.readouterr().err
