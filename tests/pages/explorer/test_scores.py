"""Scores in the explorer: those on mock galaxies are called so, and stand beside those on held-out real galaxies."""

import re
from types import SimpleNamespace
from typing import Any

import dash
import numpy as np
import pytest
from dash._utils import to_json

from analysis.explorer.tour_steps import steps
from components.explorer.view import DEFAULTS
from components.population import cards
from components.widgets.html import to_html
from data.catalogue import registry
from research.evaluation.record.files import committed
from research.evaluation.record.held_out import held_out
from research.evaluation.record.schema import OURS


@pytest.fixture(scope="module")
def page() -> Any:
    """The explorer's module; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.explorer import page as explorer

    return explorer


def like(catalogue: registry.Catalogue, *, is_mock: bool) -> Any:
    """Return a stand-in for a catalogue that is called mock or real."""
    return SimpleNamespace(**(vars(catalogue) | {"is_mock": is_mock}), column=catalogue.column)


@pytest.mark.parametrize("is_mock", [True, False])
def test_the_scores_of_a_population_say_whether_they_are_of_mock_galaxies(
    page: Any, catalogue: registry.Catalogue, is_mock: bool
) -> None:
    found = page.population.describe(catalogue, np.arange(500), "published", 1)
    texts = page.population._texts(like(catalogue, is_mock=is_mock), found, "Mine")
    words = {name: re.sub("<[^>]*>", "", to_html(texts[name])) for name in (cards.LINES_TABLE, cards.HISTOGRAMS_NOTE)}
    for score in ("ρ", "NMAD Å", "bias"):
        assert (f"{score} on mock galaxies" in words[cards.LINES_TABLE]) is is_mock
    assert ("Model page" in words[cards.LINES_TABLE]) is is_mock
    assert ("mock galaxies" in words[cards.HISTOGRAMS_NOTE]) is is_mock


def test_the_table_of_the_panels_has_the_held_out_scores_beside_those_on_mock_galaxies(
    page: Any, catalogue: registry.Catalogue
) -> None:
    text = str(to_json(page.share.show_table(1, DEFAULTS, None, catalogue.name)[0])).encode().decode("unicode_escape")
    assert "ρ on mock galaxies" in text
    assert "ρ on held-out real galaxies" in text
    measured = committed().variants["redshift"].lines["HALPHA"].scores[OURS].spearman
    assert f'"{measured:.3f}"' in text


def test_the_tour_ends_with_the_held_out_score(page: Any, catalogue: registry.Catalogue) -> None:
    real = held_out(catalogue.metadata["model"])
    assert real is not None
    last = " ".join(steps(catalogue, real.range("HALPHA"))[-1].sentences)
    variants = committed().variants
    for variant in ("colors", "redshift"):
        assert f"{variants[variant].lines['HALPHA'].scores[OURS].spearman:.3f}" in last
    assert re.search(r"ρ = 0\.\d\d on mock galaxies\.", last)
    assert "held out" in last


def test_other_weights_have_no_held_out_scores(page: Any, catalogue: registry.Catalogue) -> None:
    assert held_out({"name": "mine", "sha256": "0" * 64}) is None
    assert held_out(None) is None
    last = " ".join(steps(catalogue)[-1].sentences)
    assert "held out" not in last
