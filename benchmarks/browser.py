"""Measure times in a real browser: first load, frames while panning and zooming, a click on a galaxy, a dragged bin.

`main` prints medians by the browser's clock; nothing is asserted.
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
AT_REST = 500  # ms, after which work that follows a click, such as updating the address, is over

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
"""One frame of a drag or a wheel: twelve panels are painted [ms]."""

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
"""Time from choosing a galaxy until its name, spectrum and table are painted [ms]."""

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
"""Median time of the frames while galaxies glide to another diagram or back [ms]."""


def navigation(browser: Browser, url: str) -> tuple[float, int]:
    """Return the time from navigation to twelve painted panels [ms] and the bytes received, with an empty cache."""
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
    """Return the time from navigation to the first paint of the app's lightest page, for comparison [ms]."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{url}/about")
        page.wait_for_selector("main h1")
        return page.evaluate("performance.now()")


def frame(page: Page, change: str) -> float:
    """Return the time of one frame of all panels [ms]; `change` is "pan" or "zoom"."""
    return page.evaluate(TIMED_FRAME, change)


def morph(page: Page) -> float:
    """Return the median time of a frame while galaxies glide [ms]."""
    return page.evaluate(MORPH_FRAME)


def click(page: Page, row: int) -> float:
    """Return the time from choosing a galaxy to its painted card, on an idle page [ms]."""
    page.wait_for_timeout(AT_REST)
    return page.evaluate(CLICK_TO_REDRAWN, row)


def measure(browser: Browser, url: str) -> dict[str, float]:
    """Return the measurements of one served catalogue, by their titles."""
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
"""Time in which a server finishes its preparation after readiness [s]."""


def main(catalogues: Path | str | None = None) -> None:
    """Print the measurements of a catalogue, by default the packaged one."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with serving(catalogues) as served, sync_playwright() as playwright:
        time.sleep(SETTLED)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        for name, value in (measure(browser, served.url) | drag.measure(browser, served.url)).items():
            sys.stdout.write(f"{name:48s} {value:8.1f}\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
