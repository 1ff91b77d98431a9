import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.bins import BIN_CENTERS, BIN_EDGES, bin_continuum

GRID = np.arange(3390.0, 7010.0, 0.8)


def test_a_flat_spectrum_has_flat_bins():
    assert np.allclose(bin_continuum(GRID, np.full_like(GRID, 2.5)), 2.5, rtol=1e-6)


def test_a_slope_averages_to_its_value_at_the_centres():
    assert np.allclose(bin_continuum(GRID, GRID), BIN_CENTERS, rtol=1e-6)


@pytest.mark.parametrize("step", [0.3, 1.7, 7.0])
def test_the_grid_does_not_matter(step):
    grid = np.arange(3380.0, 7020.0, step)
    assert np.allclose(bin_continuum(grid, 3 + np.sin(grid / 500)), bin_continuum(GRID, 3 + np.sin(GRID / 500)), 1e-3)


def test_masked_and_missing_pixels_do_not_count():
    flux, ivar = np.ones_like(GRID), np.ones_like(GRID)
    bad = (GRID > 4000) & (GRID < 4100)
    flux[bad], ivar[bad] = 1e6, 0.0
    assert np.allclose(bin_continuum(GRID, flux, ivar), 1.0)
    flux[bad] = np.nan
    assert np.allclose(bin_continuum(GRID, flux), 1.0)


def test_a_bin_less_than_half_covered_is_nan():
    short = GRID[BIN_EDGES[0] + 200 < GRID]
    bins = np.asarray(bin_continuum(short, np.ones_like(short)))
    assert np.isnan(bins[0])
    assert np.isfinite(bins[1:]).all()


def test_the_gradient_is_each_pixels_weight():
    gradient = jax.grad(lambda flux: bin_continuum(jnp.asarray(GRID, jnp.float32), flux)[5])(
        jnp.ones(len(GRID), jnp.float32)
    )
    assert float(gradient.sum()) == pytest.approx(1.0, rel=1e-4)
