"""Model and About: true to the weights' record, every line named, every citation there."""

import json
from typing import Any

import dash
import pytest

from model.lines import LINES
from model.weights import load_sidecar


@pytest.fixture(scope="module", autouse=True)
def _app() -> None:
    dash.Dash(__name__, use_pages=True, pages_folder="")


def text_of(component: Any) -> str:
    return json.dumps(component, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def test_the_model_page_shows_the_record():
    from pages import model

    about, shown = load_sidecar(), text_of(model.layout())
    for line in LINES:
        assert line.label in shown
        for variant in ("colors", "luminosity"):
            assert f"{about['metrics'][variant][line.name]['spearman']:.3f}" in shown
    assert f"{about['training']['held_out']:,}" in shown
    assert about["sha256"] in shown


def test_the_about_page_cites():
    from pages import about

    shown = text_of(about.layout())
    for needed in ("10.1093/mnras/stae1189", "FastSpecFit", "UMAP", "JAX", "CC BY 4.0", "Tohono O’odham", "MIT"):
        assert needed in shown


def test_a_lost_address_shows_the_way():
    from pages import not_found_404

    assert "/predict" in text_of(not_found_404.layout())
