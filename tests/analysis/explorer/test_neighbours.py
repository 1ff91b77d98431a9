"""Neighbours in colour space: the planted twin is found, whatever its brightness, and never the galaxy itself."""

from pathlib import Path

import numpy as np
import pytest

from analysis.explorer.neighbours import nearest
from data.catalogue.catalogue import Catalogue
from data.catalogue.schema import FLUX_NAMES
from tests.builders import built, galaxies, write_catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    flux = np.stack([galaxies(40)[name].to_numpy() for name in FLUX_NAMES], axis=1).copy()
    flux[7] = 5 * flux[3] * (1 + 0.001 * np.arange(12))
    return Catalogue(
        write_catalogue(tmp_path / "some.parquet", built(40, **dict(zip(FLUX_NAMES, flux.T, strict=True))))
    )


def test_the_twin_is_nearest_though_five_times_as_bright(catalogue: Catalogue) -> None:
    found = nearest(catalogue, 3)
    assert found.rows[0] == 7
    assert found.distances[0] < 0.005
    assert 3 not in found.rows
    assert (np.diff(found.distances) >= 0).all()
    assert len(found.rows) == 5


def test_a_small_catalogue_has_fewer(tmp_path: Path) -> None:
    assert len(nearest(Catalogue(write_catalogue(tmp_path / "few.parquet", built(3))), 0).rows) == 2
