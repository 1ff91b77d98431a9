"""Predict in a real browser: type, paste, presets, undo, a good file, bad files, the download."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from data import uploads
from data.schema import FLUX_NAMES
from model.lines import LINES
from tests.serving import ROOT, Served

pytestmark = pytest.mark.browser

FLUXES = ["2.71", "3.79", "4.95", "4.88", "4.71", "4.55", "4.39", "4.28", "4.19", "3.95", "3.76", "3.60"]
HEADER = ",".join(FLUX_NAMES)
ROW = ",".join(FLUXES)
EXAMPLE = ROOT / "data" / "files" / "example_fluxes.csv"


@pytest.fixture
def predict(page: Page, served: Served) -> Page:
    page.goto(f"{served.url}/predict")
    expect(page.locator("#predict[data-ready]")).to_be_attached()
    expect(lines(page)).to_have_count(len(LINES))
    return page


def lines(page: Page) -> Locator:
    return page.locator("#predict-lines tbody tr")


def fields(page: Page) -> Locator:
    return page.locator("#predict-bins input")


def halpha(page: Page) -> str:
    return lines(page).filter(has_text="Hα").locator("td").first.inner_text()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("#predict-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def test_twelve_typed_numbers_give_ten_lines(predict: Page):
    before = halpha(predict)
    for place, text in enumerate(FLUXES):
        fields(predict).nth(place).fill(text)
    expect(lines(predict).filter(has_text="Hα").locator("td").first).not_to_have_text(before)
    expect(lines(predict)).to_have_count(len(LINES))
    for place, line in enumerate(LINES):
        row = lines(predict).nth(place)
        expect(row).to_contain_text(line.label)
        assert float(row.locator("td").first.inner_text()) >= 0
    expect(predict.locator("#predict-note")).to_be_empty()
    expect(predict.locator(".map-here")).to_be_visible()
    expect(predict.locator("#predict-bpt .here")).to_be_visible()
    expect(predict.locator("#predict-whan .here")).to_be_visible()


def test_a_dragged_bin_changes_everything_at_once(predict: Page):
    before = halpha(predict), predict.locator("#predict-bpt .here").get_attribute("cx")
    handle = predict.locator(".handle").nth(1)
    place = handle.locator("circle").bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    predict.mouse.move(x, y)
    predict.mouse.down()
    predict.mouse.move(x, y - 20, steps=4)
    predict.wait_for_timeout(60)
    during = halpha(predict), predict.locator("#predict-bpt .here").get_attribute("cx")
    value = fields(predict).nth(1).input_value()
    predict.mouse.up()
    assert during[0] != before[0]
    assert during[1] != before[1]
    assert handle.get_attribute("aria-valuetext") == value
    expect(predict).to_have_url(re.compile(rf"/predict\?flux=[^,]+,{value},"))
    address = predict.url
    answer = halpha(predict)
    predict.goto(address)
    expect(lines(predict).filter(has_text="Hα").locator("td").first).to_have_text(answer)
    expect(fields(predict).nth(1)).to_have_value(value)


def test_arrow_keys_move_a_bin_and_the_focus(predict: Page):
    handle = predict.locator(".handle").nth(4)
    before = float(fields(predict).nth(4).input_value())
    handle.focus()
    handle.press("ArrowUp")
    expect(fields(predict).nth(4)).not_to_have_value(f"{before:.4g}")
    assert float(fields(predict).nth(4).input_value()) == pytest.approx(1.01 * before, rel=1e-3)
    handle.press("ArrowRight")
    expect(predict.locator(".handle").nth(5)).to_be_focused()


def test_intrinsic_widths_are_one_click_away(predict: Page):
    before = halpha(predict)
    predict.get_by_role("button", name="Intrinsic").click()
    expect(lines(predict).filter(has_text="Hα").locator("td").first).not_to_have_text(before)
    expect(predict.locator("#predict-kind-note")).to_contain_text("Free of noise")


def test_a_weights_file_of_ones_own_stays_in_the_page(predict: Page):
    weights = ROOT / "model" / "weights" / "default.safetensors"
    before = halpha(predict)
    predict.locator("#predict-weights input[type=file]").set_input_files(weights)
    expect(predict.locator("#predict-weights-note")).to_contain_text("in this page only")
    expect(predict.locator("#predict-model")).to_have_value("Yours: default.safetensors")
    assert halpha(predict) == before
    predict.locator("#predict-weights input[type=file]").set_input_files(
        {"name": "bad.safetensors", "mimeType": "application/octet-stream", "buffer": EXAMPLE.read_bytes()}
    )
    expect(predict.locator("#predict-weights-note")).to_contain_text("not a safetensors file")


def test_twelve_pasted_numbers_spread_and_can_be_undone(predict: Page):
    before = [field.input_value() for field in fields(predict).all()]
    fields(predict).nth(5).fill("\t".join(FLUXES))
    expect(fields(predict).nth(11)).to_have_value("3.60")
    assert [field.input_value() for field in fields(predict).all()] == FLUXES
    predict.get_by_role("button", name="Undo").click()
    expect(fields(predict).nth(11)).to_have_value(before[11])
    assert [field.input_value() for field in fields(predict).all()] == before


def test_a_bad_number_is_marked_named_and_mended(predict: Page):
    before = halpha(predict)
    good = fields(predict).nth(2).input_value()
    fields(predict).nth(2).fill("-1")
    note = predict.locator("#predict-note")
    expect(note).to_contain_text("Bin 4000–4300 Å: the flux is -1. A bin's mean flux must be above 0")
    expect(fields(predict).nth(2)).to_have_attribute("aria-invalid", "true")
    assert halpha(predict) == before
    fields(predict).nth(2).fill(good)
    expect(note).to_be_empty()


def test_presets_change_the_answer_and_reset_returns(predict: Page):
    start = halpha(predict)
    predict.get_by_role("button", name="Quiescent").click()
    expect(predict.get_by_role("button", name="Quiescent")).to_have_class(re.compile("segment-on"))
    assert float(halpha(predict)) < float(start)
    predict.get_by_role("button", name="Reset").click()
    expect(predict.get_by_role("button", name="Star-forming")).to_have_class(re.compile("segment-on"))
    assert halpha(predict) == start
    predict.get_by_role("button", name="Undo").click()
    expect(predict.get_by_role("button", name="Quiescent")).to_have_class(re.compile("segment-on"))


def test_a_luminosity_chooses_the_variant(predict: Page):
    predict.get_by_role("button", name="+ luminosity").click()
    predict.locator("#predict-luminosity").fill("6.2")
    expect(predict.locator("#predict-variant")).to_have_text("colours + luminosity")
    predict.locator("#predict-luminosity").fill("9")
    expect(predict.locator("#predict-note")).to_contain_text("outside 5.5 to 7")


def test_a_good_file_is_predicted_drawn_and_saved(predict: Page, tmp_path: Path):
    upload(predict, "example.csv", EXAMPLE.read_bytes())
    result = predict.locator("#predict-file-result")
    expect(result).to_contain_text("example.csv: 12 predicted.")
    first = result.locator("tbody tr").first
    expected = first.locator("td").last.inner_text()
    first.get_by_role("button").click()
    expect(predict.locator("#predict-variant")).to_have_text(expected)
    with predict.expect_download() as saved:
        predict.get_by_role("button", name="Download all as CSV").click()
    saved.value.save_as(tmp_path / "predicted.csv")
    text = (tmp_path / "predicted.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert len(rows) == 12
    assert all(float(row[f"{line.name}_EW"]) >= 0 for row in rows for line in LINES)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("headless.csv", f"{ROW}\n{ROW}\n".encode(), "row 1: no column flux_00"),
        ("short.csv", f"{HEADER}\n{ROW.rsplit(',', 1)[0]}\n".encode(), "row 2, has 11 columns; the header has 12"),
        (
            "words.csv",
            f"{HEADER}\n{ROW.replace('4.88', 'abc')}\n".encode(),
            "Row 2, column flux_03: “abc” is not a number",
        ),
        ("negative.csv", f"{HEADER}\n{ROW.replace('3.60', '-2')}\n".encode(), "Row 2, column flux_11: the flux is -2"),
        ("table.fits", b"SIMPLE  =                    T" + b" " * 2850, "table.fits is a FITS file"),
        ("large.csv", b"1" * (uploads.MAX_BYTES + 1), "the limit is 20 MB"),
    ],
)
def test_a_bad_file_gets_a_sentence(predict: Page, name: str, content: bytes, expected: str):
    upload(predict, name, content)
    alert = predict.locator("#predict-file-result [role=alert]")
    expect(alert).to_contain_text(expected)
    assert "Traceback" not in predict.content()


def test_formulas_in_a_file_come_back_harmless(predict: Page, tmp_path: Path):
    upload(predict, "formula.csv", f"TARGETID,{HEADER},note\n=1+1,{ROW},@SUM(A1)\n".encode())
    expect(predict.locator("#predict-file-result")).to_contain_text("1 predicted")
    with predict.expect_download() as saved:
        predict.get_by_role("button", name="Download all as CSV").click()
    saved.value.save_as(tmp_path / "formula.csv")
    text = (tmp_path / "formula.csv").read_text(encoding="utf-8")
    assert "'=1+1" in text
    assert "'@SUM(A1)" in text


def test_the_line_choice_redraws_map_and_bars(predict: Page):
    predict.get_by_role("button", name="[O II] 3727").click()
    expect(predict.locator("#predict-map-title")).to_have_text("median [O II] 3727 EW of real galaxies")
    expect(predict.locator("#predict-bars-line")).to_contain_text("[O II] 3727")


def test_nothing_is_kept_in_the_browser(predict: Page):
    upload(predict, "example.csv", EXAMPLE.read_bytes())
    expect(predict.locator("#predict-file-result")).to_contain_text("12 predicted")
    stored = json.loads(predict.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
    assert "MOCK" not in json.dumps(stored)
