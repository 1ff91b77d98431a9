"""axe, the accessibility checker, finds nothing serious on any page, in either theme."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from components.theme import Scheme
from tests.serving import ROOT, Served

pytestmark = pytest.mark.browser
GALAXY = "MOCK-009585"
EXAMPLE = ROOT / "data" / "files" / "examples" / "example_fluxes.csv"
SCREENS: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
PLACES = {
    "/": "#explorer-panels[data-painted='all'][data-axes='joined']",
    f"/?v=2&galaxy={GALAXY}": "#explorer-galaxy-head h2",
    "/?v=2&find=HALPHA_EW%20%3E%2050": "#population-rows",
    "/predict": "main h1",
    "/synthesize": "#synthesize-lines tbody tr",
    "/predict/judge": "main h1",
    "/model": ".js-plotly-plot",
    "/about": "main h1",
    "/nowhere": "main h1",
}
GRAVE = ("serious", "critical")


def with_measured_halpha() -> bytes:
    """The example table with measured EWs, and a row that cannot be predicted."""
    rows = [row for row in EXAMPLE.read_text(encoding="utf-8").splitlines() if not row.startswith("#")]
    rows = [f"{row},{'HALPHA_EW' if place == 0 else 5 * place}" for place, row in enumerate(rows)]
    dark = rows[-1].split(",")
    dark[4] = "-1"
    return "\n".join([*rows, ",".join(dark)]).encode()


def complaints(page: Page) -> list[str]:
    """What axe calls serious, one sentence an element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]}" for each in found if each["impact"] in GRAVE for node in each["nodes"]
    ]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_serious(browser: Browser, served: Served, path: str, scheme: Scheme) -> None:
    # axe is injected into the page: the page's own policy would refuse it.
    with browser.new_context(viewport=SCREENS["desktop"], color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(served.url + path)
        page.locator(PLACES[path]).last.scroll_into_view_if_needed()
        if PLACES[path] == "#population-rows":
            page.wait_for_selector("#population-rows .ag-row .chooses:not(:empty)")
        page.wait_for_timeout(500)  # fades are over
        assert complaints(page) == []


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_serious_with_a_table_open(browser: Browser, served: Served, screen: str, scheme: Scheme) -> None:
    with browser.new_context(viewport=SCREENS[screen], color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{served.url}/predict")
        page.wait_for_selector("#predict[data-ready]")
        page.locator("#predict-upload input[type=file]").set_input_files(
            {"name": "measured.csv", "mimeType": "text/csv", "buffer": with_measured_halpha()}
        )
        page.get_by_role("button", name="Predict", exact=True).click()
        page.wait_for_selector("#predict-table .ag-row[row-index='12'] [col-id=problem]")
        page.wait_for_timeout(500)
        assert complaints(page) == []
