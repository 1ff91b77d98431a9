"""The diagrams of a chosen galaxy as a plain function; tests/server/routes/test_galaxies.py has the rest of a click."""

from typing import Any

import dash
import pytest
from dash._utils import to_json
from plotly import graph_objects as go

from components.galaxy import details
from data.catalogue import registry


@pytest.fixture(scope="module")
def page() -> Any:
    """The module of callbacks; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.explorer import page as explorer

    return explorer.galaxy


def test_diagrams_are_valid_and_wait_for_the_first_galaxy(page: Any, catalogue: registry.Catalogue) -> None:
    figures = page.draw_diagrams(True, "dark", catalogue.name)["figures"]
    assert set(figures) == {details.BPT, details.WHAN}
    for figure in figures.values():
        go.Figure(figure)
        assert len(str(to_json(figure))) < 12_000
    assert page.draw_diagrams(None, "dark", catalogue.name) is dash.no_update
