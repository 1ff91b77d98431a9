"""The command line as a user meets it: files in, files out, exit statuses."""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import cli
from data.catalogue.schema import FLUX_NAMES
from data.formats.stream import BATCH_ROWS
from model.lines import LINE_NAMES
from model.predictions.predict import predict_ew
from model.storage.weights import load_params
from research.evaluation.record.files import read_record
from tests.serving import ROOT

N = 50
FLUX = (np.random.default_rng(3).lognormal(0, 0.1, (N, 12)) * np.linspace(1, 2, 12)).astype(np.float32)
IDS = [str(39627700000000000 + row) for row in range(N)]


def table(flux=FLUX, **extra):
    columns = {"TARGETID": IDS[: len(flux)], "note": [f"n{row}" for row in range(len(flux))]}
    return pa.table(columns | {name: flux[:, index] for index, name in enumerate(FLUX_NAMES)} | extra)


@pytest.fixture
def galaxies(tmp_path):
    pq.write_table(table(), tmp_path / "in.parquet")
    return tmp_path / "in.parquet"


def test_every_row_comes_back_in_order_with_its_ids_and_columns(galaxies, tmp_path):
    assert cli.main(["predict", str(galaxies), str(tmp_path / "out.parquet")]) == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["TARGETID"].to_pylist() == IDS
    assert out["note"].to_pylist() == table()["note"].to_pylist()
    ew = np.column_stack([out[f"{name}_EW"].to_numpy() for name in LINE_NAMES])
    assert np.allclose(ew, predict_ew(load_params(), FLUX), rtol=1e-4, atol=1e-4)
    assert set(out["PROBLEM"].to_pylist()) == {""}


def test_csv_and_parquet_give_the_same_numbers_and_ids_keep_their_digits(galaxies, tmp_path):
    pacsv.write_csv(table(), tmp_path / "in.csv")
    for name in ("a.csv", "b.parquet"):
        assert cli.main(["predict", str(tmp_path / "in.csv"), str(tmp_path / name)]) == 0
    from_csv, from_parquet = pacsv.read_csv(tmp_path / "a.csv"), pq.read_table(tmp_path / "b.parquet")
    assert [str(number) for number in from_csv["TARGETID"].to_pylist()] == IDS
    assert from_parquet["TARGETID"].to_pylist() == IDS
    assert np.allclose(from_csv["HALPHA_EW"], from_parquet["HALPHA_EW"].to_numpy(), rtol=1e-6)


def test_a_bad_row_says_why_and_leaves_the_others_alone(tmp_path, capsys):
    flux = FLUX.copy()
    flux[4, 3] = -2.5
    pq.write_table(table(flux), tmp_path / "in.parquet")
    assert cli.main(["predict", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet")]) == 3
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["PROBLEM"][4].as_py() == "flux_03 is -2.5; every flux must be a number > 0"
    assert np.isnan(out["HALPHA_EW"].to_numpy()).sum() == 1
    assert "1 of them" in capsys.readouterr().err


def test_missing_bins_are_filled_in_when_asked_for(tmp_path):
    flux = FLUX.copy()
    flux[2, 0] = flux[3, 11] = flux[4, 5] = np.nan
    flux[5, :7] = np.nan
    pq.write_table(table(flux, redshift=np.full(N, 0.5)), tmp_path / "in.parquet")
    command = ["predict", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet")]
    assert cli.main(command) == 3
    problems = pq.read_table(tmp_path / "out.parquet")["PROBLEM"].to_pylist()
    assert [row for row, problem in enumerate(problems) if problem] == [2, 3, 4, 5]
    assert problems[2].endswith("see --fill-missing")
    assert cli.main([*command, "--fill-missing"]) == 3
    out = pq.read_table(tmp_path / "out.parquet")
    assert [row for row, problem in enumerate(out["PROBLEM"].to_pylist()) if problem] == [5]
    assert np.isfinite(out["HALPHA_EW"].to_numpy()[[2, 3, 4]]).all()
    assert np.isnan(out["flux_00"].to_numpy()[2])  # the input comes back as it was
    assert set(out["DOMAIN"].to_pylist()) == {"outside"}
    assert "Missing bins: 6700-7000 Å, filled in" in out["DOMAIN_REASON"][3].as_py()
    assert "Redshift 0.5 lies outside" in out["DOMAIN_REASON"][0].as_py()


def test_evaluate_measures_beside_other_methods_and_writes_a_record_and_figures(
    small_desi, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("GALACTIC_NEON_WEIGHTS", str(tmp_path / "none"))
    command = ["evaluate", str(small_desi), "--against", "published,knn", "--missing", "0", "11", "--resamples", "20"]
    assert cli.main([*command, "--out", str(tmp_path / "report")]) == 0
    printed = capsys.readouterr().out
    assert "lost without bin 0 and 11: luminosity" in printed
    assert "nearest neighbours, colors; ours minus it, with 95 % of 20 paired resamples" in printed
    assert "absent: No weights 'published'" in printed
    record = read_record(tmp_path / "report" / "evaluation.json")
    assert record.command == f"cli.py {' '.join(command).replace(str(small_desi), small_desi.name)}"
    score = record.variants["colors"].lines["HALPHA"].scores
    assert score["ours"].spearman > score["knn"].spearman > 0.8
    page = (tmp_path / "report" / "evaluation.html").read_text()
    assert page.count("<figure>") == len(record.variants) * (2 + 10 * 4)
    assert "Plotly.newPlot" in page


def test_order_and_pieces_change_no_number(tmp_path):
    n = BATCH_ROWS + 10
    flux = np.resize(FLUX, (n, 12)) * np.random.default_rng(0).uniform(0.9, 1.1, (n, 12)).astype(np.float32)
    ivars = {f"{name}_EW_IVAR": np.ones(n, np.float32) for name in LINE_NAMES}
    columns = {name: flux[:, index] for index, name in enumerate(FLUX_NAMES)} | ivars
    outputs = []
    for label, order in (("forward", slice(None)), ("backward", slice(None, None, -1))):
        pq.write_table(pa.table({name: values[order] for name, values in columns.items()}), tmp_path / "in.parquet")
        target = tmp_path / f"{label}.parquet"
        assert cli.main(["predict", str(tmp_path / "in.parquet"), str(target), "--noise", "published"]) == 0
        outputs.append(pq.read_table(target, columns=["OIII_5007_EW_NOISY"])["OIII_5007_EW_NOISY"].to_numpy())
    assert np.allclose(outputs[0], outputs[1][::-1], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["predict", "missing.parquet", "out.parquet"], "no file"),
        (["predict", "in.parquet", "out.docx"], ".ecsv or .fits"),
        (["predict", "in.parquet", "out.parquet", "--model", "nonsense"], "No weights 'nonsense'"),
        (["predict", "in.parquet", "out.parquet", "--noise", "published"], "lacks OII_DOUBLET_EW_IVAR"),
        (["predict", "in.parquet", "out.parquet", "--variant", "luminosity"], "lacks log_luminosity"),
        (["evaluate", "in.parquet"], "redshift"),
        (["import-published", "in.parquet", "out.safetensors"], "in.parquet"),
        (["import-published", "in.parquet", "out.npy"], "must end in .safetensors"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_leaves_no_file(galaxies, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(galaxies.parent)
    assert cli.main(arguments) == 1
    captured = capsys.readouterr()
    assert says in captured.err
    assert "Traceback" not in captured.err
    assert [path.name for path in galaxies.parent.iterdir()] == ["in.parquet"]


def test_wrong_usage_exits_with_2(capsys):
    assert cli.main(["predict"]) == 2
    assert "Usage: cli.py predict" in capsys.readouterr().err


def test_an_option_takes_the_words_after_it_up_to_the_next_option():
    words = [
        "--missing",
        "0",
        "11",
        "--against",
        "knn",
        "lwlr,published",
        "--missing",
        "0",
        "--draws",
        "8",
        "x.parquet",
    ]
    given = cli.program.commands["evaluate"].make_context("evaluate", words).params
    assert given["missing"] == ((0, 11), (0,))
    assert given["against"] == ("knn", "lwlr,published")
    assert (given["draws"], given["catalogue"].name) == (8, "x.parquet")


def test_a_word_that_an_option_cannot_take_is_named(capsys):
    assert cli.main(["evaluate", "x.parquet", "--missing", "5"]) == 2
    assert "'5' is not an end bin; it is 0 or 11" in capsys.readouterr().err


def test_a_shell_completes_the_commands():
    completing = {"_CLI_PY_COMPLETE": "bash_complete", "COMP_WORDS": "cli.py catalogue co", "COMP_CWORD": "2"}
    command = [sys.executable, "cli.py"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | completing, capture_output=True, text=True)
    assert sorted(done.stdout.split()) == ["plain,compare", "plain,convert"], done.stderr


@pytest.fixture(scope="module")
def small_desi(desi_table, tmp_path_factory):
    path = tmp_path_factory.mktemp("desi") / "slice.parquet"
    pq.write_table(pq.read_table(desi_table).slice(0, 8000), path)
    return path


@pytest.mark.slow
def test_training_writes_weights_that_predict_and_evaluate(small_desi, tmp_path, capsys):
    command = ["train", str(small_desi), "--out", str(tmp_path), "--epochs", "12", "--members", "3"]
    assert cli.main(command) == 0
    sidecar = json.loads((tmp_path / "default.json").read_text())
    assert sidecar["training"]["galaxies"] + sidecar["training"]["held_out"] == 8000
    capsys.readouterr()
    model = str(tmp_path / "default.safetensors")
    assert cli.main(["evaluate", str(small_desi), "--model", model, "--format", "json"]) == 0
    scores = json.loads(capsys.readouterr().out)["variants"]["colors"]["lines"]
    trained = sidecar["metrics"]["colors"]
    for name, each in trained.items():
        assert scores[name]["scores"]["ours"]["spearman"] == pytest.approx(each["spearman"], abs=1e-4)
    assert trained[LINE_NAMES[-1]]["spearman"] > 0.8


@pytest.mark.slow
def test_training_on_a_slice_of_redshift_uses_the_bins_it_has(small_desi, tmp_path, capsys):
    table = pq.read_table(small_desi)
    far = np.flatnonzero(table["redshift"].to_numpy() > 0.15)
    flux = table["flux_11"].to_numpy().copy()
    flux[far[::2]] = np.nan
    flux[0] = np.nan  # below the slice
    table = table.set_column(table.column_names.index("flux_11"), "flux_11", pa.array(flux, from_pandas=True))
    pq.write_table(table, tmp_path / "far.parquet")
    given = [
        "train",
        str(tmp_path / "far.parquet"),
        "--out",
        str(tmp_path),
        "--epochs",
        "12",
        "--redshifts",
        "0.15",
        "1",
    ]
    assert cli.main([*given, "--members", "0"]) == 0
    assert f"{len(far[::2]):,} of {len(far):,} galaxies lack bins" in capsys.readouterr().err
    about = json.loads((tmp_path / "default.json").read_text())
    assert about["training"]["filled"] == len(far[::2])
    assert about["training"]["redshifts"][0] > 0.15
    assert about["metrics"]["colors"]["HALPHA"]["spearman"] > 0.8


def test_importing_both_published_variants_makes_one_model(published, tmp_path, monkeypatch, galaxies):
    monkeypatch.setenv("GALACTIC_NEON_WEIGHTS", str(tmp_path / "weights"))
    out = tmp_path / "weights" / "published.safetensors"
    for word in ("without", "with"):
        file = published / f"models/params_of_model_{word}_luminosity.npy"
        assert cli.main(["import-published", str(file), str(out)]) == 0
    params = load_params("published")
    assert params.colors is not None
    assert params.luminosity is not None
    assert cli.main(["predict", str(galaxies), str(tmp_path / "p.csv"), "--model", "published"]) == 0
