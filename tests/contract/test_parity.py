"""The promise that page, API, command line and library give one answer: 500 galaxies through all four."""

import base64
import csv
import io

import dash
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import cli
from data import uploads
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.schema import FLUX_NAMES
from model.lines import LINE_NAMES
from model.predictions.domain.domain import domain
from model.predictions.intrinsic import intrinsic_ew
from model.predictions.joint.anchor import Anchor
from model.predictions.joint.batch import sample_many
from model.predictions.predict import predict
from model.storage.weights import load_params
from server.factory import create_server
from server.process.settings import Settings

N, SEED = 500, 11
COLUMNS = {
    "ew": "_EW",
    "ew_p16": "_EW_P16",
    "ew_p84": "_EW_P84",
    "ew_intrinsic": "_EW_INTRINSIC",
    "p16": "_EW_INTRINSIC_P16",
    "p84": "_EW_INTRINSIC_P84",
    "p_detected": "_P_DETECTED",
    "ew_noisy": "_EW_NOISY",
}


@pytest.fixture(scope="module")
def galaxies():
    """Mock galaxies, every second one without a luminosity, some with fluxes in another unit."""
    names = [*FLUX_NAMES, "log_luminosity", "redshift"]
    table = pq.read_table(EMBEDDED_FILE, columns=["TARGETID", *names]).slice(0, N)
    columns = {name: table[name].to_numpy().astype(np.float32) for name in names}
    columns["log_luminosity"] = np.where(np.arange(N) % 2, np.nan, columns["log_luminosity"]).astype(np.float32)
    for name in FLUX_NAMES:
        columns[name] = np.where(np.arange(N) % 7, columns[name], columns[name] * np.float32(1e-17))
    return pa.table({"TARGETID": table["TARGETID"]} | columns)


def flux_of(galaxies):
    return np.column_stack([galaxies[name].to_numpy() for name in FLUX_NAMES])


def as_csv(galaxies):
    out = io.BytesIO()
    numbers = [name for name in galaxies.column_names if name != "TARGETID"]
    empty = {name: pa.array(galaxies[name].to_numpy(), from_pandas=True) for name in numbers}
    pacsv.write_csv(pa.table({"TARGETID": galaxies["TARGETID"]} | empty), out)
    return out.getvalue()


def from_library(galaxies):
    params, flux = load_params(), flux_of(galaxies)
    light, redshift = galaxies["log_luminosity"].to_numpy(), galaxies["redshift"].to_numpy()
    answers = {name: np.full((N, len(LINE_NAMES)), np.nan) for name in COLUMNS}
    for known in (True, False):
        rows = np.isfinite(light) == known
        # The mock's redshifts are those of the training sample, so that a luminosity brings the redshift with it.
        given = (light[rows], redshift[rows]) if known else ()
        prediction, intrinsic = predict(params, flux[rows], *given), intrinsic_ew(params, flux[rows], *given)
        _, observed = sample_many(SEED, params, flux[rows], given[0] if given else None, redshift[rows])
        for name, values in zip(
            COLUMNS,
            (*prediction, intrinsic.p50, intrinsic.p16, intrinsic.p84, intrinsic.p_detected, observed.ew),
            strict=True,
        ):
            answers[name][rows] = values
    verdicts = [
        domain(params, flux[row], None if np.isnan(light[row]) else float(light[row]), float(redshift[row])).verdict
        for row in range(0, N, 25)
    ]
    return answers, verdicts


def from_command_line(galaxies, tmp_path):
    pq.write_table(galaxies, tmp_path / "in.parquet")
    command = ["predict", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), "--noise", "observed"]
    assert cli.main([*command, "--seed", str(SEED)]) == 0
    out = pq.read_table(tmp_path / "out.parquet")
    answers = {
        name: np.column_stack([out[line + suffix].to_numpy() for line in LINE_NAMES])
        for name, suffix in COLUMNS.items()
    }
    return answers, out["DOMAIN"].to_pylist()


def from_api(galaxies, tmp_path):
    server = create_server(Settings(cache_dir=tmp_path / "cache"))
    light = [None if np.isnan(value) else value for value in galaxies["log_luminosity"].to_pylist()]
    request = {
        "flux": flux_of(galaxies).tolist(),
        "log_luminosity": light,
        "redshift": galaxies["redshift"].to_pylist(),
        "noise": "observed",
        "seed": SEED,
    }
    said = server.test_client().post("/api/v1/predict", json=request).json
    return {name: np.array(said[name], float) for name in COLUMNS}, said["domain"]


@pytest.fixture(scope="module", autouse=True)
def pages():
    dash.Dash(__name__, use_pages=True, pages_folder="")


def from_page(galaxies):
    from pages.predict import galaxy, table, upload

    posted = [{"name": "a.csv", "contents": f"data:text/csv;base64,{base64.b64encode(as_csv(galaxies)).decode()}"}]
    outcome = uploads.apply_plan(upload.table_of(upload.diagnose(posted)[4]), {})
    saved = table.download(outcome.table, "default", "csv", "a", "observed", SEED)
    content = base64.b64decode(saved["content"]).decode()
    lines = [line for line in content.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    answers = {
        name: np.array([[float(row[line + suffix]) for line in LINE_NAMES] for row in rows])
        for name, suffix in COLUMNS.items()
    }
    drawn = []
    for row in galaxies.slice(0, 40).to_pylist():
        light = "" if np.isnan(row["log_luminosity"]) else repr(row["log_luminosity"])
        state = {
            "bins": [repr(row[name]) for name in FLUX_NAMES],
            "luminosity": light,
            "redshift": repr(row["redshift"]),
            "model": "default",
        }
        drawn.append(galaxy.draw(state, "observed", SEED)[0])
    shown = answers["ew_noisy"][:40]
    np.testing.assert_allclose(drawn, shown, rtol=3e-5, atol=3e-5 * np.abs(shown).max())
    return answers, [row["DOMAIN"] for row in rows]


@pytest.mark.slow
def test_four_ways_one_answer(galaxies, tmp_path):
    expected, verdicts = from_library(galaxies)
    assert all(np.isfinite(values).all() for values in expected.values())
    for answers, domains in (from_command_line(galaxies, tmp_path), from_api(galaxies, tmp_path), from_page(galaxies)):
        for name, values in answers.items():
            wanted = expected[name][: len(values)]
            np.testing.assert_allclose(values, wanted, rtol=3e-5, atol=3e-5 * np.abs(wanted).max(), err_msg=name)
        assert domains[::25] == verdicts


FEW = 60


@pytest.fixture(scope="module")
def expecting(galaxies):
    """Galaxies of which some have stars that cannot have the lines of DESI's, and some expect nothing."""
    few = galaxies.slice(0, FEW)
    usual = np.asarray(intrinsic_ew(load_params(), flux_of(few)).p50)[:, LINE_NAMES.index("HALPHA")]
    expected = np.where(np.arange(FEW) % 3, usual, 10 * usual + 30).astype(np.float32)
    expected[::4] = np.nan
    log_oh = np.where(np.arange(FEW) % 2, np.nan, 8.2).astype(np.float32)
    return few.append_column("expected_ew_halpha", pa.array(expected)).append_column("log_oh", pa.array(log_oh))


def anchored_by_library(table):
    params, flux = load_params(), flux_of(table)
    light, redshift, expected, log_oh = (
        table[name].to_numpy() for name in ("log_luminosity", "redshift", "expected_ew_halpha", "log_oh")
    )
    drawn = np.array(sample_many(SEED, params, flux, light, redshift).ew)
    stars = np.isfinite(expected)
    anchor = Anchor(np.log10(np.maximum(expected, 0.01))[stars], log_oh[stars])
    drawn[stars] = sample_many(SEED, params, flux[stars], light[stars], redshift[stars], anchor=anchor).ew
    return drawn, domain(params, flux, light, redshift, expected).verdict.tolist()


def anchored_by_command_line(table, folder):
    pq.write_table(table, folder / "in.parquet")
    options = ["--noise", "intrinsic", "--anchored", "--seed", str(SEED)]
    assert cli.main(["predict", str(folder / "in.parquet"), str(folder / "out.parquet"), *options]) == 0
    out = pq.read_table(folder / "out.parquet")
    np.testing.assert_array_equal(out["expected_ew_halpha"], table["expected_ew_halpha"])
    drawn = np.column_stack([out[line + "_EW_NOISY"].to_numpy() for line in LINE_NAMES])
    return drawn, out["DOMAIN"].to_pylist(), out["DOMAIN_REASON"].to_pylist()


def or_null(column):
    return [None if np.isnan(value) else value for value in column.to_pylist()]


def anchored_by_api(table, folder):
    options = {"noise": "intrinsic", "anchored": True, "seed": SEED}
    columns = ("log_luminosity", "redshift", "expected_ew_halpha", "log_oh")
    request = {"flux": flux_of(table).tolist()} | {name: or_null(table[name]) for name in columns}
    client = create_server(Settings(cache_dir=folder / "cache")).test_client()
    said = client.post("/api/v1/predict", json=request | options).json
    return np.array(said["ew_noisy"], float), said["domain"], said["domain_reason"]


def anchored_by_page(table, _):
    from pages.predict import table as page
    from pages.predict import upload

    posted = [{"name": "a.csv", "contents": f"data:text/csv;base64,{base64.b64encode(as_csv(table)).decode()}"}]
    outcome = uploads.apply_plan(upload.table_of(upload.diagnose(posted)[4]), {})
    assert "predict-anchored" in str(page.predictions(outcome, "default", "a.csv")[0])
    saved = page.download(outcome.table, "default", "csv", "a", "intrinsic", SEED, None, True)
    lines = [line for line in base64.b64decode(saved["content"]).decode().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    drawn = np.array([[float(row[line + "_EW_NOISY"]) for line in LINE_NAMES] for row in rows])
    return drawn, [row["DOMAIN"] for row in rows], [row["DOMAIN_REASON"] for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("way", [anchored_by_command_line, anchored_by_api, anchored_by_page])
def test_the_expected_halpha_is_judged_and_drawn_alike(way, expecting, tmp_path):
    wanted, verdicts = anchored_by_library(expecting)
    drawn, said, reasons = way(expecting, tmp_path)
    np.testing.assert_allclose(drawn, wanted, rtol=1e-3, atol=3e-5 * wanted.max())
    assert said == verdicts
    expected = expecting["expected_ew_halpha"].to_numpy()
    impossible = (np.arange(FEW) % 3 == 0) & np.isfinite(expected)
    named = np.array(["The stars ionise Hα of" in reason for reason in reasons])
    assert named[impossible].all()
    assert not named[~impossible].any()
    halpha = np.log10(drawn[:, LINE_NAMES.index("HALPHA")] / expected)[np.isfinite(expected)]
    assert abs(halpha).max() < 0.5  # five times its scatter


def test_anchored_draws_need_a_draw_and_an_expectation(expecting, tmp_path, capsys):
    pq.write_table(expecting, tmp_path / "in.parquet")
    pq.write_table(expecting.drop_columns(["expected_ew_halpha"]), tmp_path / "plain.parquet")
    for file, noise, words in (
        ("in", "none", "Use noise 'intrinsic' or 'observed'"),
        ("plain", "intrinsic", "The input lacks expected_ew_halpha"),
    ):
        out = str(tmp_path / "out.parquet")
        assert cli.main(["predict", str(tmp_path / f"{file}.parquet"), out, "--noise", noise, "--anchored"]) == 1
        assert words in " ".join(capsys.readouterr().err.split())
