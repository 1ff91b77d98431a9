"""Choosing in the explorer: clicks, searches, lassos, keys, addresses that bring everything back, a phone's width."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from components.theme import Scheme
from tests.browser.explorer_page import (
    PANEL,
    ask,
    inside,
    lasso,
    lonely_row,
    open_explorer,
    painted,
    painting,
    place_of,
    select,
    until,
)
from tests.serving import Served

pytestmark = pytest.mark.browser


def test_a_click_shows_the_galaxy_everywhere(explorer: Page) -> None:
    row = lonely_row(explorer)
    assert row >= 0
    select(explorer, row)
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_text(f"MOCK-{row + 1:06d}")
    expect(explorer.locator(".ring-selected:visible")).to_have_count(12)
    expect(explorer.locator("#explorer-galaxy-lines tbody tr")).to_have_count(10)
    expect(explorer.locator("#explorer-spectrum .note").filter(has_text="synthesised")).to_be_visible()


@pytest.mark.parametrize("width", [1100, 1280, 1440])
def test_the_table_of_lines_fits_its_card(explorer: Page, width: int) -> None:
    select(explorer, lonely_row(explorer))
    explorer.set_viewport_size({"width": width, "height": 900})
    expect(explorer.locator("#explorer-galaxy-lines tbody tr")).to_have_count(10)
    hidden = "document.querySelector('#explorer-galaxy-lines .table-scroll')"
    until(explorer, f"{hidden}.scrollWidth <= {hidden}.clientWidth")


def test_the_keyboard_finds_a_galaxy(explorer: Page) -> None:
    search = explorer.get_by_label("Find galaxies by name, row or range")
    search.fill("MOCK-999999")
    search.press("Enter")
    expect(explorer.get_by_text("No galaxy “MOCK-999999” in this catalogue.")).to_be_visible()
    search.fill("MOCK-000042")
    search.press("Enter")
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_text("MOCK-000042")
    expect(explorer.locator(".ring-selected:not([hidden])")).to_have_count(12)


def test_what_is_found_is_counted_and_shown_everywhere(explorer: Page) -> None:
    search, count = explorer.get_by_label("Find galaxies by name, row or range"), explorer.locator("#explorer-count")
    expect(count).to_have_text("20,000 galaxies")
    search.fill("HALPHA_EW > 50")
    expect(count).to_have_text(re.compile(r"^[\d,]+ match$"))
    search.press("Enter")
    expect(count).to_have_text(re.compile(r"^[\d,]+ of 20,000$"))
    explorer.wait_for_selector('#explorer-panels[data-selected]:not([data-selected=""])')
    picture = painting(explorer, "OII_DOUBLET_EW")
    explorer.get_by_role("button", name="Clear").click()
    expect(count).to_have_text("20,000 galaxies")
    until(explorer, "explorer.chosen === null && !explorer.painter.frame")
    assert painting(explorer, "OII_DOUBLET_EW") != picture


def test_enter_right_after_a_paste_selects(explorer: Page) -> None:
    search, count = explorer.get_by_label("Find galaxies by name, row or range"), explorer.locator("#explorer-count")
    for text in ("Ha > 50", "0.1 < z < 0.2", "[OIII] > 20 or z > 0.3", "(Ha > 50 or hb > 9) & z < 0.2"):
        search.fill("")
        search.focus()
        explorer.keyboard.insert_text(text)
        explorer.keyboard.press("Enter")
        expect(count).to_have_text(re.compile(r"^[\d,]+ of 20,000$"))
        until(explorer, f"explorer.selection?.find === {text!r}")


def test_what_a_search_answers_moves_nothing_and_keeps_no_old_count(explorer: Page) -> None:
    search, count = explorer.get_by_label("Find galaxies by name, row or range"), explorer.locator("#explorer-count")
    panels = explorer.locator("#explorer-panels")
    search.fill("z > 0.2")
    expect(count).to_have_text(re.compile(r"^[\d,]+ match$"))
    before = panels.bounding_box()
    search.fill("redshfit > 0.2")
    expect(count).to_have_text("20,000 galaxies")
    search.press("Enter")
    expect(explorer.get_by_text("Did you mean redshift")).to_be_visible()
    assert panels.bounding_box() == before
    search.fill("MOCK-000042 MOCK-000001 X")
    search.press("Enter")
    expect(explorer.locator("#explorer-find-note")).to_contain_text("not in this catalogue: 1")
    assert panels.bounding_box() == before


def test_a_lasso_selects_everywhere_and_is_undone(explorer: Page) -> None:
    lasso(explorer, "HALPHA_EW_PREDICTED")
    count = explorer.locator("#explorer-count")
    expect(count).to_contain_text(" of 20,000")
    said = count.inner_text()
    assert int(said.split()[0].replace(",", "")) == ask(explorer, "explorer.chosen.reduce((a, b) => a + b)")
    explorer.wait_for_function("() => location.search.includes('gate=map_x')")
    explorer.wait_for_selector("#explorer-undo:not([disabled])")
    explorer.keyboard.press("Escape")
    expect(count).to_have_text("20,000 galaxies")
    explorer.wait_for_function("() => !location.search.includes('gate=')")
    explorer.keyboard.press("Control+z")
    expect(count).to_have_text(said)
    explorer.keyboard.press("Control+Shift+z")
    expect(count).to_have_text("20,000 galaxies")


def test_an_address_brings_everything_back(explorer: Page, browser: Browser, served: Served) -> None:
    select(explorer, lonely_row(explorer))
    explorer.locator("#explorer-view-view").get_by_text("BPT", exact=True).click()
    painted(explorer)
    lasso(explorer, "HALPHA_EW")
    explorer.get_by_role("button", name="Next realisation").click()
    explorer.wait_for_function("() => /galaxy=.*gate=/.test(location.search) && location.search.includes('seed=2')")
    said, name = (
        explorer.locator("#explorer-count").inner_text(),
        explorer.locator("#explorer-galaxy-head h2").inner_text(),
    )
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        other = context.new_page()
        open_explorer(other, explorer.url)
        expect(other.locator("#explorer-galaxy-head h2")).to_have_text(name)
        expect(other.locator("#explorer-count")).to_have_text(said)
        assert ask(other, "explorer.state.seed") == 2
        assert ask(other, "explorer.raster.axes[0]") == "log_NII_HALPHA"


def test_a_bad_address_shows_the_defaults_and_says_so(page: Page, served: Served) -> None:
    open_explorer(page, f"{served.url}/?v=2&at=moon&gate=x")
    expect(page.get_by_text("“at=moon” in the link was not understood")).to_be_visible()
    assert ask(page, "explorer.state.view") == "map"


def test_keys_walk_and_are_listed(explorer: Page) -> None:
    select(explorer, lonely_row(explorer))
    first = ask(explorer, "explorer.selected")
    explorer.locator(".panel-area").focus()
    explorer.keyboard.press("ArrowRight")
    until(explorer, "explorer.selected !== given", first)
    explorer.keyboard.press("?")
    keys = explorer.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    # Escape closes what lies on top; the galaxy goes with the next one.
    explorer.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    assert ask(explorer, "explorer.selected") >= 0
    explorer.keyboard.press("Escape")
    until(explorer, "explorer.selected === -1")


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
def test_a_phone_scrolls_down_only(browser: Browser, served: Served, scheme: Scheme) -> None:
    screen: ViewportSize = {"width": 390, "height": 844}
    with browser.new_context(
        viewport=screen, device_scale_factor=3, has_touch=True, is_mobile=True, color_scheme=scheme
    ) as context:
        phone = context.new_page()
        open_explorer(phone, served.url)
        row = lonely_row(phone)
        phone.locator(f"#panel-{PANEL}").scroll_into_view_if_needed()  # other fonts push it below the fold
        place = place_of(phone, row if row >= 0 else 0)
        phone.touchscreen.tap(*place)
        phone.wait_for_selector("#explorer-galaxy-head h2")
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        assert phone.evaluate("document.querySelector('#panel-HALPHA_EW canvas').width") > 200


def test_the_table_scrolls_through_every_galaxy_and_asks_for_those_in_view(explorer: Page) -> None:
    asked: list[str] = []
    explorer.on("request", lambda request: asked.append(request.url))
    search, table = explorer.get_by_label("Find galaxies by name, row or range"), explorer.locator("#population-rows")
    search.fill("redshift > 0")
    search.press("Enter")
    expect(explorer.locator("#population-head")).to_contain_text("20,000 of 20,000")
    assert not [url for url in asked if "ag_grid" in url or "rows.json" in url]  # not before it is looked at
    table.scroll_into_view_if_needed()
    table.locator("[row-index='0'] [col-id=redshift]").click()
    explorer.keyboard.press("Control+ArrowDown")
    expect(table.locator("[row-index='19999'] [col-id=name]")).to_have_text("MOCK-020000")
    explorer.keyboard.press("Enter")
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_text("MOCK-020000")
    table.locator(".ag-header-cell[col-id=redshift]").click()
    nearest = explorer.evaluate(
        inside("""
          const { codes } = await explorer.galaxies.columns.places("redshift");
          return codes.indexOf(codes.reduce((least, code) => Math.min(least, code)));""")
    )
    explorer.keyboard.press("Control+Home")
    expect(table.locator("[row-index='0'] [col-id=name]")).to_have_text(f"MOCK-{nearest + 1:06d}")
    assert len([url for url in asked if "rows.json" in url]) < 12
