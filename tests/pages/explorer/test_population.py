"""The population's callbacks as plain functions: cards, pages of the table, downloads, surprises, tour."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dash
import numpy as np
import pytest
from dash._utils import to_json
from plotly import graph_objects as go

from analysis.explorer.selections import named_rows, pack
from analysis.outliers import outlier_ranking
from components.population import cards
from data.catalogue import registry
from data.formats import FORMATS
from data.formats.whole import read_table
from model.lines import LINE_NAMES


@pytest.fixture(scope="module")
def page() -> Any:
    """The explorer's module; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.explorer import page as explorer

    return explorer


def test_the_cards_of_a_population(page: Any, catalogue: registry.Catalogue) -> None:
    rows = named_rows(catalogue, "Green valley")
    answer = page.population.show_population(pack("Green valley", rows), "published", 1, "dark", catalogue.name)
    assert set(answer["figures"]) == {cards.CONTINUUM, cards.HISTOGRAMS, cards.BPT, cards.WHAN}
    for figure in answer["figures"].values():
        go.Figure(figure)
    words = str(to_json(answer))
    assert f"{len(rows):,} of {catalogue.n:,}" in words
    assert "Lacerda et al. 2020" in words
    assert len(words) < 120_000


@pytest.mark.parametrize(
    ("change", "said"), [({"rows": "?"}, "Select the galaxies again"), ({"rows": ""}, "No galaxy of this catalogue")]
)
def test_what_cannot_be_shown_is_said(page: Any, catalogue: registry.Catalogue, change: Any, said: str) -> None:
    broken = pack("Mine", np.array([1])) | change
    answer = page.population.show_population(broken, "published", 1, "dark", catalogue.name)
    assert said in answer["html"][cards.HEAD]
    assert not answer["figures"]


@pytest.mark.parametrize("kind", ["csv", "ecsv", "fits", "votable", "parquet"])
def test_downloads_hold_the_rows_and_the_citation(
    page: Any, catalogue: registry.Catalogue, kind: Any, tmp_path: Path
) -> None:
    path = tmp_path / f"mine{FORMATS[kind].extensions[0]}"
    path.write_bytes(page.population.table_bytes(catalogue, np.array([3, 7]), kind, "Mine"))
    assert read_table(path)["TARGETID"].to_pylist() == [catalogue.target_ids[row].decode() for row in (3, 7)]
    assert b"Khederlarian" in path.read_bytes()


def test_the_list_of_surprises(page: Any, catalogue: registry.Catalogue) -> None:
    n = catalogue.n
    statistic = np.zeros(n, np.float32)
    statistic[[11, 77]] = 9.0, 5.0
    found = outlier_ranking.Ranking(
        statistic,
        np.where(statistic > 0, 1e-5, 0.5).astype(np.float32),
        np.full(n, LINE_NAMES.index("OIII_5007"), np.int8),
        np.full(n, 6.2, np.float32),
        np.ones((n, 10), np.float32),
    )
    words = to_json(page.ranking.outlier_list(catalogue, found, None))
    assert words.index("MOCK-000012") < words.index("MOCK-000078")
    assert "1 in 100,000" in words
    assert "2 of 20,000" in words
    inside = to_json(page.ranking.outlier_list(catalogue, found, pack("Mine", np.array([77, 78]))))
    assert "MOCK-000012" not in inside
    assert "1 of 2" in inside


def test_a_ranking_is_found_by_what_it_depends_on(catalogue: registry.Catalogue, tmp_path: Path) -> None:
    elsewhere: Any = SimpleNamespace(version="no-such-file", path=tmp_path / "other" / "x.parquet")
    assert outlier_ranking.find(elsewhere, tmp_path) is None
    assert outlier_ranking.progress_of(catalogue, tmp_path) is None
    stored: dict[str, Any] = {name: np.zeros(3) for name in outlier_ranking.NAMES}
    np.savez(outlier_ranking.place_of(elsewhere, tmp_path), **stored)
    assert outlier_ranking.find(elsewhere, tmp_path) is not None


def test_the_default_catalogue_comes_with_its_ranking(catalogue: registry.Catalogue, tmp_path: Path) -> None:
    """Else a reader waits for it, and a small server has no room to make it: `cli.py catalogue rank`."""
    found = outlier_ranking.find(catalogue, tmp_path)
    assert found is not None
    assert found.expected.shape == (catalogue.n, 10)


def test_a_ranking_is_named_by_what_it_depends_on(catalogue: registry.Catalogue, tmp_path: Path) -> None:
    assert catalogue.version in outlier_ranking.place_of(catalogue, tmp_path).name
