"""The diagrams of a chosen galaxy as a plain function; tests/server/test_galaxies.py has the rest of a click."""

from typing import Any

import dash
import pytest
from dash._utils import to_json
from plotly import graph_objects as go

from components import galaxy_details
from data import store


@pytest.fixture(scope="module")
def page() -> Any:
    """The module of callbacks; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages import explorer

    return explorer._explorer_galaxy


def test_diagrams_are_valid_and_wait_for_the_first_galaxy(page: Any, catalogue: store.Catalogue) -> None:
    figures = page.draw_diagrams(True, "dark", catalogue.name)["figures"]
    assert set(figures) == {galaxy_details.BPT, galaxy_details.WHAN}
    for figure in figures.values():
        go.Figure(figure)
        assert len(to_json(figure)) < 12_000
    assert page.draw_diagrams(None, "dark", catalogue.name) is dash.no_update
