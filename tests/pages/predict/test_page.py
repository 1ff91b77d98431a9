"""The Predict page's callbacks as plain functions, and its layout as data."""

import base64
import csv
import json
import sys
from types import SimpleNamespace
from typing import Any

import dash
import numpy as np
import pytest
from dash.exceptions import PreventUpdate

from analysis.web_client.presets import load_presets
from data import uploads
from data.errors import CatalogueError
from data.uploads.readers.numbers import as_typed
from model.lines import LINES
from model.predictions.batch import predict_many
from model.predictions.predict import predict
from model.storage.weights import load_params


@pytest.fixture(scope="module")
def page() -> Any:
    """The page's module; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.predict import page as predict

    return predict


@pytest.fixture(scope="module")
def table(page: Any) -> Any:
    from pages.predict import table, upload

    return SimpleNamespace(**vars(upload) | vars(table))


@pytest.fixture(scope="module")
def lines(page: Any) -> Any:
    from pages.predict import galaxy

    return galaxy


def posted(content: bytes, name: str = "galaxies.csv") -> list[dict[str, Any]]:
    encoded = base64.b64encode(content).decode()
    return [{"name": name, "bytes": len(content), "contents": f"data:text/csv;base64,{encoded}"}]


def text_of(component: Any) -> str:
    return json.dumps(component, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def state(bins: list[str], luminosity: str = "", redshift: str = "", model: str = "default") -> dict[str, Any]:
    return {"bins": bins, "luminosity": luminosity, "redshift": redshift, "model": model}


def test_the_manifest_names_what_the_script_fetches(page: Any):
    about = page.manifest(page.initial_form())
    assert set(about["models"]["default"]) == {"shared", "colors", "luminosity", "redshift"}
    assert [line["label"] for line in about["lines"]] == [line.label for line in LINES]
    assert about["opened"]["bins"] in [preset["bins"] for preset in about["presets"]]


def test_a_link_opens_the_page_with_its_galaxy(page: Any):
    flux = ",".join(f"{1 + place / 10:.5g}" for place in range(12))
    opened, notice = page.read_link(flux, "6.25", "0.12")
    assert opened["bins"] == flux.split(",")
    assert (opened["luminosity"], opened["redshift"]) == ("6.25", "0.12")
    assert not notice


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"flux": "1,2,3"}, "holds 3 numbers; it needs 12"),
        ({"flux": ",".join(["1"] * 11 + ["<script>"])}, "is not a number"),
        ({"flux": ",".join(["1"] * 11 + ["-1"])}, "must be above 0"),
        ({"luminosity": "900"}, "outside -5 to 20"),
        ({"redshift": "x"}, "is not a number"),
    ],
)
def test_a_bad_link_opens_a_typical_galaxy_and_says_why(page: Any, query: dict[str, str], expected: str):
    opened, notice = page.read_link(query.get("flux"), query.get("luminosity"), query.get("redshift"))
    assert opened["bins"] == page.initial_form()["bins"]
    assert expected in notice
    assert expected in text_of(page.layout(**query, other="ignored"))


def test_a_good_form_needs_no_note(lines: Any):
    assert lines.note(state(as_typed(load_presets()[0].bin_flux))) is None


def test_a_bad_field_is_named(lines: Any):
    bins = as_typed(load_presets()[0].bin_flux)
    note = text_of(lines.note(state([*bins[:3], "abc", *bins[4:]])))
    assert "Bin 4300–4600 Å: “abc” is not a number" in note
    assert "The page shows the last valid prediction" in note
    assert "redshift: “far” is not a number" in text_of(lines.note(state(bins, redshift="far")))


def test_a_luminosity_far_out_is_used_with_advice(lines: Any):
    assert "outside 5.5 to 7" in text_of(lines.note(state(as_typed(load_presets()[1].bin_flux), "9")))


def test_realisations_are_seeded_and_never_negative_when_intrinsic(lines: Any):
    given = state(as_typed(load_presets()[2].bin_flux), redshift="0.1")
    assert lines.draw(given, "none", 1) == (None, None)
    first, again, other = (lines.draw(given, "intrinsic", seed)[0] for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == len(LINES)
    assert min(first) >= 0
    assert lines.draw(given, "observed", 1)[0] != first


def test_published_noise_takes_the_galaxys_own_variances(lines: Any):
    given = state(as_typed(load_presets()[2].bin_flux))
    drawn, said = lines.draw(given, "published", 1)
    assert drawn is None
    assert "{LINE}_EW_IVAR" in text_of(said)
    ew = np.array(lines.draw(given | {"ivar": [1e20] * 9 + [None]}, "published", 1)[0][:9])
    noisy = np.array(lines.draw(given | {"ivar": [4.0] * 10}, "published", 1)[0][:9])
    assert 0.05 < np.std(noisy - ew) < 1.5
    listed = predict(load_params(), load_presets()[2].bin_flux).ew[:9]
    np.testing.assert_allclose(ew, listed, rtol=1e-2)


def test_weights_of_ones_own_bring_their_numbers_and_no_distribution(lines: Any):
    own = [[float(10 + line) for line in range(10)], [None] * 10, [None] * 10]
    given = state(as_typed(load_presets()[2].bin_flux), model="yours") | {"own": own}
    assert "only published noise" in text_of(lines.draw(given, "intrinsic", 1)[1])
    drawn, _ = lines.draw(given | {"ivar": [1e20] * 10}, "published", 1)
    assert drawn == pytest.approx(own[0], rel=1e-5)
    saved = base64.b64decode(lines.as_file(lines.typed(given), "csv", "none", 0)["content"]).decode()
    row = next(csv.DictReader(line for line in saved.splitlines() if not line.startswith("#")))
    assert float(row["HALPHA_EW"]) == own[0][[line.name for line in LINES].index("HALPHA")]
    assert "a file of the visitor's own" in saved


def test_a_request_cannot_name_a_file_as_its_network(lines: Any):
    given = state(as_typed(load_presets()[0].bin_flux), model="/etc/passwd.safetensors")
    assert lines.draw(given, "intrinsic", 1) == lines.draw({**given, "model": "default"}, "intrinsic", 1)


def read(table: Any, files: list[dict[str, Any]]) -> dict[str, str]:
    """What the page keeps of files that it has read."""
    return table.diagnose(files)[4]


def plan_of(table: Any, kept: dict[str, str]) -> tuple[list[str], list[dict[str, str]]]:
    guesses = uploads.infer_plan(table.table_of(kept))
    return [guess.value for guess in guesses], [{"type": "predict-plan", "field": guess.field} for guess in guesses]


def predicted(table: Any, files: list[dict[str, Any]]) -> tuple[Any, ...]:
    kept = read(table, files)
    return table.predict_upload(1, *plan_of(table, kept), kept, "default")[:7]


def test_an_upload_is_explained_before_it_is_predicted(table: Any):
    doctor, steps, unready, hidden, _ = table.diagnose([table.example(name) for name in table.REAL])
    words = text_of([doctor, steps])
    assert hidden
    assert not unready
    for expected in ("DESI coadd", "Redshift", "0.368744", "the file says so", "vacuum", "Galactic E(B–V)", "aperture"):
        assert expected in words


def test_a_real_galaxy_is_predicted_with_its_verdict(table: Any):
    files = [table.example(name) for name in table.REAL]
    _, _, hidden, _, row, _, steps = predicted(table, files)
    assert hidden
    assert row["name"] == "39633345008634465"
    assert row["redshift"] == "0.36874"
    assert "lies outside 0.0588 to 0.3" in text_of(steps)
    assert 400 < len(row["seen"]["wavelength"]) <= 900


def test_a_changed_guess_changes_what_is_said(table: Any):
    kept = read(table, [table.example(name) for name in table.REAL])
    values, fields = plan_of(table, kept)
    place = [field["field"] for field in fields].index("redshift")
    assert "1 + z = 1.3687" in text_of(table.preview(values, fields, kept))
    values[place] = "2"
    assert "Check redshift" in text_of(table.preview(values, fields, kept))


def test_the_example_is_shown_and_its_rows_can_be_drawn(table: Any):
    parts, name, hidden, rows, first, others, _ = predicted(table, [table.example(table.TABLE)])
    assert "12 predicted" in text_of(parts)
    assert name == table.TABLE
    assert len(rows["name"]) == len(rows["ew"]) == 12
    assert first["name"] == rows["name"][0]
    assert first["bins"] == rows["bins"][0]
    assert sum(rows["histograms"][0]["predicted"]) == 12
    assert [len(others[picture]) for picture in ("map", "bpt", "whan")] == [12, 12, 12]
    assert not hidden


def test_a_bad_row_keeps_its_place_and_its_reason(table: Any):
    lines = (table.FOLDER / table.TABLE).read_text(encoding="utf-8").splitlines()
    lines[3] = ",".join([*lines[3].split(",")[:-1], "-4"])
    parts, _, _, rows, *_ = predicted(table, posted("\n".join(lines).encode()))
    assert "11 of 12 galaxies predicted" in text_of(parts)
    assert "Row 4, column flux_11: the flux is -4" in rows["problem"][1]
    assert rows["ew"][1] == [None] * 10


def test_a_bad_file_is_a_sentence(table: Any):
    parts, _, unready, hidden, kept = table.diagnose(posted(b"PK\x03\x04", "table.xlsx"))
    assert "table.xlsx looks like NPZ but cannot be read" in text_of(parts)
    assert hidden
    assert unready
    assert kept is None


def test_a_file_that_the_browser_held_back_is_a_sentence(table: Any):
    held = [{"name": "big.csv", "bytes": 3 * uploads.MAX_BYTES, "contents": None}]
    assert "big.csv is 60.0 MB; the limit is 20 MB" in text_of(table.diagnose(held)[0])


def test_a_table_that_did_not_come_from_here_is_not_taken(table: Any):
    kept = read(table, [table.example(table.TABLE)])
    plan = plan_of(table, kept)
    content = base64.b64decode(kept["table"])
    for forged in (
        None,
        7,
        "",
        "?",
        base64.b64encode(content[:-1] + b"x").decode(),
        base64.b64encode(b"x" * 99).decode(),
    ):
        *_, steps = table.predict_upload(1, *plan, kept | {"table": forged}, "default")[:7]
        assert "Upload the file again" in text_of(steps)
    for nothing in (None, 7, []):
        with pytest.raises(PreventUpdate):
            table.predict_upload(1, *plan, nothing, "default")
        # Every callback that takes a table names its file.
        with pytest.raises(PreventUpdate):
            table.name_of(nothing)


def test_nothing_of_an_upload_is_stored(table: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    written: list[str] = []

    def watch(event: str, details: tuple) -> None:
        if watching and event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+"):
            written.append(str(details[0]))

    watching = True
    sys.addaudithook(watch)
    predicted(table, [table.example(name) for name in table.REAL])
    predicted(table, [table.example(table.TABLE)])
    watching = False
    assert not [name for name in written if "jax" not in name and "__pycache__" not in name]
    assert not list(tmp_path.iterdir())


def test_a_typed_galaxy_and_a_file_are_saved_whole(page: Any, table: Any):
    saved = table.download(
        uploads.read((table.FOLDER / table.TABLE).read_bytes(), "a.csv"), "default", "csv", "galaxies"
    )
    assert saved["filename"] == "galaxies.csv"
    assert base64.b64decode(saved["content"]).count(b"MOCK-") == 12


def as_the_browser_says(asked: dict[str, str]) -> dict[str, Any]:
    names = ("flux", "luminosity", "redshift")
    flux, *given = (np.frombuffer(base64.b64decode(asked[name]), "<f4") for name in names)
    assert np.isfinite(given).all()
    said = np.stack(predict_many(load_params(), flux.reshape(-1, 12), *given)).astype("<f4")
    return {"ew": base64.b64encode(said.tobytes()).decode(), "variants": ["colors", "luminosity", "redshift"]}


def test_weights_of_ones_own_answer_a_table_from_the_browser(table: Any):
    files = [table.example(table.TABLE)]
    kept = read(table, files)
    *shown, asked, before = table.predict_upload(1, *plan_of(table, kept), kept, "yours")
    assert "12 galaxies in this browser" in text_of(shown[-1])
    assert before is None
    said = as_the_browser_says(asked)
    parts, name, hidden, rows, first, others, _ = table.receive_predictions(said, *plan_of(table, kept), kept)
    expected = predicted(table, files)[3]
    assert rows["ew"] == expected["ew"]
    assert rows["variant"] == expected["variant"]
    assert "12 predicted" in text_of(parts)
    assert (name, hidden, first["name"]) == (table.TABLE, False, rows["name"][0])
    assert len(others["map"]) == 12
    upload = uploads.read(base64.b64decode(files[0]["contents"].partition(",")[2]), table.TABLE)
    saved = table.download(upload, "yours", "csv", "own", own=table.read_network_output(said, 12))
    assert "a file of the visitor's own" in base64.b64decode(saved["content"]).decode()
    with pytest.raises(CatalogueError, match="only published noise"):
        table.download(upload, "yours", "csv", "own", "intrinsic", 1, table.read_network_output(said, 12))


def test_what_no_browser_says_of_a_table_is_left(table: Any):
    for said in (None, 7, {"ew": "?", "variants": []}, {"ew": "AAAA", "variants": ["colors"]}, {"ew": 3}):
        with pytest.raises(PreventUpdate):
            table.read_network_output(said, 12)
    ew = np.full((3, 1, 10), 1e9, "<f4")
    assert np.isnan(
        table.read_network_output({"ew": base64.b64encode(ew.tobytes()).decode(), "variants": []}, 1).ew
    ).all()


def test_a_table_too_long_for_the_browser_is_told_the_command(table: Any):
    rows = (table.FOLDER / table.TABLE).read_text(encoding="utf-8").splitlines()[1:]
    kept = read(table, posted("\n".join([rows[0], *[rows[1]] * 8_001]).encode()))
    *shown, asked, _ = table.predict_upload(1, *plan_of(table, kept), kept, "yours")
    assert asked is None
    assert "cli.py predict FILE OUT --model your.safetensors" in text_of(shown[-1])


def test_measured_lines_of_a_table_are_judged_and_counted(table: Any):
    measured = (table.FOLDER / table.TABLE).read_text(encoding="utf-8").splitlines()[1:]
    measured = [
        f"{row},{'HALPHA_EW' if place == 0 else ('' if place == 3 else 20)}" for place, row in enumerate(measured)
    ]
    parts, _, _, rows, first, *_ = predicted(table, posted("\n".join(measured).encode()))
    assert "Compared with the EWs in the file of mock galaxies" in text_of(parts)
    real = predicted(table, posted("\n".join(measured).replace("MOCK-", "39633").encode()))[0]
    assert "Compared with the EWs in the file" in text_of(real)
    assert "mock" not in text_of(real)
    place = [line.name for line in LINES].index("HALPHA")
    assert sum(rows["histograms"][place]["measured"]) == 11
    assert all(0 < one <= 1 for one in rows["surprise"] if one is not None)
    assert first["measured"][place] == 20
