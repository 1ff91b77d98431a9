"""The Model page in a real browser: pictures are drawn from the record, and follow what is chosen."""

import pytest
from playwright.sync_api import Page, expect

from research.evaluation.record.files import committed
from research.evaluation.record.schema import OURS
from tests.serving import Served

pytestmark = pytest.mark.browser


def test_pictures_words_and_numbers_follow_the_chosen_line_and_variant(page: Page, served: Served):
    page.goto(served.url + "/model")
    lines = {name: variant.lines for name, variant in committed().variants.items()}
    agreement = page.get_by_role("region", name="Predicted and observed EW")
    expect(agreement).to_contain_text(f"ρ = {lines['redshift']['HALPHA'].scores[OURS].spearman:.3f}")
    page.get_by_text("colours", exact=True).last.click()
    expect(agreement).to_contain_text(f"ρ = {lines['colors']['HALPHA'].scores[OURS].spearman:.3f}")
    page.locator("#model-line").click()
    page.get_by_role("option", name="[O II] 3727").click()
    expect(agreement).to_contain_text(f"ρ = {lines['colors']['OII_DOUBLET'].scores[OURS].spearman:.3f}")
    expect(page.locator(".evaluation-graph .heatmaplayer image")).to_have_count(7)
    agreement.get_by_text("Numbers").click()
    bins = lines["colors"]["OII_DOUBLET"].observed.at
    expect(agreement.get_by_role("row")).to_have_count(1 + len(bins))


def test_the_diagrams_show_the_chosen_galaxies(page: Page, served: Served):
    page.goto(served.url + "/model")
    distribution = committed().variants["redshift"].distribution
    assert distribution is not None
    bpt = page.get_by_role("region", name="BPT diagrams")
    for cut, label in (("all", "all galaxies"), ("S/N > 3", "S/N > 3")):
        bpt.get_by_text(label, exact=True).click()
        expect(bpt).to_contain_text(f"{100 * distribution.diagrams['observed'][f'above Kewley, {cut}']:.1f} %")
