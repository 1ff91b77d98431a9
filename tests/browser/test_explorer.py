"""The explorer in a real browser: painted colours, clicks, linked axes, themes, and a phone's width."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from components.theme import TOKENS, ew_colors
from tests.browser.explorer_page import color_at, lonely_row, open_explorer, painting, place_of, select, view
from tests.serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def explorer(page: Page, served: Served) -> Page:
    page.emulate_media(color_scheme="dark")
    open_explorer(page, served.url)
    return page


def test_a_click_shows_the_galaxy_everywhere(explorer: Page) -> None:
    row = lonely_row(explorer)
    assert row >= 0
    select(explorer, row)
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_text(f"MOCK-{row + 1:06d}")
    expect(explorer.locator(".ring-selected:visible")).to_have_count(12)
    expect(explorer.locator("#explorer-galaxy-lines tbody tr")).to_have_count(10)
    expect(explorer.locator("#explorer-spectrum .annotation-text").filter(has_text="synthesised")).to_be_visible()


@pytest.mark.parametrize("panel", ["HALPHA_EW", "OII_DOUBLET_EW_PREDICTED", "OIII_5007_EW_NOISY"])
def test_a_point_has_the_colour_of_its_width(explorer: Page, panel: str) -> None:
    row = lonely_row(explorer)
    code = explorer.evaluate(
        "([row, panel]) => galacticNeon.explorer.panels.find(({ column }) => column === panel).raw[row]", [row, panel]
    )
    assert color_at(explorer, row, panel) == ew_colors("dark")[code]


def test_the_switch_repaints_and_redraws(explorer: Page) -> None:
    row = lonely_row(explorer)
    select(explorer, row)
    dark = color_at(explorer, row)
    explorer.locator("#scheme").click()
    expect(explorer.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
    explorer.wait_for_function("() => galacticNeon.timings.frames >= 1")
    light = color_at(explorer, row)
    assert ew_colors("light").index(light) == ew_colors("dark").index(dark)
    background = explorer.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    red, green, blue = (int(TOKENS["light"]["background"][i : i + 2], 16) for i in (1, 3, 5))
    assert background == f"rgb({red}, {green}, {blue})"
    explorer.wait_for_function(
        "(color) => document.querySelector('#explorer-spectrum .js-plotly-plot')"
        ".data.some(({ line }) => line.color === color)",
        arg=TOKENS["light"]["text"],
    )


def test_the_wheel_zooms_every_panel_and_reset_returns(explorer: Page) -> None:
    before, panels = view(explorer), ("OII_DOUBLET_EW", "HALPHA_EW_NOISY")
    pictures = [painting(explorer, panel) for panel in panels]
    explorer.mouse.move(*place_of(explorer, lonely_row(explorer), "HBETA_EW"))
    explorer.mouse.wheel(0, -300)
    explorer.wait_for_function(
        "(width) => galacticNeon.explorer.view.x1 - galacticNeon.explorer.view.x0 < 0.95 * width",
        arg=before["x1"] - before["x0"],
    )
    explorer.wait_for_timeout(200)
    assert all(painting(explorer, panel) != old for panel, old in zip(panels, pictures, strict=True))
    explorer.get_by_role("button", name="Reset view").click()
    explorer.wait_for_function("(x0) => Math.abs(galacticNeon.explorer.view.x0 - x0) < 1e-6", arg=before["x0"])


def test_dragging_pans_all_axes_alike(explorer: Page) -> None:
    x, y = place_of(explorer, lonely_row(explorer), "HALPHA_EW")
    before = view(explorer)
    explorer.mouse.move(x, y)
    explorer.mouse.down()
    explorer.mouse.move(x + 40, y + 20, steps=5)
    explorer.mouse.up()
    explorer.wait_for_function("(x0) => galacticNeon.explorer.view.x0 < x0", arg=before["x0"])
    ranges = explorer.evaluate(
        """() => {
          const { layout } = document.querySelector("#explorer-panels-graph .js-plotly-plot");
          return ["xaxis", "xaxis2", "xaxis3"].map((name) => layout[name].range);
        }"""
    )
    assert ranges[0] == pytest.approx(ranges[1])
    assert ranges[0] == pytest.approx(ranges[2])
    assert ranges[0][0] == pytest.approx(view(explorer)["x0"])
    # A drag is not a click.
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_count(0)


def test_the_keyboard_finds_a_galaxy(explorer: Page) -> None:
    search = explorer.get_by_label("Find a galaxy by its ID")
    search.fill("MOCK-999999")
    search.press("Enter")
    expect(explorer.get_by_text("No galaxy “MOCK-999999” in this catalogue.")).to_be_visible()
    search.fill("MOCK-000042")
    search.press("Enter")
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_text("MOCK-000042")
    expect(explorer.locator(".ring-selected:not([hidden])")).to_have_count(12)


def test_the_next_realisation_changes_the_noise_alone(explorer: Page) -> None:
    noisy, predicted = painting(explorer, "HBETA_EW_NOISY"), painting(explorer, "HBETA_EW_PREDICTED")
    explorer.get_by_role("button", name="Next realisation").click()
    explorer.wait_for_selector('#explorer-panels[data-seed="2"]')
    assert painting(explorer, "HBETA_EW_NOISY") != noisy
    assert painting(explorer, "HBETA_EW_PREDICTED") == predicted
    expect(explorer.locator(".panels-seed")).to_have_text("realisation 2")


def test_real_medians_replace_the_points(explorer: Page) -> None:
    points = painting(explorer, "HALPHA_EW")
    explorer.get_by_text("Real medians", exact=True).click()
    expect(explorer.locator("[data-points='mock truth']")).to_have_text("real medians")
    explorer.wait_for_function("() => galacticNeon.explorer.cells && galacticNeon.timings.frames >= 1")
    assert painting(explorer, "HALPHA_EW") != points
    assert painting(explorer, "HALPHA_EW") != painting(explorer, "HALPHA_EW_PREDICTED")


def test_the_banner_says_what_is_mock(explorer: Page) -> None:
    banner = explorer.get_by_role("note")
    expect(banner).to_contain_text(re.compile(r"20,000 galaxies drawn from a density"))
    banner.get_by_text("Show real galaxies").click()
    expect(banner).to_contain_text("CATALOGUES=real.parquet make run")


def test_a_second_visit_within_the_app_paints_again(explorer: Page) -> None:
    explorer.get_by_role("link", name="About").click()
    expect(explorer.locator("#explorer-panels")).to_have_count(0)
    explorer.get_by_role("link", name="Explore").click()
    explorer.wait_for_selector('#explorer-panels[data-painted="all"][data-axes="joined"]')
    select(explorer, lonely_row(explorer))


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_phone_scrolls_down_only(browser: Browser, served: Served, scheme: str) -> None:
    screen = {"width": 390, "height": 844}
    with browser.new_context(
        viewport=screen, device_scale_factor=3, has_touch=True, is_mobile=True, color_scheme=scheme
    ) as context:
        phone = context.new_page()
        open_explorer(phone, served.url)
        row = lonely_row(phone)
        place = place_of(phone, row if row >= 0 else 0)
        phone.touchscreen.tap(*place)
        phone.wait_for_selector("#explorer-galaxy-head h2")
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        assert phone.evaluate("document.querySelector('#panel-HALPHA_EW canvas').width") > 200
