"""How the tests and measurements handle the explorer: open it, find a galaxy's pixel, read a colour."""

from typing import Any

from playwright.sync_api import Page

INSIDE = """
const $ = (await import(document.querySelector("script[type=module][src]").src)).default;
const explorer = $["explorer/join.mjs"].currentJoin()?.explorer;
const { timings } = $["explorer/panels/painter.mjs"];
"""
"""What code in the page begins with: the modules that the page runs, and the explorer that is open."""

PANEL = "HALPHA_EW_PREDICTED"
PATIENCE = 60_000  # ms; a busy machine paints late, a broken page never


def inside(body: str) -> str:
    """Return a function of `given` that runs inside the page's modules."""
    return f"async (given) => {{ {INSIDE} {body} }}"


def ask(page: Page, expression: str, given: Any = None) -> Any:
    """Return the value of an expression of `explorer`, `timings`, or a module ``$["folder/name.mjs"]``."""
    return page.evaluate(inside(f"return {expression};"), given)


def until(page: Page, expression: str, given: Any = None) -> None:
    """Wait until such an expression is true."""
    page.wait_for_function(inside(f"return {expression};"), arg=given)


def open_explorer(page: Page, url: str) -> None:
    """Open the page and wait until its panels are painted and joined to the controls."""
    page.goto(url)
    painted(page)


def painted(page: Page) -> None:
    """Wait until every panel shows what was asked for, and nothing glides."""
    page.wait_for_selector('#explorer-panels[data-painted="all"][data-axes="joined"]', timeout=PATIENCE)


def lonely_row(page: Page) -> int:
    """Return a galaxy with no other one within 2 pixels: what is picked and painted there is certain."""
    return page.evaluate(
        inside("""
          const { raster, panels } = explorer;
          const { width, height } = panels[0].canvas.getBoundingClientRect();
          const places = Array.from({ length: raster.n }, (_, row) => raster.placeOf(row) || { left: -99, top: -99 });
          const near = new Map();
          const cell = ({ left, top }) => `${Math.floor(left / 2)},${Math.floor(top / 2)}`;
          places.forEach((place) => near.set(cell(place), (near.get(cell(place)) || 0) + 1));
          return places.findIndex(({ left, top }, row) => {
            if (left < 8 || top < 8 || left > width - 8 || top > height - 8) return false;
            if (!panels.every(({ scale }) => scale.codes[row] > 0)) return false;
            let others = -1;
            for (const dx of [-2, 0, 2])
              for (const dy of [-2, 0, 2]) others += near.get(cell({ left: left + dx, top: top + dy })) || 0;
            return others === 0;
          });""")
    )


def place_of(page: Page, row: int, panel: str = PANEL) -> tuple[float, float]:
    """Return where a galaxy lies in a panel, in the window's CSS pixels."""
    x, y = page.evaluate(
        inside("""
          const [row, panel] = given;
          const { raster } = explorer;
          const box = document.querySelector(`#panel-${panel} canvas`).getBoundingClientRect();
          const { left, top } = raster.placeOf(row);
          return [box.left + left, box.top + top];"""),
        [row, panel],
    )
    return x, y


def color_at(page: Page, row: int, panel: str = PANEL) -> str:
    """Return the colour painted at a galaxy's place, as ``#rrggbb``."""
    return page.evaluate(
        inside("""
          const [row, panel] = given;
          const { raster } = explorer;
          const canvas = document.querySelector(`#panel-${panel} canvas`);
          const { left, top } = raster.placeOf(row);
          const density = canvas.width / canvas.getBoundingClientRect().width;
          const at = [Math.floor(left * density), Math.floor(top * density)];
          const data = canvas.getContext("2d").getImageData(...at, 1, 1).data;
          return "#" + [...data.slice(0, 3)].map((value) => value.toString(16).padStart(2, "0")).join("");"""),
        [row, panel],
    )


def painting(page: Page, panel: str = PANEL) -> str:
    """Return a panel's picture, to compare with a later one."""
    return page.evaluate("(panel) => document.querySelector(`#panel-${panel} canvas`).toDataURL()", panel)


def view(page: Page) -> dict[str, float]:
    """Return the part of the map that is shown."""
    return ask(page, "explorer.view")


def select(page: Page, row: int) -> None:
    """Click a galaxy and wait for its name."""
    page.mouse.click(*place_of(page, row))
    page.wait_for_selector("#explorer-galaxy-head h2")


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
