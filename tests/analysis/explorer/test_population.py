"""A population described: equal selection, distances between distributions, classes counted, the tour's numbers."""

from pathlib import Path

import numpy as np
import pytest

from analysis.explorer.population import describe
from analysis.explorer.tour_steps import steps
from components.explorer.view import FIELDS
from data.catalogue.catalogue import Catalogue
from data.catalogue.schema import EW_SUFFIX, IVAR_SUFFIX
from model.lines import LINE_NAMES
from model.physics.diagnostics import bpt_point, whan_point
from model.physics.diagram_class import classify_bpt, classify_whan
from tests.builders import built, write_catalogue


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    n, random = 600, np.random.default_rng(3)
    halpha = random.uniform(1, 150, n).astype(np.float32)
    halpha[::5] = np.nan
    columns = {"HALPHA_EW": halpha, "HALPHA_EW_PREDICTED": np.nan_to_num(1.5 * halpha, nan=2.0).astype(np.float32)}
    folder: Path = tmp_path_factory.mktemp("population")
    return Catalogue(write_catalogue(folder / "some.parquet", built(n, **columns)))


def test_predictions_of_undetected_lines_are_not_counted(catalogue: Catalogue) -> None:
    rows = np.arange(0, 600, 2)
    found = describe(catalogue, rows, "published", 1)
    halpha = found.lines[LINE_NAMES.index("HALPHA")]
    seen = np.isfinite(catalogue.column("HALPHA_EW")[rows])
    assert found.n == 300
    assert halpha.detected == found.histograms["HALPHA"].n == seen.sum()
    assert halpha.rho == pytest.approx(1.0)
    assert halpha.bias == pytest.approx(0.5)
    assert halpha.nmad == pytest.approx(1.48 * np.median(0.5 * catalogue.column("HALPHA_EW")[rows][seen]), rel=1e-5)
    assert found.histograms["HALPHA"].observed.sum() == pytest.approx(0.99, abs=0.011)


def test_shares_of_classes_add_up(catalogue: Catalogue) -> None:
    found = describe(catalogue, np.arange(600), "published", 1)
    for shares in (found.bpt_shares, found.whan_shares):
        assert np.sum(list(shares.values()), axis=0) == pytest.approx(np.ones(3))
    assert found.continuum.mean == pytest.approx(found.sample.mean)


def test_classes_count_the_galaxies_that_have_one(catalogue: Catalogue) -> None:
    rows = np.arange(600)
    found = describe(catalogue, rows, "published", 1)
    ew, ivar = (
        np.stack([catalogue.column(name + suffix)[rows] for name in LINE_NAMES], axis=1)
        for suffix in (EW_SUFFIX, IVAR_SUFFIX)
    )
    for name, shares, classify, at in (
        ("BPT", found.bpt_shares, classify_bpt, bpt_point(ew)),
        ("WHAN", found.whan_shares, classify_whan, whan_point(ew)),
    ):
        # A class from an upper limit needs no point in the diagram; shares are those of points.
        named = [classify(ew[i], ivar[i]).name for i in np.flatnonzero(np.isfinite(at.x))]
        named = [each for each in named if each]
        assert found.placed[name][0] == len(named) < np.isfinite(at.x).sum()
        for each, (observed, _, _) in shares.items():
            assert observed == pytest.approx(named.count(each) / len(named))


def test_one_galaxy_is_a_population(catalogue: Catalogue) -> None:
    assert describe(catalogue, np.array([3]), "published", 1).n == 1


def test_the_tour_tells_the_catalogue_s_own_numbers(catalogue: Catalogue) -> None:
    words = " ".join(sentence for step in steps(catalogue) for sentence in step.sentences)
    galaxies = "mock galaxies" if catalogue.is_mock else "galaxies"
    strong = int((catalogue.column("HALPHA_EW") > 100).sum())
    assert f"{strong:,} {galaxies} have an EW(Hα) above 100 Å" in words
    assert "100 % are among the tenth" in words
    assert "ρ = 1.00" in words


def test_the_tour_shows_what_the_panels_can_show(catalogue: Catalogue) -> None:
    fields = {field.name: field for field in FIELDS}
    for step in steps(catalogue):
        for name, value in step.view.items():
            allowed = fields[name].allowed
            if fields[name].kind == "choice":
                assert value in allowed
            elif fields[name].kind == "several":
                assert set(value) <= {each for _letter, each in allowed}
            else:
                assert value == fields[name].default


def test_the_tour_gives_the_limit_of_starbursts_that_the_selection_uses(catalogue, monkeypatch):
    monkeypatch.setattr("analysis.explorer.tour_steps.STARBURST", 123.0)
    steps.cache_clear()
    said = " ".join(sentence for step in steps(catalogue) for sentence in step.sentences)
    steps.cache_clear()
    assert "EW(Hα) above 123 Å" in said
    assert "above 100 Å" not in said
