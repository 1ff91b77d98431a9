"""The page that judges a mock, in a real browser: from a file or the example to a verdict, and to its report."""

import json
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from components.theme import Scheme
from model.lines import LINE_NAMES
from model.physics.luminosities import line_luminosities
from tests.serving import ROOT, Served

pytestmark = pytest.mark.browser

FLUXES = [f"flux_{index:02d}" for index in range(12)]
LINES = ("HALPHA", "HBETA", "NII_6584", "OIII_5007")
SLOW = 180_000
"""The programs of a judgement are compiled when it is asked for first [ms]."""


@pytest.fixture(scope="module")
def luminosities() -> bytes:
    """A mock whose Hα is three times too bright, with luminosities and no unit."""
    table = pq.read_table(ROOT / "data/files/mock.parquet").slice(0, 300)
    bins = np.stack([table[name].to_numpy() for name in FLUXES], axis=1)
    ew = np.stack([table[f"{name}_EW"].to_numpy() for name in LINE_NAMES], axis=1)
    ew[:, LINE_NAMES.index("HALPHA")] *= 3
    luminosity = table["log_luminosity"].to_numpy()
    lines = np.asarray(line_luminosities(bins, np.nan_to_num(ew, nan=0.01), luminosity))
    columns = dict(zip(FLUXES, bins.T, strict=True)) | {"log_luminosity": luminosity}
    columns |= {f"{name}_LUMINOSITY": lines[:, LINE_NAMES.index(name)] for name in LINES}
    rows = [
        ",".join(columns),
        *(",".join(f"{value:.7g}" for value in row) for row in zip(*columns.values(), strict=True)),
    ]
    return "\n".join(rows).encode()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("#judge-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_example_shows_a_whole_result_that_can_be_saved(page: Page, served: Served, tmp_path: Path):
    page.goto(served.url + "/predict")
    page.get_by_role("link", name="Judge whether a mock’s lines").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are a mock’s lines those of real galaxies?")
    button = page.get_by_role("button", name="Judge the mock of this site")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar", name="Judging")).to_be_visible()
    expect(page.locator("#judge-verdict")).to_contain_text("The lines are those of DESI's galaxies", timeout=SLOW)
    expect(page.get_by_role("progressbar", name="Judging")).to_be_hidden()
    shares = page.get_by_role("region", name="Shares of galaxies beyond the central")
    expect(shares.get_by_role("row")).to_have_count(1 + 1 + len(LINE_NAMES) + 1)
    expect(page.get_by_role("region", name="Shares of classes").get_by_role("row")).to_have_count(1 + 4 + 6)
    expect(page.get_by_role("img", name="Histogram of ranks")).to_have_count(len(LINE_NAMES) + 1)
    saved = {}
    for button, name in (("Report (HTML)", "judgement.html"), ("Numbers (JSON)", "judgement.json")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
        saved[name] = (tmp_path / name).read_text(encoding="utf-8")
    assert json.loads(saved["judgement.json"])["passes"]
    page.goto((tmp_path / "judgement.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Judgement of mock.parquet")
    expect(page.get_by_role("img", name="Histogram of ranks")).to_have_count(len(LINE_NAMES) + 1)


def test_a_mock_with_luminosities_is_judged_once_their_unit_is_known(page: Page, served: Served, luminosities: bytes):
    page.goto(served.url + "/predict/judge")
    upload(page, "bright.csv", luminosities)
    expect(page.locator("#judge-doctor")).to_contain_text("bright.csv · CSV · 300 rows")
    expect(page.locator("#judge-steps")).to_contain_text("states no unit")
    page.get_by_role("button", name="Judge", exact=True).click()
    expect(page.locator("#judge-note")).to_contain_text("states no unit")
    expect(page.locator("#judge-box")).to_be_hidden()
    choose(page, "Unit of the lines", "Lsun")
    expect(page.locator("#judge-steps")).to_contain_text("as luminosities")
    page.get_by_role("button", name="Judge", exact=True).click()
    expect(page.locator("#judge-verdict")).to_contain_text("have other lines", timeout=SLOW)
    expect(page.locator("#judge-note")).to_be_empty()
    regions = page.get_by_role("region", name="Where lines differ most")
    expect(regions).to_contain_text("Hα 6563")
    regions.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/predict[?]flux="))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Predict emission lines")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "hello.csv"),
        (b"wavelength,flux\n" + b"".join(b"%d,1\n" % wave for wave in range(3500, 7000)), "twelve fluxes"),
        (",".join(FLUXES).encode() + b"\n" + b",".join([b"1"] * 12), "no column of a line"),
    ],
)
def test_a_file_that_is_no_mock_is_refused_by_name(page: Page, served: Served, content: bytes, words: str):
    page.goto(served.url + "/predict/judge")
    upload(page, "hello.csv", content)
    expect(page.locator("#judge-doctor, #judge-steps").filter(has_text=words)).to_have_count(1)


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_result_fits_every_screen_and_nothing_serious_is_found(
    browser: Browser, served: Served, width: int, scheme: Scheme
):
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(served.url + "/predict/judge")
        page.get_by_role("button", name="Judge the mock of this site").click()
        expect(page.locator("#judge-box")).to_be_visible(timeout=SLOW)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
