"""Measure the latency of the Predict page: from a movement of the pointer to ten new equivalent widths on the screen.

Time is counted from the event's time stamp, before any handler runs, to the first task after the frame that shows the
new numbers. Movements that change no number are not counted. Nothing is asserted.
"""

import statistics
from typing import Final

from playwright.sync_api import Browser, Page

from tests.browser.explorer_page import inside

SCREENS: Final = {"": {"width": 1440, "height": 900}, ", phone": {"width": 390, "height": 844}}
MOVES: Final = 60
BIN: Final = 4
BETWEEN: Final = 40  # ms between movements, slower than a hand, so that each has its own frame

MIDDLE: Final = """(dot) => {
  const { x, y, width, height } = dot.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
WATCH: Final = inside("""
  const shown = () => [...document.querySelectorAll("#predict-lines td.ew")].map((cell) => cell.textContent).join();
  const page = $["predict/page.mjs"];
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
""")


def drag(page: Page) -> list[tuple[float, float]]:
    """Drag a bin down and up; return for each movement the latency, and the time spent in the page's code [ms]."""
    x, y = page.locator(".handle circle").nth(BIN).evaluate(MIDDLE)
    page.evaluate(WATCH)
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, MOVES + 1):
        page.mouse.move(x, y + 1.5 * min(move, MOVES - move))
        page.wait_for_timeout(BETWEEN)
    page.mouse.up()
    return page.evaluate("window.latencies")


def measure(browser: Browser, url: str) -> dict[str, float]:
    """Return median and 95th percentile of the latency, and the median of the page's code, by screen [ms]."""
    figures = {}
    for name, screen in SCREENS.items():
        with browser.new_context(viewport=screen) as context:
            page = context.new_page()
            page.goto(f"{url}/predict")
            page.wait_for_selector("#predict[data-ready]")
            page.locator("#predict-continuum").scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            latencies, ours = zip(*drag(page), strict=True)
        figures[f"dragged bin to EWs painted{name} [ms]"] = statistics.median(latencies)
        figures[f"19 of 20 such movements within{name} [ms]"] = statistics.quantiles(latencies, n=20)[-1]
        figures[f"of it in the page's code{name} [ms]"] = statistics.median(ours)
    return figures
