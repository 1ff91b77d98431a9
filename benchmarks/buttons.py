"""Press every button of every page in a real browser, as somebody who tries everything does."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, ElementHandle, Page, Request, Response
from playwright.sync_api import Error as BrowserError

from tests.browser.explorer_page import PANEL, lasso, lonely_row, open_explorer, place_of
from tests.serving import ROOT

EXAMPLES: Final = ROOT / "data" / "files" / "examples"
UPLOADS: Final = (
    ("a table", (EXAMPLES / "example_fluxes.csv",)),
    ("a spectrum", tuple(sorted(EXAMPLES.glob("*80613*.fits")))),
)
_KINDS: Final = "button, summary, select, [role=tab], [role=radio], [role=switch], [role=menuitem], [role=option], "
_BUTTONS: Final = _KINDS + "input[type=checkbox], input[type=radio], .mantine-SegmentedControl-label"
_NAME: Final = """button => [
  button.closest("[id]")?.id, button.getAttribute("aria-label"), button.innerText, button.dataset.value, button.value,
].map((part) => (part || "").replace(/\\d+/g, "")).join("|")"""
"""Numbers in a name change with what is shown."""
_QUIET: Final = 0.3  # s without a request
_LONGEST: Final = 30  # s to wait for it
_MOST: Final = 150  # presses on one page


class Traffic:
    """The requests of a page that have not been answered."""

    def __init__(self, page: Page) -> None:
        self.open: set[Request] = set()
        self.failed: list[str] = []
        page.on("request", lambda request: self.open.add(request))
        page.on("requestfinished", lambda request: self.open.discard(request))
        page.on("requestfailed", lambda request: self.open.discard(request))
        page.on("response", self._look)

    def _look(self, answer: Response) -> None:
        if answer.status >= 500:
            self.failed.append(f"{answer.status} {answer.url}")

    def wait(self, page: Page) -> None:
        """Wait until nothing has been asked for a moment."""
        quiet_since, end = time.monotonic(), time.monotonic() + _LONGEST
        while time.monotonic() < end and time.monotonic() - quiet_since < _QUIET:
            page.wait_for_timeout(50)
            if self.open:
                quiet_since = time.monotonic()


def press_everything(browser: Browser, url: str, note: Callable[[str, int], None]) -> list[str]:
    """Open every page and press its buttons.

    Parameters
    ----------
    browser : Browser
        A real one.
    url : str
        Where the app answers.
    note : callable
        Called with a title and the number of presses after every page, and after every upload.

    Returns
    -------
    list of str
        Answers of the server with a status of 500 or more.
    """
    failed = []
    for title, opened in _pages(url):
        with browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True) as context:
            page = context.new_page()
            page.set_default_timeout(60_000)
            traffic = Traffic(page)
            opened(page)
            traffic.wait(page)
            note(title, _press_all(page, traffic))
            failed += traffic.failed
    return failed


def _pages(url: str) -> Iterator[tuple[str, Callable[[Page], None]]]:
    def galaxy(page: Page) -> None:
        open_explorer(page, url)
        page.mouse.click(*place_of(page, lonely_row(page)))

    def predict(page: Page, files: tuple[Path, ...] = ()) -> None:
        page.goto(f"{url}/predict")
        page.wait_for_selector("#predict[data-ready]")
        if files:
            page.locator("#predict-upload input[type=file]").set_input_files([str(file) for file in files])
            page.wait_for_timeout(1000)

    def selection(page: Page) -> None:
        open_explorer(page, url)
        lasso(page, PANEL)

    yield "explorer", lambda page: open_explorer(page, url)
    yield "explorer, galaxies selected", selection
    yield "explorer, a galaxy chosen", galaxy
    yield "predict", predict
    for title, files in UPLOADS:
        yield f"predict, {title} uploaded", lambda page, files=files: predict(page, files)

    def synthesize(page: Page) -> None:
        page.goto(f"{url}/synthesize")
        page.wait_for_selector("#synthesize[data-ready]")

    yield "synthesize", synthesize
    for path in ("predict/judge", "model", "about"):
        yield path, lambda page, path=path: page.goto(f"{url}/{path}") and None


def _press_all(page: Page, traffic: Traffic) -> int:
    """Press what can be pressed, what appears by it too, and return how many presses that took."""
    pressed: set[str] = set()
    address = page.url.partition("?")[0].partition("#")[0]
    while len(pressed) < _MOST:
        button = _next(page, pressed)
        if button is None:
            # What lies under an open dialog or menu comes next.
            page.keyboard.press("Escape")
            button = _next(page, pressed)
        # Items of menus that closed when another item was chosen.
        button = button or _next(page, pressed, hidden=True)
        if button is None:
            break
        _press(button)
        traffic.wait(page)
        if page.url.partition("?")[0].partition("#")[0] != address:
            page.go_back()
            traffic.wait(page)
    return len(pressed)


def _next(page: Page, pressed: set[str], *, hidden: bool = False) -> ElementHandle | None:
    for button in page.query_selector_all("button, [role=menuitem]" if hidden else _BUTTONS):
        with contextlib.suppress(BrowserError):  # redrawn meanwhile
            if button.is_visible() == hidden or not button.is_enabled():
                continue
            name = button.evaluate(_NAME)
            if name not in pressed:
                pressed.add(name)
                return button
    return None


def _press(button: ElementHandle) -> None:
    with contextlib.suppress(BrowserError):
        try:
            button.click(timeout=1500 if button.is_visible() else 1)
        except BrowserError:
            # It is covered, or in a closed menu.
            button.evaluate("button => button.click()")
