"""Reading galaxies and populations in a real browser: cards, links, switches, the tour, downloads, a phone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.explorer_page import open_explorer, until
from tests.serving import Served

pytestmark = pytest.mark.browser


def find(page: Page, target_id: str) -> None:
    search = page.get_by_label("Find galaxies by name, row or range")
    search.fill(target_id)
    search.press("Enter")
    expect(page.locator("#explorer-galaxy-head h2")).to_have_text(target_id)


def test_a_galaxy_is_read_and_its_twin_is_a_click_away(explorer: Page) -> None:
    find(explorer, "MOCK-000042")
    expect(explorer.locator("#explorer-galaxy-lines tbody tr")).to_have_count(10)
    expect(explorer.locator("#galaxy-derived")).to_contain_text("SFR from Hα")
    expect(explorer.locator("#galaxy-places")).to_contain_text("WHAN")
    explorer.wait_for_selector("#galaxy-bpt svg image", state="attached")
    link = explorer.locator("#galaxy-neighbours a", has_text="Open in Predict").get_attribute("href")
    assert link
    numbers, conditions = r"flux=([\d.e+-]+,){11}[\d.e+-]+", r"&luminosity=[\d.]+&redshift=[\d.]+"
    assert re.search(rf"/predict\?{numbers}{conditions}$", link)
    twin = explorer.locator("#galaxy-neighbours button").first
    name = twin.inner_text()
    twin.click()
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_text(name)


def test_frame_and_smoothing_redraw_the_spectrum(explorer: Page) -> None:
    find(explorer, "MOCK-000042")
    curves = explorer.locator("#explorer-spectrum svg g")
    before = curves.count()
    explorer.get_by_text("6 Å", exact=True).click()
    expect(curves).to_have_count(before + 1)
    explorer.get_by_text("As observed", exact=True).click()
    expect(explorer.locator("#explorer-spectrum .note").filter(has_text="as observed")).to_be_visible()


def test_a_named_population_is_described_and_let_go(explorer: Page) -> None:
    explorer.get_by_role("button", name="Starburst").click()
    expect(explorer.locator("#population-head h2")).to_have_text("Starburst")
    expect(explorer.get_by_role("button", name="Starburst")).to_have_attribute("aria-pressed", "true")
    expect(explorer.locator("#population-lines tbody tr")).to_have_count(10)
    expect(explorer.locator("#population-classes")).to_contain_text("above Kewley")
    expect(explorer.locator("#population-histograms svg g")).to_have_count(3 * 4)
    expect(explorer.locator("#population-bpt svg image")).to_have_count(2)
    table = explorer.locator("#population-rows")
    table.scroll_into_view_if_needed()
    table.locator("[row-index='1'] [col-id=redshift]").click()
    explorer.keyboard.press("Enter")
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_count(1)
    explorer.get_by_role("toolbar", name="Panels").get_by_role("button", name="Clear").click()
    expect(explorer.locator("#population-cards")).to_be_hidden()


def test_a_population_is_downloaded(explorer: Page) -> None:
    explorer.get_by_role("button", name="LINER hosts").click()
    expect(explorer.locator("#population-head h2")).to_have_text("LINER hosts")
    with explorer.expect_download() as coming:
        explorer.get_by_role("button", name="Download as CSV").click()
    text = coming.value.path().read_text()
    count = int(explorer.locator("#population-head .count").inner_text().split(" of")[0].replace(",", ""))
    assert text.count("MOCK-") == count
    assert "stae1189" in text


def test_the_tour_walks_selects_and_leaves(explorer: Page) -> None:
    explorer.get_by_role("button", name="Tour: which galaxies have strong lines?").click()
    tour = explorer.get_by_role("region", name="Tour")
    expect(tour).to_contain_text("1 of 6")
    explorer.keyboard.press("Enter")  # the focus is on Next
    expect(tour.locator("h2")).to_contain_text("starbursts")
    expect(explorer.locator("#population-head h2")).to_have_text("Starburst")
    until(explorer, "explorer.state.columns.length === 2")
    for view in ("map", "colour", "bpt", "map"):
        tour.get_by_role("button", name=re.compile("Next")).click()
        until(explorer, "explorer.state.view === given", view)
        explorer.wait_for_timeout(150)
    expect(tour.locator("h2")).to_have_text("Find the strong lines yourself")
    tour.get_by_role("button", name="End the tour").click()
    expect(tour).to_be_hidden()


def test_a_phone_reads_without_scrolling_sideways(browser: Browser, served: Served) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        phone = context.new_page()
        open_explorer(phone, served.url)
        find(phone, "MOCK-000042")
        phone.get_by_role("button", name="Quiescent").click()
        expect(phone.locator("#population-head h2")).to_have_text("Quiescent")
        phone.locator("#population-rows").scroll_into_view_if_needed()
        expect(phone.locator("#population-rows [row-index='0']").first).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
