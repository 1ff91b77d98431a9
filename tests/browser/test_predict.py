"""Predict in a real browser: type, paste, presets, undo, a good file, bad files, the download."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from data import uploads
from data.catalogue.schema import FLUX_NAMES
from model.lines import LINES
from model.predictions.predict import predict as predict_with
from model.predictions.predict import predict_ew
from model.storage.weights import load_params
from tests.serving import ROOT, Served

pytestmark = pytest.mark.browser

FLUXES = ["2.71", "3.79", "4.95", "4.88", "4.71", "4.55", "4.39", "4.28", "4.19", "3.95", "3.76", "3.60"]
HEADER = ",".join(FLUX_NAMES)
ROW = ",".join(FLUXES)
EXAMPLES = ROOT / "data" / "files" / "examples"
EXAMPLE = EXAMPLES / "example_fluxes.csv"
REAL = sorted(EXAMPLES.glob("*80613*.fits"))


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


def widths(page: Page) -> list[float]:
    """The Hα EWs that the grid shows."""
    cells = page.locator("#predict-table .ag-center-cols-container [col-id=ew6]")
    expect(cells.first).to_be_visible()
    return [float(text) for text in cells.all_inner_texts()]


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
    expect(predict.locator("#predict-kind-note")).to_contain_text("without noise or selection")


def test_a_weights_file_of_ones_own_stays_in_the_page(predict: Page):
    weights = ROOT / "model" / "storage" / "weights" / "default.safetensors"
    before = halpha(predict)
    predict.locator("#predict-weights input[type=file]").set_input_files(weights)
    expect(predict.locator("#predict-weights-note")).to_contain_text("only on this page")
    expect(predict.locator("#predict-model")).to_have_value("Yours: default.safetensors")
    assert halpha(predict) == before
    expect(predict.locator("#predict-light")).to_contain_text("luminosity")
    upload(predict, "example.csv", EXAMPLE.read_bytes())
    predict.get_by_role("button", name="Predict", exact=True).click()
    expect(predict.locator("#predict-file-result")).to_contain_text("12 predicted.")
    own = widths(predict)
    predict.locator("summary", has_text="Download all").click()
    with predict.expect_download() as saved:
        predict.locator("details[open]").get_by_role("button", name="CSV", exact=True).click()
    assert "a file of the visitor's own" in saved.value.path().read_text(encoding="utf-8")
    predict.locator("summary", has_text="Magnitudes").click()
    predict.locator("details[open]").get_by_role("button", name="CSV", exact=True).click()
    expect(predict.locator("#predict-file-note")).to_contain_text("no draws of the lines together")
    predict.locator("#predict-model").click()
    predict.get_by_role("option", name="Galactic Neon").click()
    predict.get_by_role("button", name="Predict", exact=True).click()
    predict.wait_for_timeout(1500)
    np.testing.assert_allclose(widths(predict), own, rtol=0.01, atol=0.011)
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


def test_luminosity_and_redshift_choose_the_variant(predict: Page):
    used = predict.locator("#predict-variant")
    expect(used).to_have_text("colours")
    predict.locator("#predict-redshift").fill("0.12")
    expect(used).to_have_text("colours")
    predict.locator("#predict-luminosity").fill("6.2")
    expect(used).to_have_text("colours + luminosity + redshift")
    predict.locator("#predict-redshift").fill("1.2")
    expect(used).to_have_text("colours + luminosity")
    predict.locator("#predict-redshift").fill("")
    expect(used).to_have_text("colours + luminosity")
    predict.locator("#predict-luminosity").fill("9")
    expect(predict.locator("#predict-note")).to_contain_text("outside 5.5 to 7")


def test_a_link_with_a_luminosity_is_answered_with_it(page: Page, served: Served):
    page.goto(f"{served.url}/predict?flux={ROW}&luminosity=6.2")
    expect(page.locator("#predict[data-ready]")).to_be_attached()
    expect(page.locator("#predict-variant")).to_have_text("colours + luminosity")
    flux = np.array(FLUXES, np.float32)
    with_it, without = (float(predict_ew(load_params(), flux, given)[6]) for given in (6.2, None))
    assert abs(with_it - without) > 0.1
    assert float(halpha(page)) == pytest.approx(with_it, abs=0.051)


def test_a_good_file_is_explained_predicted_drawn_and_saved(predict: Page, tmp_path: Path):
    upload(predict, "example.csv", EXAMPLE.read_bytes())
    expect(predict.locator("#predict-steps")).to_contain_text("12 rows, 12 of them galaxies")
    predict.get_by_role("button", name="Predict", exact=True).click()
    result = predict.locator("#predict-file-result")
    expect(result).to_contain_text("12 predicted.")
    second = predict.locator("#predict-table .ag-center-cols-container .ag-row[row-index='1']")
    expected = second.locator("[col-id=ew6]").inner_text()
    predict.locator("#predict-table .ag-row[row-index='1'] button").click()
    # The form holds four digits of each flux.
    predict.wait_for_timeout(300)
    assert float(halpha(predict)) == pytest.approx(float(expected), rel=0.02)
    predict.locator("summary", has_text="Download all").click()
    with predict.expect_download() as saved:
        predict.locator("details[open]").get_by_role("button", name="ECSV").click()
    saved.value.save_as(tmp_path / "predicted.ecsv")
    again = uploads.read((tmp_path / "predicted.ecsv").read_bytes(), "predicted.ecsv")
    assert len(again.ids) == 12


def test_a_real_desi_galaxy_dropped_as_a_pair(predict: Page):
    predict.locator("#predict-upload input[type=file]").set_input_files(REAL)
    doctor = predict.locator("#predict-doctor")
    expect(doctor).to_contain_text("DESI coadd")
    expect(predict.locator("#predict-steps")).to_contain_text("2630-7177 Å in the rest frame")
    redshift = doctor.get_by_label("Redshift")
    expect(redshift).to_have_value("0.368744")
    redshift.fill("2")
    expect(predict.locator("#predict-steps")).to_contain_text("Check redshift")
    redshift.fill("0.368744")
    expect(predict.locator("#predict-steps")).to_contain_text("2630-7177 Å")
    predict.get_by_role("button", name="Predict", exact=True).click()
    expect(predict.locator("#predict-steps")).to_contain_text("lies outside 0.0588 to 0.3")
    expect(predict.locator("#predict-redshift")).to_have_value("0.36874")
    expect(predict.locator("#predict-verdict")).to_contain_text("outside")
    assert float(halpha(predict)) > 50


def test_the_noise_of_a_file_s_bins_reaches_the_intervals_until_a_bin_is_changed(predict: Page):
    flux = np.array(FLUXES, np.float32)
    ivar = 1 / (0.1 * flux) ** 2
    header = ",".join([HEADER, *(f"{name}_ivar" for name in FLUX_NAMES)])
    upload(predict, "noisy.csv", f"{header}\n{ROW},{','.join(f'{one:.6g}' for one in ivar)}\n".encode())
    predict.get_by_role("button", name="Predict", exact=True).click()
    expect(predict.locator("#predict-steps")).to_contain_text("The prediction is shown")
    halpha_place = [line.name for line in LINES].index("HALPHA")
    noisy, exact = (predict_with(load_params(), flux, bin_flux_ivar=each) for each in (ivar, None))
    for found in (noisy, exact):
        if found is exact:
            fields(predict).nth(0).fill("2.711")
        low, high = (float(np.asarray(bound)[halpha_place]) for bound in (found.p16, found.p84))
        expect(lines(predict).filter(has_text="Hα").locator("td").nth(1)).to_have_text(f"{low:.1f}–{high:.1f}")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("headless.csv", f"{ROW},1\n{ROW},1\n".encode(), "row 1: no header above the numbers"),
        ("short.csv", f"{HEADER}\n{ROW.rsplit(',', 1)[0]}\n".encode(), "row 2, has 11 columns; the header has 12"),
        (
            "words.csv",
            f"{HEADER}\n{ROW.replace('4.88', 'abc')}\n".encode(),
            "Row 2, column flux_03: “abc” is not a number",
        ),
        ("negative.csv", f"{HEADER}\n{ROW.replace('3.60', '-2')}\n".encode(), "Row 2, column flux_11: the flux is -2"),
        ("table.fits", b"SIMPLE  =                    T" + b" " * 2850, "table.fits looks like FITS"),
        ("large.csv", b"1" * (uploads.MAX_BYTES + 1), "the limit is 20 MB"),
    ],
)
def test_a_bad_file_gets_a_sentence(predict: Page, name: str, content: bytes, expected: str):
    upload(predict, name, content)
    alert = predict.locator("#predict-doctor .sentence, #predict-steps .sentence")
    expect(alert).to_contain_text(expected)
    assert "Traceback" not in predict.content()


def test_the_line_choice_redraws_map_and_bars(predict: Page):
    predict.get_by_role("button", name="[O II] 3727").click()
    expect(predict.locator("#predict-map-title")).to_have_text("median [O II] 3727 EW of real galaxies")
    expect(predict.locator("#predict-bars-line")).to_contain_text("[O II] 3727")


def test_nothing_is_kept_in_the_browser(predict: Page):
    upload(predict, "example.csv", EXAMPLE.read_bytes())
    predict.get_by_role("button", name="Predict", exact=True).click()
    expect(predict.locator("#predict-file-result")).to_contain_text("12 predicted")
    stored = json.loads(predict.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
    assert "MOCK" not in json.dumps(stored)


def test_the_grid_waits_for_a_table_and_shows_measured_beside_predicted(predict: Page):
    assert not predict.evaluate("Boolean(window.dash_ag_grid)")
    rows = [row for row in EXAMPLE.read_text(encoding="utf-8").splitlines() if not row.startswith("#")]
    rows = [f"{row},{'HALPHA_EW' if place == 0 else 5 * place}" for place, row in enumerate(rows)]
    upload(predict, "measured.csv", "\n".join(rows).encode())
    predict.get_by_role("button", name="Predict", exact=True).click()
    table = predict.locator("#predict-table")
    expect(table.locator(".ag-row[row-index='0'] [col-id=measured6]")).to_have_text("5.0")
    expect(table).to_contain_text("Did starlight predict it?")
    expect(predict.locator("#predict-histograms svg")).to_have_count(4)
    expect(predict.locator("#predict-histograms .found")).to_have_count(1)
    expect(predict.locator("#predict-surprise")).to_contain_text("Did starlight predict this?")


def test_an_uploaded_spectrum_is_drawn_until_a_bin_is_moved(predict: Page):
    predict.get_by_role("button", name="Try a real galaxy").click()
    predict.get_by_role("button", name="Predict", exact=True).click()
    expect(predict.locator("#predict-continuum .seen")).to_have_attribute("d", re.compile("^M"))
    expect(predict.locator("#predict-painted")).to_contain_text("The lines in your spectrum are masked")
    predict.locator(".handle").nth(4).press("ArrowUp")
    expect(predict.locator("#predict-continuum .seen")).to_have_attribute("d", "")
    expect(predict.locator("#predict-painted")).to_contain_text("smooth curve")
