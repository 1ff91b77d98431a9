"""Measure in a real browser: navigation to painted, frames while panning and zooming, click to redrawn, a dragged bin.

Nothing is asserted; `main` prints a line per budget. Every figure is a median, in the browser's own clock.
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import drag
from tests.browser.explorer_page import ask, inside, open_explorer, place_of
from tests.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES
from tests.serving import serving

REPEATS = 5
AT_REST = 500  # ms; what follows a click, such as the address, is over

TIMED_FRAME = inside("""
  const change = given;
  const before = timings.frames || 0;
  const { x0, x1, y0, y1 } = explorer.view;
  const width = x1 - x0;
  explorer.view = change === "pan"
    ? { x0: x0 + 0.01 * width, x1: x1 + 0.01 * width, y0, y1 }
    : { x0: x0 + 0.1 * width, x1: x1 - 0.1 * width, y0: y0 + 0.1 * (y1 - y0), y1: y1 - 0.1 * (y1 - y0) };
  explorer.redraw();
  while ((timings.frames || 0) === before) await new Promise(requestAnimationFrame);
  return timings.frame;
""")
"""A frame as a drag or a wheel asks for it: project once, paint twelve panels."""

CLICK_TO_REDRAWN = inside("""
  const places = ["head", "lines"].map((name) => document.getElementById(`explorer-galaxy-${name}`));
  places.push(document.getElementById("explorer-spectrum"));
  const start = performance.now();
  const drawn = new Promise((done) => {
    const changed = new Set();
    const watch = new MutationObserver((records) => {
      records.forEach(({ target }) => changed.add(target));
      if (!places.every((each) => changed.has(each))) return;
      watch.disconnect();
      // The frame that shows them has been painted when the next task begins.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(0);
      });
    });
    places.forEach((each) => watch.observe(each, { childList: true }));
  });
  explorer.select(given);
  await drawn;
  return performance.now() - start;
""")
"""From choosing a galaxy until its name, spectrum and table are on the screen."""

MORPH_FRAME = inside("""
  const frames = [];
  await explorer.change({ view: explorer.state.view === "map" ? "bpt" : "map" });
  while (explorer.painter.gliding || !frames.length) {
    const before = timings.frames;
    while (timings.frames === before) await new Promise(requestAnimationFrame);
    frames.push(timings.frame);
  }
  return frames.sort((a, b) => a - b)[frames.length >> 1];
""")
"""The middle frame of galaxies gliding to another diagram and back."""


def navigation(browser: Browser, url: str) -> tuple[float, int]:
    """Return milliseconds from navigation to twelve painted panels, and bytes on the wire, with an empty cache."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[int] = []
        session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
        open_explorer(page, url)
        page.wait_for_timeout(500)
        return ask(page, "timings.painted"), sum(received)


def blank_page(browser: Browser, url: str) -> float:
    """Return milliseconds from navigation to the first paint of the app's lightest page, to compare with."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{url}/about")
        page.wait_for_selector("main h1")
        return page.evaluate("performance.now()")


def frame(page: Page, change: str) -> float:
    """Return milliseconds of one frame of all panels; `change` is "pan" or "zoom"."""
    return page.evaluate(TIMED_FRAME, change)


def morph(page: Page) -> float:
    """Return milliseconds of a frame while galaxies glide."""
    return page.evaluate(MORPH_FRAME)


def click(page: Page, row: int) -> float:
    """Return milliseconds from choosing a galaxy to its spectrum drawn, the page at rest before."""
    page.wait_for_timeout(AT_REST)
    return page.evaluate(CLICK_TO_REDRAWN, row)


def measure(browser: Browser, url: str) -> dict[str, float]:
    """Return every figure of one served catalogue: milliseconds, and megabytes of the first load."""
    loads = [navigation(browser, url) for _ in range(REPEATS)]
    figures = {
        "navigation to 12 panels painted [ms]": statistics.median(painted for painted, _ in loads),
        "an almost empty page of the app [ms]": statistics.median(blank_page(browser, url) for _ in range(REPEATS)),
        "first load on the wire [MB]": loads[-1][1] / 1e6,
    }
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        open_explorer(page, url)
        page.mouse.click(*place_of(page, 0))
        page.wait_for_selector("#explorer-galaxy-head h2")
        figures |= {
            "pan, one frame [ms]": statistics.median(frame(page, "pan") for _ in range(4 * REPEATS)),
            "zoom, one frame [ms]": statistics.median(frame(page, "zoom") for _ in range(REPEATS)),
            "glide to a diagram, one frame [ms]": statistics.median(morph(page) for _ in range(2 * REPEATS)),
            "click to spectrum and table redrawn [ms]": statistics.median(
                click(page, row) for row in range(10, 10 + 2 * REPEATS)
            ),
        }
    return figures


SETTLED = 25
"""Seconds until a server has compiled what it compiles behind `ready`."""


def main(catalogues: Path | str | None = None) -> None:
    """Print the figures of a catalogue, the embedded one by default."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with serving(catalogues) as served, sync_playwright() as playwright:
        time.sleep(SETTLED)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        for name, value in (measure(browser, served.url) | drag.measure(browser, served.url)).items():
            sys.stdout.write(f"{name:48s} {value:8.1f}\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
