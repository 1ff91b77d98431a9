"""Model and About: true to the weights' record, every line named, every citation there."""

import json
from typing import Any

import dash
import pytest
from plotly import graph_objects as go

from model.lines import LINES
from model.storage.weights import load_sidecar
from research.evaluation.record.files import committed


@pytest.fixture(scope="module", autouse=True)
def _app() -> None:
    dash.Dash(__name__, use_pages=True, pages_folder="")


def text_of(component: Any) -> str:
    return json.dumps(component, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def test_the_model_page_shows_the_record():
    from pages.model import page as model

    record, shown = committed(), text_of(model.layout())
    for line in LINES:
        assert line.label in shown
        for variant in record.variants.values():
            assert f"{variant.lines[line.name].scores['ours'].spearman:.3f}" in shown
    for name, method in record.methods.items():
        assert method.title in shown
        assert f"{record.variants['colors'].mean[name]:.4f}" in shown
    assert f"{record.table.held_out:,}" in shown
    assert record.command in shown
    assert load_sidecar()["sha256"] in shown


def test_the_model_page_says_when_its_numbers_are_of_other_weights():
    from pages.model import page as model

    record = committed()
    assert model._warning_of_other_weights(record, {"sha256": record.model.sha256}) is None
    assert "belong to the weights" in text_of(model._warning_of_other_weights(record, {"sha256": "0" * 64}))


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_picture_has_words_and_numbers_and_is_a_figure_that_plotly_accepts(scheme):
    from pages.model import figures as drawn
    from pages.model import numbers as written

    record = committed()
    for variant in record.variants:
        figures = drawn.all_lines_figures(record, variant, scheme)
        said = written.all_lines_numbers(record, variant)
        for line in LINES:
            figures |= drawn.line_figures(record, variant, line, scheme)
            said |= written.line_numbers(record, variant, line)
        figures |= drawn.diagram_figures(record, variant, "S/N > 3", scheme)
        said |= written.diagram_numbers(record, variant, "S/N > 3")
        for name, figure in figures.items():
            go.Figure(figure)
            assert said["diagrams" if name.startswith("bpt") else name.partition("-")[0]].words
        for numbers in said.values():
            assert all(len(row) == len(numbers.head) for row in numbers.rows)


def test_the_about_page_cites():
    from pages import about

    shown = text_of(about.layout())
    for needed in ("10.1093/mnras/stae1189", "FastSpecFit", "UMAP", "JAX", "CC BY 4.0", "Tohono O’odham", "MIT"):
        assert needed in shown


def test_a_lost_address_shows_the_way():
    from pages import not_found_404

    assert "/predict" in text_of(not_found_404.layout())
