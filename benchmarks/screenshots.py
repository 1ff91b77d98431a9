"""Take the screenshots in the documents: ``make screenshots``."""

import shutil

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES
from tests.serving import ROOT, serving

FOLDER = ROOT / "docs" / "screenshots"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
GALAXY = "MOCK-009585"
SHOTS = (
    ("explorer-dark", f"/?galaxy={GALAXY}", DESKTOP, "dark"),
    ("explorer-light", f"/?galaxy={GALAXY}", DESKTOP, "light"),
    ("explorer-phone", "/", PHONE, "dark"),
    ("explorer-bpt", f"/?v=1&at=bpt&galaxy={GALAXY}", DESKTOP, "dark"),
    ("explorer-population", "/?v=1&find=HALPHA_EW%20%3E%2050", DESKTOP, "dark"),
    ("predict-dark", "/predict", DESKTOP, "dark"),
    ("predict-light", "/predict", DESKTOP, "light"),
    ("predict-phone", "/predict", PHONE, "light"),
    ("synthesize-dark", "/synthesize", DESKTOP, "dark"),
    ("synthesize-light", "/synthesize", DESKTOP, "light"),
    ("synthesize-phone", "/synthesize", PHONE, "light"),
    ("model-dark", "/model", DESKTOP, "dark"),
    ("model-light", "/model", DESKTOP, "light"),
    ("about-dark", "/about", DESKTOP, "dark"),
    ("about-light", "/about", DESKTOP, "light"),
)


def shoot(browser: Browser, url: str, name: str, viewport: dict[str, int], scheme: str) -> None:
    """Open one page and save a screenshot of it."""
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(2500)
        page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Take all screenshots."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with serving() as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        for name, path, viewport, scheme in SHOTS:
            shoot(browser, served.url + path, name, viewport, scheme)
            print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
