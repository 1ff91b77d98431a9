"""Patience for busy machines: a real browser beside a real server may share two cores with other work."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.explorer_page import open_explorer
from tests.serving import PATIENCE, Served

expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture
def explorer(page: Page, served: Served) -> Page:
    """The explorer, painted, in its dark theme."""
    page.emulate_media(color_scheme="dark")
    open_explorer(page, served.url)
    return page
