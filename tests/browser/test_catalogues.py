"""Several catalogues on one server: the menu, and the address that names one."""

import os

import pytest
from playwright.sync_api import Page, expect

from data.catalogue.registry import EMBEDDED_FILE
from tests.browser.explorer_page import open_explorer
from tests.builders import built, write_catalogue
from tests.serving import Served

pytestmark = pytest.mark.browser
MENU = "#explorer-catalogue-menu"


@pytest.fixture(scope="module")
def several(serve, tmp_path_factory) -> Served:
    few = write_catalogue(tmp_path_factory.mktemp("few") / "few.parquet", built(40))
    return serve(catalogues=f"{few}{os.pathsep}{EMBEDDED_FILE}")


def test_the_menu_leads_to_the_other_catalogue_and_back(page: Page, several: Served):
    open_explorer(page, several.url)
    expect(page.locator(MENU)).to_have_value("Test · 40")
    page.locator(MENU).click()
    page.get_by_role("option", name="Mock galaxies").click()
    expect(page.locator("body")).to_contain_text("20,000 galaxies drawn from a density")
    expect(page).to_have_url(f"{several.url}/?catalogue=mock")
    expect(page.locator(MENU)).to_have_value("Mock galaxies · 20,000")
    page.go_back()
    expect(page.locator("body")).to_contain_text("40 observed galaxies")


@pytest.mark.parametrize("name", ["nothing", "../few", "few/../../etc/passwd", "%00"])
def test_an_unknown_name_in_the_address_is_said_and_the_first_is_shown(page: Page, several: Served, name: str):
    open_explorer(page, f"{several.url}/?catalogue={name}")
    expect(page.locator("body")).to_contain_text("There is no catalogue")
    expect(page.locator("body")).to_contain_text("40 observed galaxies")


def test_there_is_no_menu_where_there_is_no_choice(page: Page, served: Served):
    open_explorer(page, served.url)
    expect(page.locator(MENU)).to_be_hidden()
