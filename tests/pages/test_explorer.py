"""The explorer's callbacks as plain functions, and its layout as data."""

import json
from collections.abc import Iterator
from typing import Any

import dash
import pytest
from dash import no_update
from dash._utils import to_json

from components import ids
from components.theme import TOKENS
from data import store
from model.lines import LINES


@pytest.fixture(scope="module")
def page() -> Any:
    """The page's module; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages import explorer

    return explorer


@pytest.fixture(scope="module")
def catalogue() -> Iterator[store.Catalogue]:
    before = dict(store.served())
    opened = store.open_catalogues()
    store.serve(opened)
    yield next(iter(opened.values()))
    store.serve(before)


@pytest.fixture
def manifest(page: Any, catalogue: store.Catalogue) -> dict[str, Any]:
    return page._manifest(catalogue)


def test_the_layout_says_mock_and_how_to_get_real_ones(page: Any, catalogue: store.Catalogue) -> None:
    text = to_json(page.layout())
    assert f"{catalogue.n:,} galaxies drawn from a density" in text
    assert "CATALOGUES=real.parquet make run" in text
    assert "mock truth" in text


def test_an_unknown_catalogue_in_the_address_shows_the_first(page: Any, catalogue: store.Catalogue) -> None:
    shown = page.layout(catalogue="nonsense").children[0].data
    assert shown["columns"] == f"/catalogues/{catalogue.name}/columns/"


def test_the_manifest_names_twelve_panels(manifest: dict[str, Any]) -> None:
    assert len({panel["column"] for panel in manifest["panels"]}) == 12
    assert manifest["ids"] == {
        "panels": ids.PANELS, "graph": ids.PANELS_GRAPH, "selected": ids.SELECTED, "status": ids.STATUS,
        "lines": ids.GALAXY_LINES,
    }  # fmt: skip
    json.dumps(manifest)


def test_a_click_gives_name_figure_and_ten_lines(page: Any, catalogue: store.Catalogue) -> None:
    answer = page._explorer_galaxy.show_galaxy({"row": 4}, 1, "light", catalogue.name)
    head, figure, _note, table, class_name = answer
    assert head[0].children == "MOCK-000005"
    assert figure["data"][0]["line"]["color"] == TOKENS["light"]["text"]
    assert all(line.label in table for line in LINES)
    assert class_name == "galaxy"
    assert len(to_json(answer)) < 80_000


def test_the_seed_moves_the_noise_and_nothing_else(page: Any, catalogue: store.Catalogue) -> None:
    first, second = (page._explorer_galaxy.show_galaxy({"row": 4}, seed, "dark", catalogue.name) for seed in (1, 2))
    assert first[1] == second[1]
    assert first[3] != second[3]


def test_no_galaxy_changes_nothing(page: Any, catalogue: store.Catalogue) -> None:
    assert page._explorer_galaxy.show_galaxy(None, 1, "dark", catalogue.name) == (no_update,) * 5


@pytest.mark.parametrize(
    ("text", "chosen", "error"),
    [
        (" MOCK-000042 ", {"row": 41}, None),
        ("MOCK-9", no_update, "No galaxy “MOCK-9” in this catalogue."),
        ("Δ", no_update, "No galaxy “Δ” in this catalogue."),
        ("", no_update, None),
        (None, no_update, None),
    ],
)
def test_search_finds_or_says(page: Any, catalogue: store.Catalogue, text: str, chosen: Any, error: Any) -> None:
    assert page.find(1, text, catalogue.name) == (chosen, error)
