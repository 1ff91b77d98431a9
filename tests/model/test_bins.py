import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.bins import BIN_CENTERS, BIN_EDGES, N_BINS, bin_continuum, bin_weights, pixel_edges

GRID = np.arange(3390.0, 7010.0, 0.8)


def weights(widths):
    """Put widths {(pixel, bin): Å} into a table of zeros."""
    table = np.zeros((1 + max(pixel for pixel, _ in widths), N_BINS))
    for place, width in widths.items():
        table[place] = width
    return table


def test_pixel_edges_lie_midway_and_the_end_pixels_are_symmetric():
    edges = pixel_edges(jnp.array([3690.0, 3700.0, 3720.0, 3760.0]))
    assert np.array_equal(edges, [3685, 3695, 3710, 3740, 3780])


def test_a_pixel_on_a_bin_edge_is_split_by_its_width():
    found = bin_weights(np.array([3690.0, 3700.0, 3720.0, 3760.0]))
    assert np.array_equal(found, weights({(0, 0): 10, (1, 0): 5, (1, 1): 10, (2, 1): 30, (3, 1): 40}))


def test_a_pixel_beyond_the_bins_has_no_weight():
    blue = bin_weights(np.array([3380.0, 3390.0, 3402.0]))  # edges 3375, 3385, 3396, 3408
    assert np.array_equal(blue, weights({(0, 0): 0, (1, 0): 0, (2, 0): 8}))
    red = bin_weights(np.array([6990.0, 6998.0, 7003.0]))  # edges 6986, 6994, 7000.5, 7005.5
    assert np.array_equal(red, weights({(0, 11): 8, (1, 11): 6, (2, 11): 0}))


def test_a_pixel_wider_than_a_bin_fills_it():
    found = bin_weights(np.array([3500.0, 4500.0, 5500.0]))  # edges 3000, 4000, 5000, 6000
    first = {(0, 0): 300, (0, 1): 300}
    second = {(1, 2): 300, (1, 3): 300, (1, 4): 300, (1, 5): 100}
    third = {(2, 5): 200, (2, 6): 300, (2, 7): 300, (2, 8): 200}
    assert np.array_equal(found, weights(first | second | third))


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


@pytest.mark.parametrize(("good", "given"), [(150, True), (149, False)])
def test_a_bin_needs_good_pixels_over_half_its_width(good, given):
    grid = np.arange(3400.5, 4000.0)
    ivar = np.ones_like(grid)
    ivar[good:300] = 0
    bins = np.asarray(bin_continuum(grid, np.full_like(grid, 2.0), ivar))
    assert np.array_equal(bins[:2], [2.0 if given else np.nan, 2.0], equal_nan=True)


def test_the_gradient_is_each_pixels_weight():
    gradient = jax.grad(lambda flux: bin_continuum(jnp.asarray(GRID, jnp.float32), flux)[5])(
        jnp.ones(len(GRID), jnp.float32)
    )
    assert float(gradient.sum()) == pytest.approx(1.0, rel=1e-4)
