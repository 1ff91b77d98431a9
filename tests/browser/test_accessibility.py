"""axe, the accessibility checker, finds nothing serious on any page, in either theme."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.serving import Served

pytestmark = pytest.mark.browser
GALAXY = "MOCK-004855"
PLACES = {
    "/": "#explorer-panels[data-painted='all'][data-axes='joined']",
    f"/?v=1&galaxy={GALAXY}": "#explorer-galaxy-head h2",
    "/?v=1&find=HALPHA_EW%20%3E%2050": "#population-rows table",
    "/predict": "main h1",
    "/model": ".js-plotly-plot",
    "/about": "main h1",
    "/nowhere": "main h1",
}
GRAVE = ("serious", "critical")


def complaints(page: Page) -> list[str]:
    """What axe calls serious, one sentence an element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]}" for each in found if each["impact"] in GRAVE for node in each["nodes"]
    ]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_serious(browser: Browser, served: Served, path: str, scheme: str) -> None:
    screen = {"width": 1440, "height": 900}
    # axe is injected into the page: the page's own policy would refuse it.
    with browser.new_context(viewport=screen, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(served.url + path)
        page.wait_for_selector(PLACES[path])
        page.wait_for_timeout(500)  # fades are over
        assert complaints(page) == []
