"""The command that predicts files: every format, every kind of noise, interruptions, choices of columns."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import cli
from analysis.batch import parts, plan
from data.catalogue.schema import FLUX_NAMES
from data.formats import TableMeta
from data.formats.kinds import FormatName
from data.formats.whole import read_table, write_table
from model.lines import LINE_NAMES
from model.predictions.predict import predict_ew
from model.storage.weights import load_params

N = 40
FLUX = (np.random.default_rng(5).lognormal(0, 0.1, (N, 12)) * np.linspace(1, 2, 12)).astype(np.float32)
IVARS: dict[str, Any] = {f"{name}_EW_IVAR": np.full(N, 4.0, np.float32) for name in LINE_NAMES}


def galaxies(rows: slice = slice(None), **extra: Any) -> pa.Table:
    columns = {name: FLUX[rows, index] for index, name in enumerate(FLUX_NAMES)}
    return pa.table(columns | {"redshift": np.linspace(0.06, 0.29, N)[rows]} | extra)


@pytest.fixture
def run(tmp_path):
    def predict(table, *options, out="out.parquet", status=0):
        pq.write_table(table, tmp_path / "in.parquet")
        assert cli.main(["predict", str(tmp_path / "in.parquet"), str(tmp_path / out), *options]) == status
        return read_table(tmp_path / out)

    return predict


def stack(table, suffix):
    return np.column_stack([table[name + suffix].to_numpy() for name in LINE_NAMES])


def test_intrinsic_widths_are_percentiles_and_chances_are_shares(run):
    out = run(galaxies())
    low, middle, high = (stack(out, f"_EW_INTRINSIC{suffix}") for suffix in ("_P16", "", "_P84"))
    assert (low >= 0).all()
    assert (low <= middle).all()
    assert (middle <= high).all()
    chance = stack(out, "_P_DETECTED")
    assert ((chance > 0) & (chance <= 1)).all()
    assert np.ptp(chance) > 0.1


@pytest.mark.parametrize("noise", ["published", "intrinsic", "observed"])
def test_a_draw_depends_on_seed_and_row_alone(run, noise):
    options = ("--noise", noise, "--columns", "*_EW_NOISY", "--seed")
    ivars = {name: values[::-1] for name, values in IVARS.items()}
    drawn = stack(run(galaxies(**IVARS), *options, "3"), "_EW_NOISY")
    turned = galaxies(slice(None, None, -1), TARGETID=np.arange(N), note=["x"] * N, **ivars)
    np.testing.assert_allclose(stack(run(turned, *options, "3"), "_EW_NOISY")[::-1], drawn, rtol=1e-5, atol=1e-5)
    assert not np.allclose(stack(run(galaxies(**IVARS), *options, "4"), "_EW_NOISY"), drawn)
    if noise == "intrinsic":
        assert (drawn >= 0).all()


@pytest.mark.parametrize("out", ["out.csv", "out.ecsv", "out.fits"])
def test_every_format_holds_the_numbers_of_parquet(run, out):
    ids = [str(39627700000000000 + row) for row in range(N)]
    expected = run(galaxies(TARGETID=ids))
    table = run(galaxies(TARGETID=ids), out=out)
    assert table.column_names == expected.column_names
    assert table["TARGETID"].to_pylist() == ids
    for suffix in ("_EW", "_EW_P84", "_EW_INTRINSIC", "_P_DETECTED"):
        np.testing.assert_allclose(stack(table, suffix), stack(expected, suffix), rtol=1e-6)


def test_fits_and_ecsv_are_read_and_a_csv_keeps_every_digit(tmp_path):
    expected = None
    formats: dict[str, FormatName] = {"in.fits": "fits", "in.ecsv": "ecsv"}
    for name, format in formats.items():
        write_table(galaxies(TARGETID=np.arange(N) + 39627700000000000), tmp_path / name, format, TableMeta("a"))
        assert cli.main(["predict", str(tmp_path / name), str(tmp_path / "out.parquet")]) == 0
        out = pq.read_table(tmp_path / "out.parquet")
        assert int(out["TARGETID"][0].as_py()) == 39627700000000000
        expected = stack(out, "_EW") if expected is None else expected
        np.testing.assert_allclose(stack(out, "_EW"), expected, rtol=1e-5)
    header = ",".join(["id", *FLUX_NAMES])
    rows = [f"0.10{row},{','.join(map(str, FLUX[row]))}" for row in range(3)]
    (tmp_path / "in.csv").write_text("\n".join([header, *rows, "bad," + "x," * 11 + "1"]))
    assert cli.main(["predict", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 3
    out = pacsv.read_csv(
        tmp_path / "out.csv", convert_options=pacsv.ConvertOptions(column_types={"id": pa.string()})
    ).to_pylist()
    assert [row["id"] for row in out] == ["0.100", "0.101", "0.102", "bad"]
    assert out[3]["PROBLEM"].startswith("flux_00 is 'x', which is not a number")


def test_columns_choose_what_is_written(run):
    out = run(galaxies(note=["n"] * N, HALPHA_EW=np.ones(N)), "--columns", "note", "H*_EW", "INPUT_*")
    assert out.column_names == ["note", "INPUT_HALPHA_EW", "HGAMMA_EW", "HBETA_EW", "HALPHA_EW", "PROBLEM"]


def test_an_unknown_column_is_a_sentence(tmp_path, capsys):
    pq.write_table(galaxies(), tmp_path / "in.parquet")
    command = ["predict", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), "--columns", "nonsense"]
    assert cli.main(command) == 1
    assert "no column 'nonsense'" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_only_the_missing_columns_are_named(tmp_path, capsys):
    pq.write_table(galaxies().drop_columns(["flux_03"]), tmp_path / "in.parquet")
    assert cli.main(["predict", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet")]) == 1
    assert "The input lacks flux_03. It has: flux_00," in capsys.readouterr().err


def test_an_interrupted_run_goes_on(run, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PART_ROWS", 8)
    monkeypatch.setattr("data.formats.stream.BATCH_ROWS", 5)
    expected = run(galaxies(note=[str(row) for row in range(N)]), out="whole.parquet")
    asked = []
    answer = plan.answer

    def fail_later(rows, question):
        asked.append(len(rows.bin_flux))
        if sum(asked) > 22:
            raise KeyboardInterrupt
        return answer(rows, question)

    monkeypatch.setattr(plan, "answer", fail_later)
    run_again = ["predict", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet")]
    assert cli.main(run_again) == 130
    assert not (tmp_path / "out.parquet").exists()
    asked.clear()
    monkeypatch.setattr(
        plan, "answer", lambda rows, question: asked.append(len(rows.bin_flux)) or answer(rows, question)
    )
    assert cli.main(run_again) == 0
    assert sum(asked) == N - 20
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["note"].to_pylist() == expected["note"].to_pylist()
    np.testing.assert_allclose(stack(out, "_EW"), stack(expected, "_EW"), rtol=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet", "whole.parquet"]


def test_dask_gives_the_same_rows(run):
    expected, out = run(galaxies()), run(galaxies(), "--engine", "dask")
    np.testing.assert_allclose(stack(out, "_EW_INTRINSIC"), stack(expected, "_EW_INTRINSIC"), rtol=1e-5)


def test_weights_without_a_distribution_say_so(run, tmp_path, monkeypatch, capsys):
    params = load_params()._replace(intrinsic=None)
    monkeypatch.setattr("commands.predict.load_params", lambda _: params)
    assert not any("INTRINSIC" in name for name in run(galaxies()).column_names)
    assert cli.main(["predict", str(tmp_path / "in.parquet"), str(tmp_path / "b.csv"), "--noise", "observed"]) == 1
    assert "Use the default model" in capsys.readouterr().err


def test_measured_lines_are_judged_where_that_is_asked_for(run, tmp_path, capsys):
    some = slice(20)
    halpha = np.array(predict_ew(load_params(), FLUX[some]))[:, LINE_NAMES.index("HALPHA")]
    row = int(np.argmax(halpha))
    halpha[row] *= 50
    measured = galaxies(some, HALPHA_EW=[*map(str, halpha[:-1]), "not detected"])
    out = run(measured, "--surprise", "--columns", "SURPRISE_*", "INPUT_HALPHA_EW")
    probability = out["SURPRISE_PROBABILITY"].to_numpy()
    assert probability[row] < 1e-3 < np.median(probability[np.isfinite(probability)])
    assert out["SURPRISE_LINE"][row].as_py() == "HALPHA"
    assert out["SURPRISE_SIGMA"][row].as_py() > 3
    assert out["INPUT_HALPHA_EW"].to_pylist() == measured["HALPHA_EW"].to_pylist()
    assert not any("SURPRISE" in name for name in run(measured).column_names)
    pq.write_table(galaxies(), tmp_path / "in.parquet")
    assert cli.main(["predict", str(tmp_path / "in.parquet"), str(tmp_path / "b.csv"), "--surprise"]) == 1
    assert "no measured line to judge" in capsys.readouterr().err


def test_help_teaches(capsys):
    assert cli.main(["predict", "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("flux_00", "PROBLEM", "interrupted", "examples", "exit status"):
        assert word in text
