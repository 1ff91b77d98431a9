"""The API as a machine meets it: what it answers, what it refuses and how, and that nothing sent breaks it."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
import schemathesis
from astropy.io import fits
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from analysis.answers.answer import PredictOptions
from analysis.batch.rows import read_rows
from analysis.explorer.neighbours import nearest
from analysis.isolation.jobs import PARQUET
from data.catalogue import registry
from data.catalogue.schema import FLUX_NAMES
from data.columns.missing import RANGES
from data.columns.names import reads_as_text
from data.formats import FORMATS
from data.formats.stream import open_source
from model.bins import BIN_CENTERS
from model.lines import EXTRA_LINES, LINE_NAMES, LINES
from model.predictions.predict import predict as predict_lines
from model.predictions.predict import predict_ew
from model.spectra.air import air_to_vacuum
from model.spectra.continuum import continuum_bins
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import add_lines
from model.storage.weights import load_params
from server.factory import create_server
from server.problems import MEDIA_TYPE
from server.process.settings import Settings

FLUX = (np.random.default_rng(9).lognormal(0, 0.1, (5, 12)) * np.linspace(1, 2, 12)).astype(np.float32)


@pytest.fixture
def api(tmp_path: Path) -> FlaskClient:
    return make(tmp_path).test_client()


def make(folder: Path, **settings: Any):
    server = create_server(Settings(cache_dir=folder / "cache", api_rate_limit="100000 per minute", **settings))
    server.extensions["script_hashes"] = list
    server.extensions["assets_folder"] = str(folder)
    return server


def predict(api: FlaskClient, **request):
    return api.post("/api/v1/predict", json={"flux": FLUX.tolist()} | request)


def problem(answer, status):
    assert (answer.status_code, answer.mimetype) == (status, MEDIA_TYPE)
    assert answer.json["status"] == status
    return answer.json["detail"]


def test_json_gives_every_answer_of_the_contract(api):
    said = predict(api, noise="observed", seed=3, ids=["a", "b", 3, 39627835576420141, "e"]).json
    assert said["lines"] == list(LINE_NAMES)
    assert said["ids"] == ["a", "b", "3", "39627835576420141", "e"]
    np.testing.assert_allclose(said["ew"], predict_ew(load_params(), FLUX), rtol=1e-5)
    for name in ("ew_intrinsic", "p16", "p84", "p_detected", "ew_noisy"):
        assert np.shape(said[name]) == (5, 10)
    assert (np.array(said["p16"]) <= np.array(said["ew_intrinsic"])).all()
    assert set(said["domain"]) <= {"inside", "edge", "outside"}
    assert said["problems"] == [""] * 5
    assert len(said["model"]["sha256"]) == 64
    assert "ew_noisy" not in predict(api).json


def test_a_bad_galaxy_has_a_problem_and_the_others_have_numbers(api):
    flux = FLUX.tolist()
    flux[1][3], flux[2][0] = -1.0, None
    said = predict(api, flux=flux).json
    assert said["problems"][1].startswith("flux_03 is -1;")
    assert said["ew"][1] == [None] * 10
    assert None not in said["ew"][0]
    assert predict(api, flux=flux, fill_missing=True).json["problems"][2] == ""


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"flux": [[1.0] * 11]}, "/flux/0: List should have at least 12 items"),
        ({"flux": [["a"] * 12]}, "/flux/0/0"),
        ({"flux": []}, "/flux"),
        ({"noise": "loud"}, "/noise"),
        ({"seed": -1}, "/seed"),
        ({"model": "../../etc/passwd"}, "There is no model"),
        ({"noise": "published"}, "inverse variances"),
        ({"redshift": [0.1]}, "redshift has 1 values"),
        ({"nonsense": 1}, "/nonsense"),
    ],
)
def test_what_cannot_be_used_is_a_problem_that_says_where(api, request_, says):
    assert says in problem(predict(api, **request_), 422)


def test_problems_have_the_right_status(api):
    problem(api.post("/api/v1/predict", data="{", content_type="application/json"), 422)
    assert "text/csv" in problem(api.post("/api/v1/predict", data="a", content_type="text/plain"), 415)
    problem(api.get("/api/v1/nothing"), 404)
    problem(api.put("/api/v1/model"), 405)
    assert api.get("/api/v1/predict").headers["Allow"] == "POST"
    large = api.post("/api/v1/predict", data=b"x" * 40_000_000, content_type="text/csv")
    problem(large, 413)


@pytest.mark.parametrize("kind", ["text/csv", PARQUET])
def test_tables_come_back_in_their_format(api, kind):
    ids = [str(39627700000000000 + row) for row in range(5)]
    table = pa.table({"TARGETID": ids} | {name: FLUX[:, index] for index, name in enumerate(FLUX_NAMES)})
    out = io.BytesIO()
    (pacsv.write_csv if kind == "text/csv" else pq.write_table)(table, out)
    answer = api.post("/api/v1/predict?noise=intrinsic&seed=2", data=out.getvalue(), content_type=kind)
    assert (answer.status_code, answer.mimetype) == (200, kind)
    if kind == "text/csv":
        text = b"\n".join(line for line in answer.data.split(b"\n") if not line.startswith(b"#"))
        back = pacsv.read_csv(io.BytesIO(text))
    else:
        back = pq.read_table(io.BytesIO(answer.data))
    assert [str(name) for name in back["TARGETID"].to_pylist()] == ids
    expected = predict(api, noise="intrinsic", seed=2).json
    for suffix, name in (("_EW", "ew"), ("_EW_INTRINSIC", "ew_intrinsic"), ("_EW_NOISY", "ew_noisy")):
        values = np.column_stack([back[line + suffix].to_numpy() for line in LINE_NAMES])
        np.testing.assert_allclose(values, expected[name], rtol=1e-5)
    fits = api.post("/api/v1/predict?format=fits", data=out.getvalue(), content_type=kind)
    assert fits.data.startswith(b"SIMPLE")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 100, b"a,b\n1,2\n", b"\xff\xfe\x00", b"flux_00\n1\n1,2\n"])
@pytest.mark.parametrize("kind", ["text/csv", PARQUET])
def test_broken_tables_are_problems(api, content, kind):
    problem(api.post("/api/v1/predict", data=content, content_type=kind), 422)


def test_measured_lines_are_judged_in_tables_of_some_size(api):
    assert "send a table" in problem(predict(api, surprise=True), 422)
    out = io.BytesIO()
    pq.write_table(pa.table({name: np.ones(1001, np.float32) for name in (*FLUX_NAMES, "HALPHA_EW")}), out)
    answer = api.post("/api/v1/predict?surprise=true", data=out.getvalue(), content_type=PARQUET)
    assert "one request tests at most 1,000" in problem(answer, 422)


def test_a_parquet_bomb_is_refused_before_it_unfolds(api):
    out = io.BytesIO()
    zeros = pa.array(np.zeros(3_000_000, np.float32))
    pq.write_table(pa.table(dict.fromkeys(FLUX_NAMES, zeros)), out, compression="zstd")
    assert len(out.getvalue()) < 200_000
    assert "3,000,000 rows" in problem(api.post("/api/v1/predict", data=out.getvalue(), content_type=PARQUET), 422)


def test_catalogues_and_galaxies(api):
    registry.serve(registry.open_catalogues())
    entry = api.get("/api/v1/catalogues").json["catalogues"][0]
    catalogue = registry.served()[entry["name"]]
    assert (entry["is_mock"], entry["galaxies"]) == (True, catalogue.n)
    target_id = catalogue.target_ids[5].decode()
    address = f"/api/v1/catalogues/{entry['name']}/galaxies/{target_id}"
    galaxy = api.get(address).json
    np.testing.assert_allclose(galaxy["flux"], catalogue.galaxy(5).bin_flux, rtol=1e-6)
    spectrum = api.get(f"{address}/spectrum").json
    assert len(spectrum["wavelength_rest"]) == len(spectrum["flux"]) > 1000
    assert "no galaxy" in problem(api.get(address + "0"), 404)
    assert "no catalogue" in problem(api.get("/api/v1/catalogues/x/galaxies/1"), 404)
    problem(api.get("/api/v1/catalogues/..%2F..%2Fetc/galaxies/1"), 404)


def test_galaxies_from_elsewhere_are_placed_among_a_catalogues(api):
    registry.serve(registry.open_catalogues())
    name, catalogue = next(iter(registry.served().items()))
    flux = np.stack([catalogue.galaxy(row).bin_flux for row in (5, 17)]) * 3.0
    address = f"/api/v1/catalogues/{name}/place"
    said = api.post(address, json={"flux": flux.tolist(), "neighbours": 7}).json
    for row, position, spread, near in zip((5, 17), said["position"], said["spread"], said["neighbours"], strict=True):
        np.testing.assert_allclose(position, catalogue.galaxy(row).position, rtol=1e-4, atol=1e-4)
        assert min(spread) > 0
        assert near[0] == {"id": catalogue.target_ids[row].decode(), "distance": pytest.approx(0, abs=1e-4)}
        found = nearest(catalogue, row, 6)
        assert [one["id"] for one in near[1:]] == [bytes(catalogue.target_ids[other]).decode() for other in found.rows]
    assert len(api.post(address, json={"flux": flux[:1].tolist()}).json["neighbours"][0]) == 5
    assert "no catalogue" in problem(api.post("/api/v1/catalogues/x/place", json={"flux": flux.tolist()}), 404)
    problem(api.post(address, json={"flux": [[0.0] * 12]}), 422)
    problem(api.post(address, json={"flux": flux.tolist() * 51}), 422)


def test_the_model_says_its_lines_bins_and_checksums(api):
    said = api.get("/api/v1/model").json
    assert [line["name"] for line in said["lines"]] == list(LINE_NAMES)
    assert len(said["bin_edges"]) == 13
    assert said["models"][0]["has_intrinsic"]


def test_a_spectrum_becomes_the_librarys_bins(api):
    wavelength = np.arange(3300.0, 7100.0, 2.0)
    flux = 2 + np.sin(wavelength / 300) + 5 * np.exp(-((wavelength - 6564.6) ** 2) / 18)
    body = {"wavelength": (wavelength * 1.1).tolist(), "flux": flux.tolist(), "redshift": 0.1}
    said = api.post("/api/v1/spectrum/bins", json=body).json
    expected = continuum_bins(wavelength.astype(np.float32), flux.astype(np.float32))
    np.testing.assert_allclose(said["flux"], expected, rtol=1e-4)
    in_air = np.interp(wavelength * 1.1, air_to_vacuum(wavelength * 1.1), wavelength * 1.1)
    said = api.post("/api/v1/spectrum/bins", json=body | {"wavelength": in_air.tolist(), "medium": "air"}).json
    np.testing.assert_allclose(said["flux"], expected, rtol=1e-4)
    assert said["flux_ivar"] is None
    short = {"wavelength": wavelength[:1000].tolist(), "flux": flux[:1000].tolist()}
    said = api.post("/api/v1/spectrum/bins", json=short).json
    assert said["flux"][-1] is None
    assert said["problems"][-1].startswith("flux_11 is not covered")
    said = api.post("/api/v1/spectrum/bins", json=body | {"flux": (1e300 * flux).tolist()}).json
    assert said["flux"] == [None] * 12
    assert all("outside 1e-30 to 1e+30" in one for one in said["problems"])
    assert len(said["problems"]) == 12
    assert "ascend" in problem(
        api.post("/api/v1/spectrum/bins", json={"wavelength": [1.0] * 12, "flux": [1.0] * 12}), 422
    )


GALAXY = (2.0765, 2.1393, 2.6069, 2.4168, 2.3627, 2.1378, 2.0494, 1.9941, 1.9742, 1.8201, 1.7642, 1.646)
"""Fluxes of a mock galaxy in the twelve bins."""


def test_the_noise_of_a_spectrum_reaches_the_interval(api):
    wavelength = np.arange(3300.0, 7100.0, 2.0)
    flux = np.interp(wavelength, BIN_CENTERS, GALAXY)
    for noise in (0.001, 5.0):
        ivar = np.where(wavelength < 4000, noise, 0.001) ** -2.0
        body = {"wavelength": wavelength.tolist(), "flux": flux.tolist(), "ivar": ivar.tolist()}
        bins = api.post("/api/v1/spectrum/bins", json=body).json
        assert bins["problems"] == []
        if noise < 1:
            assert bins["flux_ivar"] is None
            continue
        # About 150 pixels with errors of 5 average to .4; DESI's spectra leave .15 there at such a flux.
        error = np.array(bins["flux_ivar"]) ** -0.5
        assert (error[:2] > 0.3).all()
        assert (error[:2] < 0.5).all()
        assert error[6] / bins["flux"][6] == pytest.approx(1e-6)
        said = api.post("/api/v1/predict", json={"flux": [bins["flux"]], "flux_ivar": [bins["flux_ivar"]]}).json
        assert said["problems"] == [""]
        own = np.array(bins["flux"], np.float32), np.array(bins["flux_ivar"], np.float32)
        expected = predict_lines(load_params(), own[0], bin_flux_ivar=own[1])
        for name, values in (("ew", expected.ew), ("ew_p16", expected.p16), ("ew_p84", expected.p84)):
            np.testing.assert_allclose(said[name][0], values, rtol=2e-3)
        assert not np.allclose(said["ew_p84"][0], predict_lines(load_params(), own[0]).p84, rtol=0.01)


@pytest.mark.slow
def test_the_lines_of_a_spectrum_are_measured(api):
    wavelength = np.arange(3400.0, 7050.0, 1.0)
    stars = np.interp(wavelength, starlight_grid(), np.asarray(starlight(np.linspace(1, 0.8, 12, dtype=np.float32))))
    added = np.array([20, 6, 14, 5, 15, 4, 60, 12, 10, 8.0])
    flux = 1e-17 * np.asarray(add_lines(wavelength, stars, added, 150.0))
    body = {"wavelength": (wavelength * 1.1).tolist(), "flux": flux.tolist(), "redshift": 0.1}
    assert "no ivar" in problem(api.post("/api/v1/spectrum/lines", json=body), 422)
    body["ivar"] = [1e38] * len(wavelength)
    said = api.post("/api/v1/spectrum/lines", json=body).json
    assert said["lines"] == [line.name for line in (*LINES, *EXTRA_LINES)]
    assert sum(said["predicted"]) == len(LINES)
    halpha = LINE_NAMES.index("HALPHA")
    np.testing.assert_allclose(said["ew"][halpha], 60, rtol=0.03)
    np.testing.assert_allclose(said["flux"][halpha], said["ew"][halpha] * said["level"][halpha] * 1.1, rtol=1e-4)
    np.testing.assert_allclose(said["level"][halpha], 1e-17 * np.interp(6620.0, wavelength, stars), rtol=0.05)
    assert [value is None for value in said["ew"][len(LINES) :]] == [False] * 4 + [True] * 2
    assert said["velocity_dispersion"] == pytest.approx(150, rel=0.05)
    long = {"wavelength": list(range(1, 13_000)), "flux": [1.0] * 12_999, "ivar": [1.0] * 12_999}
    assert "at most 12288" in problem(api.post("/api/v1/spectrum/lines", json=long), 422)
    assert "ascend" in problem(api.post("/api/v1/spectrum/lines", json=body | {"wavelength": [1.0] * 3650}), 422)


def test_redshifts_have_the_same_limits_everywhere(api):
    wavelength = np.linspace(3300.0, 7100.0, 500)
    for redshift, status in ((RANGES["redshift"][1], 200), (15.5, 422), (-0.5, 422)):
        asked = {"wavelength": wavelength.tolist(), "flux": [1.0] * 500, "redshift": redshift}
        assert api.post("/api/v1/spectrum/bins", json=asked).status_code == status
    answered = api.post("/api/v1/predict", json={"flux": [[1.0] * 12] * 2, "redshift": [15.0, 15.5]})
    assert [bool(one) for one in answered.json["problems"]] == [False, True]
    # The sentinels of files are missing in JSON too, and the row is predicted without them.
    asked = {"flux": [[1.0] * 12] * 3, "redshift": [0.1, -999, None], "log_luminosity": [6.0, -99.0, None]}
    answered = api.post("/api/v1/predict", json=asked).json
    assert answered["problems"] == ["", "", ""]
    assert answered["variant"] == ["redshift", "colors", "colors"]


def test_asking_too_often_is_refused_and_other_sites_are_kept_out(tmp_path):
    server = create_server(Settings(cache_dir=tmp_path / "cache", api_rate_limit="2 per minute"))
    api = server.test_client()
    assert [predict(api).status_code for _ in range(3)] == [200, 200, 429]
    assert "Access-Control-Allow-Origin" not in api.get("/api/v1/model", headers={"Origin": "https://a.org"}).headers
    allowed = make(tmp_path, api_cors_origins="https://a.org").test_client()
    answer = allowed.get("/api/v1/model", headers={"Origin": "https://a.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.org"
    answer = allowed.get("/api/v1/model", headers={"Origin": "https://b.org"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_page_for_people_shows_every_route_and_needs_no_script(api):
    document = api.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    page = api.get("/api/v1/")
    assert "script" not in page.text
    for path in document["paths"]:
        assert path.replace("<", "&lt;") in page.text
    assert "p_detected" in page.text


@pytest.fixture(scope="module")
def described(tmp_path_factory) -> schemathesis.BaseSchema:
    registry.serve(registry.open_catalogues())
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", make(tmp_path_factory.mktemp("api")))


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.name)
def test_nothing_that_is_sent_breaks_the_server_or_its_description(described, mode):
    checks = [
        not_a_server_error,
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    ]
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) == 8
    for operation in operations:
        every_check: Any = list(HealthCheck)

        @settings(max_examples=12, suppress_health_check=every_check, database=None, derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode))
        def attack(case):
            case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

        try:
            attack()
        except Unsatisfiable:
            # A route without parameters cannot be asked wrongly.
            assert not operation.body


NAMES = {"Flux_{} [mJy]": "in mJy", "flux_{:02d}": "no unit is stated"}


@pytest.mark.parametrize("pattern", NAMES)
@pytest.mark.parametrize("kind", ["text/csv", PARQUET])
@pytest.mark.parametrize("format", ["csv", "parquet", "ecsv", "fits", "votable"])
def test_a_table_is_answered_with_how_it_was_read(api, pattern, kind, format, tmp_path):
    table = pa.table(
        {pattern.format(index): FLUX[:, index] for index in range(12)} | {"z": [0.1] * 5, "ümlaut": [1] * 5}
    )
    out = io.BytesIO()
    (pacsv.write_csv if kind == "text/csv" else pq.write_table)(table, out)
    content = out.getvalue()
    if kind == "text/csv":
        content = content.decode().encode("cp1252")
    answer = api.post(f"/api/v1/predict?format={format}", data=content, content_type=kind)
    notes = json.loads(answer.headers["Reading-Notes"])
    said = " ".join(notes)
    for words in (
        NAMES[pattern], "redshift is read from column z", "no column of log_luminosity", "Copied and not used: ümlaut"
    ):  # fmt: skip
        assert words in said
    assert ("Windows-1252" in said) == (kind == "text/csv")
    path = tmp_path / f"t{FORMATS[format].extensions[0]}"
    path.write_bytes(answer.data)
    # The answer is a table again, and its notes change nothing in it.
    with open_source(path, text=reads_as_text) as source:
        again = pa.Table.from_batches(list(source.batches), source.schema).combine_chunks().to_batches()[0]
        kept = "".join(fits.getheader(path, 1)["HISTORY"]) if format == "fits" else str(source.about)
    assert "redshift is read from column z" in kept
    rows = read_rows(again, PredictOptions(load_params()))
    first = read_rows(pa.RecordBatch.from_pydict(table.to_pydict()), PredictOptions(load_params()))
    np.testing.assert_allclose(rows.bin_flux, first.bin_flux, rtol=1e-6)


def test_json_is_answered_with_what_was_assumed(api):
    assert "only the ratios are used" in predict(api).json["notes"][0]


def test_titles_of_strangers_break_no_header(api):
    names = [*FLUX_NAMES, *(f"“{'x' * 150}” {number}" for number in range(40))]
    text = ",".join(names) + "\n" + ",".join(["1"] * len(names)) + "\n"
    answer = api.post("/api/v1/predict?format=fits", data=text.encode(), content_type="text/csv")
    assert answer.status_code == 200
    assert len(answer.headers["Reading-Notes"]) < 4200
