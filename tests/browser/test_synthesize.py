"""Synthesize in a real browser: sliders by mouse, keyboard and touch, presets, undo, links, quenching, a population."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from components.synthesize.parameters import SLIDERS
from model.lines import LINES
from pages.synthesize.draws import DRAWS, POPULATION
from tests.serving import Served

pytestmark = pytest.mark.browser
READY = "#synthesize[data-ready]"


@pytest.fixture
def synthesize(page: Page, served: Served) -> Page:
    return opened(page, served)


def opened(page: Page, served: Served, query: str = "") -> Page:
    page.goto(f"{served.url}/synthesize{query}")
    expect(page.locator(READY)).to_be_attached()
    expect(page.locator("#synthesize-lines tbody tr")).to_have_count(len(LINES))
    return page


def halpha(page: Page) -> str:
    return page.locator("#synthesize-lines tbody tr").filter(has_text="Hα").locator("td").first.inner_text()


def value(page: Page, name: str) -> str:
    return page.locator(f"#synthesize-{name}-value").inner_text()


def test_the_page_opens_with_a_galaxy_its_draws_and_a_verdict(synthesize: Page):
    expect(synthesize.locator("#synthesize-verdict")).to_have_text(re.compile("training domain"))
    expect(synthesize.locator("#synthesize-reason")).to_contain_text("The stars ionise Hα of")
    expect(synthesize.locator("#synthesize-draws-note")).to_have_text(f"{DRAWS} draws")
    dots = synthesize.locator("#synthesize-draws .dots").first.get_attribute("d") or ""
    assert dots.count("M") == DRAWS
    for part in ("#synthesize-spectrum .spectrum-lines", "#synthesize-map .map-here", "#synthesize-bpt .cross"):
        expect(synthesize.locator(part)).to_be_visible()
    expect(synthesize.locator("#synthesize-magnitudes tbody tr").first).to_contain_text("mmag")


def test_draws_come_to_a_page_whose_first_frame_is_late(page: Page, served: Served):
    # Browsers paint rarely when they are busy or in the background; timers go on.
    page.add_init_script(
        "const paint = window.requestAnimationFrame; "
        "window.requestAnimationFrame = (draw) => setTimeout(() => paint(draw), 500);"
    )
    opened(page, served)
    expect(page.locator("#synthesize-draws-note")).to_have_text(f"{DRAWS} draws")


def test_arrow_keys_change_everything_and_undo_brings_it_back(synthesize: Page):
    before = halpha(synthesize)
    slider = synthesize.get_by_label(re.compile("^Decline"))
    slider.focus()
    for _ in range(30):
        synthesize.keyboard.press("ArrowLeft")
    expect(synthesize.locator("#synthesize-lines tbody tr").filter(has_text="Hα").locator("td").first).not_to_have_text(
        before
    )
    assert float(value(synthesize, "tau")) < 3
    expect(synthesize).to_have_url(re.compile(r"tau="))
    expect(synthesize.locator("#synthesize-undo")).to_be_enabled()
    while synthesize.locator("#synthesize-undo").is_enabled():
        synthesize.locator("#synthesize-undo").click()
    assert (value(synthesize, "tau"), halpha(synthesize)) == ("3.00", before)


def test_a_dragged_slider_moves_the_galaxy_on_the_map(synthesize: Page):
    here = synthesize.locator("#synthesize-map .map-here")
    before = here.get_attribute("cx")
    box = synthesize.locator("#synthesize-age input").bounding_box()
    assert box is not None
    synthesize.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    synthesize.mouse.down()
    synthesize.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] / 2, steps=5)
    synthesize.mouse.up()
    expect(here).not_to_have_attribute("cx", before or "")


def test_presets_are_marked_and_a_starburst_shines(synthesize: Page):
    synthesize.get_by_role("button", name="Starburst", exact=True).click()
    expect(synthesize.get_by_role("button", name="Starburst", exact=True)).to_have_attribute("aria-pressed", "true")
    strong = float(halpha(synthesize))
    synthesize.get_by_role("button", name="Quiescent").click()
    expect(synthesize.get_by_role("button", name="Quiescent")).to_have_attribute("aria-pressed", "true")
    assert float(halpha(synthesize)) < strong / 10


def test_a_link_opens_the_same_galaxy(page: Page, served: Served):
    first = opened(page, served, "?age=4&av=1.2&quenched=0.5")
    assert (value(first, "age"), value(first, "av"), value(first, "quenched")) == ("4.0", "1.20", "0.50")
    seen = halpha(first)
    first.reload()
    expect(first.locator(READY)).to_be_attached()
    assert halpha(first) == seen


def test_a_link_that_cannot_be_read_is_named(page: Page, served: Served):
    opened(page, served, "?age=900")
    expect(page.get_by_role("status").filter(has_text="age is “900”; it goes from 0.5 to 13")).to_be_visible()


def test_draws_of_the_galaxys_own_gas_lie_about_the_diamond(synthesize: Page):
    expect(synthesize.locator("#synthesize-draws-note")).to_have_text(f"{DRAWS} draws")
    synthesize.get_by_role("button", name="this galaxy’s gas").click()
    expect(synthesize.get_by_role("button", name="this galaxy’s gas")).to_have_attribute("aria-pressed", "true")
    expect(synthesize.locator("#synthesize-draws-note")).to_have_text("drawing …")
    expect(synthesize.locator("#synthesize-draws-note")).to_have_text(f"{DRAWS} draws")
    row = next(index for index, line in enumerate(LINES) if line.name == "HALPHA")
    dots = synthesize.locator("#synthesize-draws .dots").nth(row).get_attribute("d") or ""
    places = [float(x) for x in re.findall(r"M([\d.]+),", dots)]
    diamond = synthesize.locator("#synthesize-draws .expected").get_attribute("d") or ""
    match = re.match(r"M([\d.]+)", diamond)
    assert match is not None
    assert abs(np.median(places) - (float(match[1]) + 6)) < 12


def test_a_quenched_galaxy_crosses_the_map_and_fades(synthesize: Page):
    before = float(halpha(synthesize))
    synthesize.get_by_role("button", name="Quench this galaxy").click()
    expect(synthesize.locator("#synthesize-quenched-value")).to_have_text("3.00")
    assert float(halpha(synthesize)) < before / 3
    trail = synthesize.locator("#synthesize-map .map-trail").get_attribute("d") or ""
    assert trail.count("L") >= 2
    expect(synthesize).to_have_url(re.compile("quenched=3"))


def test_a_visitor_who_wants_no_motion_sees_the_end_at_once(browser: Browser, served: Served):
    with browser.new_context(reduced_motion="reduce") as context:
        page = opened(context.new_page(), served)
        page.get_by_role("button", name="Quench this galaxy").click()
        expect(page.locator("#synthesize-quenched-value")).to_have_text("3.00")
        assert not page.locator("#synthesize-map .map-trail").get_attribute("d")


def test_the_downloaded_spectrum_has_lines_on_its_starlight(synthesize: Page):
    with synthesize.expect_download() as waiting:
        synthesize.get_by_role("button", name="Download CSV").click()
    table = np.genfromtxt(Path(waiting.value.path()), delimiter=",", names=True, skip_header=2)
    near = np.abs(table["wavelength"] - 6564.6) < 5
    assert (table["with_lines"][near] > table["starlight"][near]).all()
    assert table["wavelength"][[0, -1]] == pytest.approx([3345.3, 7058.5], abs=0.1)


def test_a_population_is_made_with_progress_can_be_cancelled_and_is_shown(synthesize: Page):
    make, cancel = (synthesize.locator(f"#synthesize-{name}") for name in ("make", "cancel"))
    make.click()
    expect(cancel).to_be_visible()
    expect(synthesize.locator("#synthesize-population-note")).to_contain_text(f"of {POPULATION:,} galaxies")
    cancel.click()
    expect(make).to_be_enabled()
    expect(synthesize.locator("#synthesize-population")).to_be_hidden()
    synthesize.get_by_role("button", name="Like this galaxy").click()
    make.click()
    expect(synthesize.locator("#synthesize-population")).to_be_visible()
    expect(synthesize.locator("#synthesize-population-note")).to_contain_text("what their stars ionise")
    for name in ("map", "bpt", "ssfr"):
        points = synthesize.locator(f"#synthesize-all-{name} path[class*=others]").get_attribute("d") or ""
        assert points.count("M") > POPULATION / 2


def test_on_a_phone_the_spectrum_stays_in_sight_while_a_finger_moves_a_slider(browser: Browser, served: Served):
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        page = opened(context.new_page(), served)
        slider = page.locator("#synthesize-redshift input")
        slider.scroll_into_view_if_needed()
        expect(page.locator("#synthesize-spectrum")).to_be_in_viewport(ratio=0.9)
        box = slider.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
        expect(page.locator("#synthesize-redshift-value")).not_to_have_text("0.100")


def test_every_slider_has_a_name_and_says_its_value(synthesize: Page):
    for slider in SLIDERS:
        control = synthesize.locator(f"#synthesize-{slider.name} input")
        assert control.get_attribute("aria-valuetext")
        assert control.evaluate("input => input.labels[0].innerText").startswith(slider.label)


def test_a_server_that_cannot_draw_leaves_the_galaxy(synthesize: Page, served: Served):
    bad = base64.b64encode(np.full(14, -1, np.float32).tobytes()).decode()
    body = {
        "output": "synthesize-drawn.data",
        "outputs": {"id": "synthesize-drawn", "property": "data"},
        "inputs": [{"id": "synthesize-asked", "property": "data", "value": {"galaxies": bad, "number": 1}}],
        "changedPropIds": ["synthesize-asked.data"],
    }
    answer = synthesize.request.post(f"{served.url}/_dash-update-component", data=body)
    assert answer.status == 400
    assert float(halpha(synthesize)) > 0
