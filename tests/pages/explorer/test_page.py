"""The explorer's callbacks as plain functions, and its layout as data."""

import base64
import json
from typing import Any

import dash
import numpy as np
import pytest
from dash import no_update
from dash._utils import to_json

from analysis.explorer.quantities import QUANTITIES
from analysis.explorer.selections import pack
from components import ids
from components.explorer.view import DEFAULTS
from data.catalogue import registry


@pytest.fixture(scope="module")
def page() -> Any:
    """The page's module; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.explorer import page as explorer

    return explorer


@pytest.fixture(scope="module")
def panels(page: Any) -> Any:
    """The module of the panels' callbacks."""
    from pages.explorer import panels

    return panels


@pytest.fixture(scope="module")
def share(page: Any) -> Any:
    """The module of what leaves the explorer."""
    from pages.explorer import share

    return share


@pytest.fixture
def manifest(page: Any, catalogue: registry.Catalogue) -> dict[str, Any]:
    return page._manifest(catalogue, page._read_query(catalogue, {})[0])


def test_the_layout_says_mock_and_how_to_get_real_ones(
    page: Any, catalogue: registry.Catalogue, manifest: dict[str, Any]
) -> None:
    text = to_json(page.layout())
    assert f"{catalogue.n:,} galaxies drawn from a density" in text
    assert "CATALOGUES=real.parquet make run" in text
    assert manifest["isMock"]


def test_an_unknown_catalogue_in_the_address_shows_the_first(page: Any, catalogue: registry.Catalogue) -> None:
    assert page.layout(catalogue="nonsense").children[0].data == catalogue.name


def test_the_manifest_knows_every_label_and_id(manifest: dict[str, Any]) -> None:
    assert {ids.SELECTED, ids.SELECTION, ids.VIEW, ids.PANELS} <= set(manifest["ids"].values())
    assert set(manifest["labels"]) == set(QUANTITIES)
    assert len(json.dumps(manifest)) < 40_000


def test_an_address_brings_galaxy_gate_and_state(page: Any, catalogue: registry.Catalogue) -> None:
    query = {"galaxy": "MOCK-000042", "gate": "map_x~map_y~0,0~1,0~1,1", "at": "bpt", "find": "z > 0.2"}
    asked, problems = page._read_query(catalogue, query)
    assert not problems
    assert (asked["row"], asked["gate"]["x"], asked["state"]["view"], asked["find"]) == (41, "map_x", "bpt", "z > 0.2")


@pytest.mark.parametrize("query", [{"v": "1", "find": "row 0"}, {"v": "2", "find": "row 1"}, {"find": "row 1"}])
def test_old_links_count_rows_from_zero(page: Any, catalogue: registry.Catalogue, query: dict[str, str]) -> None:
    asked, problems = page._read_query(catalogue, query)
    assert not problems
    assert (asked["row"], asked["find"]) == (0, "row 1")


def test_a_bad_address_is_answered_with_a_notice(page: Any, catalogue: registry.Catalogue) -> None:
    _, problems = page._read_query(catalogue, {"galaxy": "X", "gate": "?", "at": "moon"})
    assert len(problems) == 3
    assert "was not understood" in to_json(page.layout(at="moon"))


@pytest.mark.parametrize(
    ("text", "chosen", "count", "error"),
    [
        (" MOCK-000042 ", {"row": 41}, 1, None),
        ("", no_update, None, None),
        ("redshift > 99", no_update, 0, "No galaxy matches. Relax a condition."),
    ],
)
def test_search_finds_or_says(
    panels: Any, catalogue: registry.Catalogue, text: str, chosen: Any, count: int | None, error: Any
) -> None:
    row, _selection, wrong, _note = panels.search_for(text, DEFAULTS, catalogue.name)
    assert (row, wrong) == (chosen, error)
    assert panels.count(text, DEFAULTS, catalogue.name) == ({"find": text.strip(), "count": count}, None, None)


def test_what_is_wrong_is_said_when_entered_only(panels: Any, catalogue: registry.Catalogue) -> None:
    counted, error, note = panels.count("nonsense > 1", DEFAULTS, catalogue.name)
    assert (counted["count"], error, note) == (None, None, None)
    assert "no quantity" in panels.search_for("nonsense > 1", DEFAULTS, catalogue.name)[2]


def test_what_is_found_becomes_the_population(panels: Any, catalogue: registry.Catalogue) -> None:
    text = "MOCK-000042 MOCK-000001 X"
    _, selection, _error, note = panels.search_for(text, DEFAULTS, catalogue.name)
    assert np.frombuffer(base64.b64decode(selection["rows"]), "<u4").tolist() == [0, 41]
    assert selection["count"] == panels.count(text, DEFAULTS, catalogue.name)[0]["count"] == 2
    assert note == "Names that are not in this catalogue: 1."


def test_the_table_says_what_the_panels_show(share: Any, catalogue: registry.Catalogue) -> None:
    rows = np.flatnonzero(catalogue.column("redshift") < 0.1)
    body, opened = share.show_table(1, DEFAULTS, pack("near", rows), catalogue.name)
    assert opened
    text = to_json(body)
    assert f"{len(rows):,} of 20,000 mock galaxies" in text
    assert f"{np.isfinite(catalogue.column('HALPHA_EW')[rows]).sum():,}" in text


def test_python_and_citation_are_of_what_is_shown(share: Any, catalogue: registry.Catalogue) -> None:
    code, opened = share.show_python(1, DEFAULTS, {"row": 41}, None, catalogue.name)
    assert opened
    assert "MOCK-000042" in code
    assert "MOCK-000042" not in share.show_python(1, DEFAULTS, None, None, catalogue.name)[0]
    assert "doi:10.1093/mnras/stae1189" in share.show_citation(1, catalogue.name)[0]
