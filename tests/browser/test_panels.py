"""The explorer's panels in a real browser: painted colours, linked axes, glides, themes, what is printed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from components.theme import TOKENS
from tests.browser.explorer_page import (
    PANEL,
    ask,
    color_at,
    inside,
    lonely_row,
    open_explorer,
    painted,
    painting,
    place_of,
    select,
    until,
    view,
)
from tests.serving import Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("panel", ["HALPHA_EW", "OII_DOUBLET_EW_PREDICTED", "OIII_5007_EW_NOISY"])
def test_a_point_has_the_colour_of_its_width(explorer: Page, panel: str) -> None:
    row = lonely_row(explorer)
    assert color_at(explorer, row, panel) == table_color(explorer, row, panel)


def table_color(page: Page, row: int, panel: str) -> str:
    """Return the colour that a galaxy's width has under the panel's limits and stretch."""
    return page.evaluate(
        inside("""
          const [row, panel] = given;
          const { decode, place } = $["raster/scales.mjs"];
          const { scale, coloring } = explorer.panels.find(({ name }) => name === panel);
          const share = place(coloring.range, coloring.stretch, decode(scale, scale.codes[row]));
          return coloring.palette[Math.round(share * 255)];"""),
        [row, panel],
    )


def test_the_switch_repaints_and_redraws(explorer: Page) -> None:
    row = lonely_row(explorer)
    select(explorer, row)
    assert color_at(explorer, row) == table_color(explorer, row, PANEL)
    dark = color_at(explorer, row)
    explorer.locator("#scheme").click()
    expect(explorer.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
    until(explorer, "timings.frames >= 1")
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
    until(explorer, "explorer.view.x1 - explorer.view.x0 < 0.95 * given", before["x1"] - before["x0"])
    explorer.wait_for_timeout(200)
    assert all(painting(explorer, panel) != old for panel, old in zip(panels, pictures, strict=True))
    explorer.get_by_role("button", name="Reset view").click()
    until(explorer, "Math.abs(explorer.view.x0 - given) < 1e-6", before["x0"])


def test_dragging_pans_all_axes_alike(explorer: Page) -> None:
    x, y = place_of(explorer, lonely_row(explorer), "HALPHA_EW")
    before = view(explorer)
    explorer.mouse.move(x, y)
    explorer.mouse.down()
    explorer.mouse.move(x + 40, y + 20, steps=5)
    explorer.mouse.up()
    until(explorer, "explorer.view.x0 < given", before["x0"])
    # A drag is not a click.
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_count(0)


def test_the_next_realisation_changes_the_noise_alone(explorer: Page) -> None:
    noisy, predicted = painting(explorer, "HBETA_EW_NOISY"), painting(explorer, "HBETA_EW_PREDICTED")
    explorer.get_by_role("button", name="Next realisation").click()
    explorer.wait_for_selector('#explorer-panels[data-seed="2"][data-painted="all"]')
    assert painting(explorer, "HBETA_EW_NOISY") != noisy
    assert painting(explorer, "HBETA_EW_PREDICTED") == predicted
    expect(explorer.locator(".panels-note-noise")).to_have_text("observed, draw 2")


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


def test_panels_are_coloured_by_any_column(explorer: Page) -> None:
    explorer.get_by_role("button", name="Colours").click()
    choice, heading = explorer.locator("#explorer-view-color"), explorer.locator(".panel-headings h3")
    for option, panels in (("Signal to noise of each line", 4), ("Pull of [O II] 3727", 1)):
        choice.click()
        explorer.get_by_role("option", name=option, exact=True).click()
        expect(explorer.locator(".panel")).to_have_count(panels)
        expect(heading).to_have_text(option.removesuffix(" of each line"))
        painted(explorer)
    explorer.wait_for_function("() => location.search.includes('by=OII_DOUBLET_PULL')")


def test_lines_and_columns_are_chosen(explorer: Page) -> None:
    requests: list[str] = []
    explorer.on("request", lambda request: requests.append(request.url))
    explorer.get_by_role("button", name="Panels").click()
    explorer.get_by_role("group", name="Lines").get_by_text("[N II] 6584", exact=True).click()
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
        frames = ask(explorer, "timings.frames")
        explorer.locator("#explorer-view-view").get_by_text(name, exact=True).click()
        explorer.wait_for_selector('#explorer-panels[data-painted=""]')
        painted(explorer)
        assert ask(explorer, "timings.frames") > frames + 3
        assert ask(explorer, "explorer.raster.axes[0]") == x
    assert ask(explorer, "explorer.selected") >= 0
    expect(explorer.locator("#explorer-galaxy-head h2")).to_have_count(1)


def test_who_asks_for_less_motion_sees_none(browser: Browser, served: Served) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as context:
        page = context.new_page()
        open_explorer(page, served.url)
        page.locator("#explorer-view-view").get_by_text("BPT", exact=True).click()
        until(page, "explorer.raster.axes[0] === 'log_NII_HALPHA'")
        assert not ask(page, "explorer.painter.gliding")


def test_moving_over_the_map_draws_starlight_and_lines(explorer: Page) -> None:
    x, y = place_of(explorer, lonely_row(explorer))
    explorer.mouse.move(x, y)
    until(explorer, "explorer.scrub.kept && explorer.hovered >= 0")
    # A hand moves on: the curve is drawn as it moves, and the first move may have come before the galaxies' bins.
    explorer.mouse.move(x + 30, y)
    explorer.mouse.move(x, y)
    lit = """() => {
      const canvas = document.querySelector(".scrub canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length > 1000;
    }"""
    explorer.wait_for_function(lit)


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
