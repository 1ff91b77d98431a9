"""Every page opens in both schemes and on a phone: no console error, nothing wider than the screen."""

import pytest
from playwright.sync_api import Browser, Page, expect

from components.theme import Scheme
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

HEADINGS = {
    "/": None,
    "/predict": "Predict emission lines from a continuum",
    "/synthesize": "Synthesize a galaxy from its stars",
    "/predict/judge": "Are a mock’s lines those of real galaxies?",
    "/model": "The model",
    "/about": "About",
    "/no/such/page": "Page not found",
}


@pytest.mark.parametrize("path", HEADINGS)
def test_a_page_opens_without_console_errors(page_without_console_check: Page, served: Served, path: str):
    page, errors = page_without_console_check, []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = page.goto(served.url + path)
    if HEADINGS[path]:
        expect(page.get_by_role("heading", level=1, name=HEADINGS[path])).to_be_attached()
    expect(page.get_by_role("navigation")).to_be_visible()
    page.wait_for_load_state("networkidle")
    is_known = HEADINGS[path] != "Page not found"
    assert answer is not None
    assert answer.status == (200 if is_known else 404)
    # Chromium itself notes the status of the document.
    assert [error for error in errors if is_known or "status of 404" not in error] == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("path", HEADINGS)
def test_a_phone_shows_a_page_without_sideways_scrolling(browser: Browser, served: Served, path: str, scheme: Scheme):
    with browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(served.url + path)
        expect(page.get_by_role("navigation")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == scheme
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_phone_shows_the_link_to_the_documents(browser: Browser):
    docs = "https://docs.example.org/neon/"
    with serving(DOCS_URL=docs) as served, browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{served.url}/about")
        link = page.get_by_role("navigation").get_by_role("link", name="Documentation")
        expect(link).to_have_attribute("href", docs)
        link.scroll_into_view_if_needed()
        expect(link).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_navigation_leads_to_every_page(page: Page, served: Served):
    page.goto(served.url + "/about")
    for name, heading in (("Predict", "Predict emission lines"), ("Model", "The model"), ("About", "About")):
        page.get_by_role("navigation").get_by_text(name, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_attached()
