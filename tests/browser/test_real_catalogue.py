"""The explorer on real DESI galaxies: a slice of the table, built by the command line, served, clicked."""

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

import cli
from tests.browser.explorer_page import color_at, lonely_row, open_explorer, select
from tests.serving import Served

pytestmark = pytest.mark.browser
N = 1000


@pytest.fixture(scope="module")
def real(desi_table, serve, tmp_path_factory) -> Served:
    folder = tmp_path_factory.mktemp("real")
    pq.write_table(pq.read_table(desi_table).slice(0, N), folder / "slice.parquet")
    built = folder / "desi_slice.parquet"
    assert (
        cli.main(["catalogue", "build", str(folder / "slice.parquet"), str(built), "--title", "A slice of DESI"]) == 0
    )
    return serve(catalogues=built)


def test_real_galaxies_are_said_to_be_real_and_keep_every_digit_of_their_ids(page: Page, real: Served, desi_table):
    page.emulate_media(color_scheme="dark")
    open_explorer(page, real.url)
    expect(page.locator("body")).to_contain_text(f"{N:,} observed galaxies")
    expect(page.locator("body")).not_to_contain_text("mock truth")
    row = lonely_row(page)
    select(page, row)
    target_id = pq.read_table(desi_table, columns=["target_id"])["target_id"][row].as_py()
    expect(page.locator("#explorer-galaxy-head h2")).to_have_text(str(target_id))
    expect(page.locator("#explorer-galaxy-lines tbody tr")).to_have_count(10)
    assert len(color_at(page, row, "HALPHA_EW")) == 7


def test_a_real_galaxy_without_a_spectrum_says_so(page: Page, real: Served):
    open_explorer(page, real.url)
    select(page, lonely_row(page))
    expect(page.locator("body")).to_contain_text("Spectra from the SPARCL archive are switched off here")
