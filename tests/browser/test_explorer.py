"""The explorer in a real browser: painted colours, clicks, linked axes, themes, and a phone's width."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from components.theme import TOKENS
from tests.browser.explorer_page import (
    PANEL,
    color_at,
    lonely_row,
    open_explorer,
    painted,
    painting,
    place_of,
    select,
    view,
)
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
    expect(explorer.locator("#explorer-spectrum .note").filter(has_text="synthesised")).to_be_visible()


@pytest.mark.parametrize("panel", ["HALPHA_EW", "OII_DOUBLET_EW_PREDICTED", "OIII_5007_EW_NOISY"])
def test_a_point_has_the_colour_of_its_width(explorer: Page, panel: str) -> None:
    row = lonely_row(explorer)
    assert color_at(explorer, row, panel) == table_color(explorer, row, panel)


def table_color(page: Page, row: int, panel: str) -> str:
    """Return the colour that a galaxy's width has under the panel's limits and stretch."""
    return page.evaluate(
        """([row, panel]) => {
          const { scales, explorer } = galacticNeon;
          const { scale, raw, range, stretch, palette } = explorer.panels.find(({ name }) => name === panel);
          const share = scales.place(range, stretch, scales.decode(scale, raw[row]));
          return palette[Math.round(share * 255)];
        }""",
        [row, panel],
    )


def test_the_switch_repaints_and_redraws(explorer: Page) -> None:
    row = lonely_row(explorer)
    select(explorer, row)
    assert color_at(explorer, row) == table_color(explorer, row, PANEL)
    dark = color_at(explorer, row)
    explorer.locator("#scheme").click()
    expect(explorer.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
    explorer.wait_for_function("() => galacticNeon.timings.frames >= 1")
    explorer.wait_for_timeout(300)
    assert color_at(explorer, row) != dark
    assert color_at(explorer, row) == table_color(explorer, row, PANEL)
    background = explorer.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    red, green, blue = (int(TOKENS["light"]["background"][i : i + 2], 16) for i in (1, 3, 5))
    assert background == f"rgb({red}, {green}, {blue})"
    explorer.wait_for_selector(f'#explorer-spectrum path[stroke="{TOKENS["light"]["text"]}"]', state="attached")


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
    # A drag is not a click.
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_count(0)


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
    expect(count).to_contain_text(re.compile(r"^[\d,]+ of 20,000$"))
    search.press("Enter")
    explorer.wait_for_selector('#explorer-panels[data-selected]:not([data-selected=""])')
    picture = painting(explorer, "OII_DOUBLET_EW")
    explorer.get_by_role("button", name="Clear").click()
    expect(count).to_have_text("20,000 galaxies")
    explorer.wait_for_function("() => galacticNeon.explorer.chosen === null && !galacticNeon.explorer.frame")
    assert painting(explorer, "OII_DOUBLET_EW") != picture


def test_the_next_realisation_changes_the_noise_alone(explorer: Page) -> None:
    noisy, predicted = painting(explorer, "HBETA_EW_NOISY"), painting(explorer, "HBETA_EW_PREDICTED")
    explorer.get_by_role("button", name="Next realisation").click()
    explorer.wait_for_selector('#explorer-panels[data-seed="2"][data-painted="all"]')
    assert painting(explorer, "HBETA_EW_NOISY") != noisy
    assert painting(explorer, "HBETA_EW_PREDICTED") == predicted
    expect(explorer.locator(".panels-note-noise")).to_have_text("published, draw 2")


def test_real_medians_replace_the_points(explorer: Page) -> None:
    points = painting(explorer, "HALPHA_EW")
    explorer.get_by_role("button", name="Colours").click()
    explorer.get_by_text("Medians alone").click()
    expect(explorer.locator(".panels-note-observed")).to_have_text("real medians")
    painted(explorer)
    assert painting(explorer, "HALPHA_EW") not in (points, painting(explorer, "HALPHA_EW_PREDICTED"))


def test_colours_change_without_a_request(explorer: Page) -> None:
    before = painting(explorer, "HALPHA_EW")
    requests: list[str] = []
    explorer.on("request", lambda request: requests.append(request.url))
    explorer.get_by_role("button", name="Colours").click()
    for word in ("Linear", "5 %", "Viridis", "Density contours"):
        choice = explorer.get_by_text(word, exact=True)
        # A switch's own input lies over its label.
        choice.click(force=word == "Density contours")
        explorer.wait_for_function(
            "(old) => document.querySelector('#panel-HALPHA_EW canvas').toDataURL() !== old", arg=before
        )
        before = painting(explorer, "HALPHA_EW")
    assert not [url for url in requests if "/columns/" in url]
    explorer.wait_for_function("() => location.search.includes('pal=viridis')")


def test_lines_and_columns_are_chosen(explorer: Page) -> None:
    requests: list[str] = []
    explorer.on("request", lambda request: requests.append(request.url))
    explorer.get_by_role("button", name="Panels").click()
    explorer.get_by_text("[N II] 6584", exact=True).click()
    explorer.get_by_text("Pull", exact=True).click()
    painted(explorer)
    expect(explorer.locator(".panel")).to_have_count(20)
    moved = {re.search(r"columns/(\w+)\.bin", url)[1] for url in requests if "/columns/" in url}  # type: ignore[index]
    assert moved == {
        "NII_6584_EW", "NII_6584_EW_PREDICTED", "NII_6584_EW_NOISY",
        *(f"{line}_PULL" for line in ("OII_DOUBLET", "HBETA", "OIII_5007", "HALPHA", "NII_6584")),
    }  # fmt: skip


def test_galaxies_glide_to_the_diagrams_and_keep_their_selection(explorer: Page) -> None:
    select(explorer, lonely_row(explorer))
    for name, x in (("BPT", "log_NII_HALPHA"), ("WHAN", "log_NII_HALPHA"), ("Colour–luminosity", "break_4000")):
        frames = explorer.evaluate("galacticNeon.timings.frames")
        explorer.locator("#explorer-view-view").get_by_text(name, exact=True).click()
        explorer.wait_for_selector('#explorer-panels[data-painted=""]')
        painted(explorer)
        assert explorer.evaluate("galacticNeon.timings.frames") > frames + 3
        assert explorer.evaluate("galacticNeon.explorer.raster.axes[0]") == x
    assert explorer.evaluate("galacticNeon.explorer.selected") >= 0
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_count(1)


def test_who_asks_for_less_motion_sees_none(browser: Browser, served: Served) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as context:
        page = context.new_page()
        open_explorer(page, served.url)
        page.locator("#explorer-view-view").get_by_text("BPT", exact=True).click()
        page.wait_for_function("() => galacticNeon.explorer.raster.axes[0] === 'log_NII_HALPHA'")
        assert not page.evaluate("galacticNeon.explorer.gliding")


def lasso(page: Page, panel: str) -> None:
    """Draw around the middle of a panel."""
    page.locator("#explorer-tool").get_by_text("Lasso").click()
    box = page.locator(f"#panel-{panel}").bounding_box()
    assert box is not None
    corners = [
        (box["x"] + fx * box["width"], box["y"] + fy * box["height"])
        for fx, fy in ((0.2, 0.1), (0.9, 0.1), (0.9, 0.9), (0.2, 0.9))
    ]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()
    page.wait_for_selector('#explorer-panels[data-selected]:not([data-selected=""])')


def test_a_lasso_selects_everywhere_and_is_undone(explorer: Page) -> None:
    lasso(explorer, "HALPHA_EW_PREDICTED")
    count = explorer.locator("#explorer-count")
    expect(count).to_contain_text(" of 20,000")
    said = count.inner_text()
    assert int(said.split()[0].replace(",", "")) == explorer.evaluate(
        "galacticNeon.explorer.chosen.reduce((a, b) => a + b)"
    )
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
        assert other.evaluate("galacticNeon.explorer.state.seed") == 2
        assert other.evaluate("galacticNeon.explorer.raster.axes[0]") == "log_NII_HALPHA"


def test_a_bad_address_shows_the_defaults_and_says_so(page: Page, served: Served) -> None:
    open_explorer(page, f"{served.url}/?v=1&at=moon&gate=x")
    expect(page.get_by_text("“at=moon” in the link was not understood")).to_be_visible()
    assert page.evaluate("galacticNeon.explorer.state.view") == "map"


def test_moving_over_the_map_draws_starlight_and_lines(explorer: Page) -> None:
    explorer.mouse.move(*place_of(explorer, lonely_row(explorer)))
    explorer.wait_for_function("() => galacticNeon.explorer.scrub.kept && galacticNeon.explorer.hovered >= 0")
    explorer.wait_for_timeout(200)
    lit = """() => {
      const canvas = document.querySelector(".scrub canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }"""
    assert explorer.evaluate(lit) > 1000


def test_keys_walk_and_are_listed(explorer: Page) -> None:
    select(explorer, lonely_row(explorer))
    first = explorer.evaluate("galacticNeon.explorer.selected")
    explorer.locator(".panel-area").focus()
    explorer.keyboard.press("ArrowRight")
    explorer.wait_for_function("(row) => galacticNeon.explorer.selected !== row", arg=first)
    explorer.keyboard.press("?")
    expect(explorer.get_by_role("dialog", name="Keys")).to_be_visible()


@pytest.mark.parametrize(("kind", "start"), [("PNG", b"\x89PNG"), ("SVG", b"<svg")])
def test_the_panels_are_saved_for_print(explorer: Page, kind: str, start: bytes) -> None:
    explorer.locator("summary", has_text="Share").click()
    with explorer.expect_download() as coming:
        explorer.get_by_role("button", name=f"Save as {kind}").click()
    content = coming.value.path().read_bytes()
    assert content.startswith(start)
    if kind == "PNG":
        assert int.from_bytes(content[16:20], "big") > 2000  # pixels across: a page's width at 300 dots per inch
    else:
        assert content.count(b"<image") >= 16


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
