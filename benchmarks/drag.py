"""Measure the latency of Predict and Synthesize: from a movement of the pointer to new equivalent widths on the screen.

Time is counted from the event's time stamp, before any handler runs, to the first task after the frame that shows the
new numbers. Movements that change no number are not counted. Nothing is asserted.
"""

import itertools
import statistics
from collections.abc import Callable
from typing import Final

from playwright.sync_api import Browser, Locator, Page, ViewportSize

from tests.browser.explorer_page import inside

SCREENS: Final[dict[str, ViewportSize]] = {"": {"width": 1440, "height": 900}, ", phone": {"width": 390, "height": 844}}
MOVES: Final = 60
BIN: Final = 4
BETWEEN: Final = 40  # ms between movements, slower than a hand, so that each has its own frame

WHAT: Final = {"predict": "dragged bin", "synthesize": "dragged slider"}
HANDLES: Final[dict[str, tuple[Callable[[Page], Locator], tuple[int, int]]]] = {
    "predict": (lambda page: page.locator(".handle circle").nth(BIN), (0, 1)),
    "synthesize": (lambda page: page.locator("#synthesize-tau input"), (1, 0)),
}
"""What is dragged, and in which direction."""

MIDDLE: Final = """(dot) => {
  const { x, y, width, height } = dot.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
WATCH: Final = """
  const shown = () => [...document.querySelectorAll("#PAGE-lines td.ew")].map((cell) => cell.textContent).join();
  const page = $["PAGE/page.mjs"];
  window.latencies = [];
  let before = shown();
  window.addEventListener("pointermove", (event) => requestAnimationFrame(() => {
    // The page asked for this frame too, and the frame has been painted when the next task begins.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const now = shown();
      if (now !== before) window.latencies.push([performance.now() - event.timeStamp, page.timings.frame]);
      before = now;
    };
    port2.postMessage(0);
  }), true);
"""


def drag(page: Page, name: str) -> list[tuple[float, float]]:
    """Drag there and back; return for each movement the latency, and the time spent in the page's code [ms]."""
    handle, (across, down) = HANDLES[name]
    x, y = handle(page).evaluate(MIDDLE)
    page.evaluate(inside(WATCH.replace("PAGE", name)))
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, MOVES + 1):
        by = 1.5 * min(move, MOVES - move)
        page.mouse.move(x + across * by, y + down * by)
        page.wait_for_timeout(BETWEEN)
    page.mouse.up()
    return page.evaluate("window.latencies")


def measure(browser: Browser, url: str) -> dict[str, float]:
    """Return median and 95th percentile of the latency, and the median of the page's code, by page and screen [ms]."""
    figures = {}
    for (name, what), (screen_name, screen) in itertools.product(WHAT.items(), SCREENS.items()):
        with browser.new_context(viewport=screen) as context:
            page = context.new_page()
            page.goto(f"{url}/{name}")
            page.wait_for_selector(f"#{name}[data-ready]")
            HANDLES[name][0](page).scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            latencies, ours = zip(*drag(page, name), strict=True)
        figures[f"{what} to EWs painted{screen_name} [ms]"] = statistics.median(latencies)
        figures[f"19 of 20 such movements within{screen_name}, {name} [ms]"] = statistics.quantiles(latencies, n=20)[-1]
        figures[f"of it in the page's code{screen_name}, {name} [ms]"] = statistics.median(ours)
    return figures
