"""The Predict page's callbacks as plain functions, and its layout as data."""

import base64
import json
from typing import Any

import dash
import pytest
from dash import no_update

from data import uploads
from data.fluxes import as_typed
from data.presets import load_presets
from model.lines import LINES


@pytest.fixture(scope="module")
def page() -> Any:
    """The page's module; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages import predict

    return predict


@pytest.fixture(scope="module")
def table() -> Any:
    from pages import _predict_file

    return _predict_file


def posted(content: bytes, name: str = "galaxies.csv") -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {"name": name, "bytes": len(content), "contents": f"data:text/csv;base64,{encoded}"}


def text_of(component: Any) -> str:
    return json.dumps(component, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def test_the_layout_offers_twelve_fields(page: Any):
    assert text_of(page.layout()).count('"type": "predict-bin"') == 12


@pytest.mark.parametrize("scheme", ["dark", "light", None])
def test_a_good_form_is_answered_with_ten_lines(page: Any, scheme: str | None):
    bins = as_typed(load_presets()[0].bin_flux)
    answer = page.answer(bins, "", "default", "HALPHA", scheme)
    assert answer["note"] is None
    assert not any(answer["marks"])
    assert all(line.label in text_of(answer["lines"]) for line in LINES)
    assert answer["chosen"][0] == "segment segment-on"
    assert answer["state"] == {"bins": bins, "luminosity": ""}


def test_a_bad_field_is_marked_and_the_last_answer_stays(page: Any):
    bins = as_typed(load_presets()[0].bin_flux)
    answer = page.answer([*bins[:3], "abc", *bins[4:]], "", "default", "HALPHA", "dark")
    assert answer["marks"] == [place == 3 for place in range(12)]
    assert "Bin 4300–4600 Å: “abc” is not a number" in text_of(answer["note"])
    assert answer["lines"] is no_update
    assert answer["continuum"] is no_update


def test_a_luminosity_far_out_is_used_with_advice(page: Any):
    answer = page.answer(as_typed(load_presets()[1].bin_flux), "9", "default", "HBETA", "dark")
    assert "outside 5.5 to 7" in text_of(answer["note"])
    assert "colours + luminosity" in text_of(answer["variant"])


def test_a_request_cannot_name_a_file_as_its_network(page: Any):
    bins = as_typed(load_presets()[0].bin_flux)
    here = page.answer(bins, "", "/etc/passwd.safetensors", "HALPHA", "dark")
    assert text_of(here["lines"]) == text_of(page.answer(bins, "", "default", "HALPHA", "dark")["lines"])


def test_the_example_is_shown_and_its_rows_can_be_drawn(table: Any):
    parts, rows, hidden = table.show_file(table.try_example(1), "default")
    assert "12 predicted" in text_of(parts)
    assert len(rows) == 12
    assert not hidden


def test_a_bad_row_keeps_its_place_and_its_reason(table: Any):
    lines = table.EXAMPLE.read_text(encoding="utf-8").splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:-1], "-4"])
    parts, _, _ = table.show_file(posted("\n".join(lines).encode()), "default")
    assert "11 of 12 galaxies predicted" in text_of(parts)
    assert "Row 4, column flux_11: the flux is -4" in text_of(parts)


def test_a_bad_file_is_a_sentence(table: Any):
    parts, rows, hidden = table.show_file(posted(b"PK\x03\x04", "table.xlsx"), "default")
    assert "table.xlsx is a spreadsheet" in text_of(parts)
    assert rows == []
    assert hidden


def test_a_file_that_the_browser_held_back_is_a_sentence(table: Any):
    held = {"name": "big.csv", "bytes": 3 * uploads.MAX_BYTES, "contents": None}
    assert "big.csv is 60.0 MB; the limit is 20 MB" in text_of(table.show_file(held, "default")[0])


def test_the_download_holds_every_row(table: Any):
    saved = table.save_file(1, table.try_example(1), "default")
    assert saved["filename"] == "example_fluxes_predicted.csv"
    assert saved["content"].count("MOCK-") == 12
    assert len(uploads.read(saved["content"].encode(), "again.csv").ids) == 12


def test_what_is_typed_can_be_saved(page: Any):
    state = {"bins": as_typed(load_presets()[0].bin_flux), "luminosity": ""}
    content = page.save_typed(1, state, "default")["content"]
    assert content.splitlines()[0].startswith("# Galactic Neon, weights default, sha256")
    assert content.splitlines()[-1].endswith(",colors,")
