import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.catalogue.cells import load_cells, save_cells
from data.errors import CatalogueError
from model.lines import LINES
from research.fitting.cells import MIN_GALAXIES, aggregate, hex_cell, hex_center
from tests.builders import built

COORDINATES = hnp.arrays(float, 50, elements=st.floats(-20, 20))


@given(x=COORDINATES, y=COORDINATES, size=st.floats(0.05, 3.0))
def test_no_point_lies_further_from_its_centre_than_a_corner(x, y, size):
    center = hex_center(hex_cell(x, y, size), size)
    assert (np.hypot(x - center[:, 0], y - center[:, 1]) <= size * (1 + 1e-9)).all()


@given(cell=hnp.arrays(np.int64, (20, 2), elements=st.integers(-50, 50)))
def test_a_centre_lies_in_its_own_hexagon(cell):
    x, y = hex_center(cell, 0.3).T
    np.testing.assert_array_equal(hex_cell(x, y, 0.3), cell)


def test_hexagons_are_the_nearest_centres():
    generator = np.random.default_rng(0)
    x, y = generator.uniform(-2, 2, (2, 500))
    own = hex_cell(x, y, 0.5)
    distance = np.hypot(*(np.stack([x, y]) - hex_center(own, 0.5).T))
    for step in [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]:
        neighbour = hex_center(own + step, 0.5)
        assert (distance <= np.hypot(x - neighbour[:, 0], y - neighbour[:, 1]) + 1e-12).all()


@pytest.fixture
def crowd():
    """Thirty galaxies around one place, five around another; Halpha detected in ten of the thirty."""
    x = np.r_[np.full(30, 0.01), np.full(5, 4.0)].astype(np.float32)
    halpha = np.where(np.arange(35) < 10, 8.0, np.nan).astype(np.float32)
    return built(35, map_x=x, map_y=np.zeros(35, np.float32), HALPHA_EW=halpha, HALPHA_EW_IVAR=halpha)


def test_thin_hexagons_and_thin_medians_are_left_out(crowd):
    cells = aggregate(crowd)
    halpha = [line.name for line in LINES].index("HALPHA")
    assert cells.n.tolist() == [30]
    assert cells.n_detected[0, halpha] == 10
    assert np.isnan(cells.ew[0, halpha])
    hgamma = crowd["HGAMMA_EW"].to_numpy()[:30]
    assert cells.ew[0, 1] == pytest.approx(np.median(hgamma))
    assert cells.ew_p16[0, 1] < cells.ew[0, 1] < cells.ew_p84[0, 1]
    assert cells.shape[0].mean() == pytest.approx(1.0, rel=1e-5)


def test_cells_survive_their_file(crowd, tmp_path):
    cells = aggregate(crowd)
    save_cells(cells, tmp_path / "cells.safetensors")
    again = load_cells(tmp_path / "cells.safetensors")
    for before, after in zip(cells, again, strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-6)


def test_the_committed_cells_speak_for_twenty_galaxies_at_least():
    cells = load_cells()
    assert len(cells.n) > 100
    assert cells.n.min() >= MIN_GALAXIES
    assert cells.n_detected[np.isfinite(cells.ew)].min() >= MIN_GALAXIES
    assert (cells.n_detected <= cells.n_measured).all()
    assert (cells.n_measured <= cells.n[:, None]).all()


def test_the_committed_cells_have_halpha_rising_to_the_right():
    cells = load_cells()
    given_ew = np.isfinite(cells.ew[:, 6])
    x, y = cells.center[given_ew].T
    strength = np.arcsinh(cells.ew[given_ew, 6])
    right, up = np.linalg.lstsq(np.stack([x, y], 1) - [x.mean(), y.mean()], strength - strength.mean(), rcond=None)[0]
    assert right > abs(up)


def test_missing_cells_name_the_command(tmp_path):
    with pytest.raises(CatalogueError, match=r"cli\.py catalogue"):
        load_cells(tmp_path / "none.safetensors")
