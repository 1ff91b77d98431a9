import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.features import colors, log_flux_shape
from model.physics.luminosities import log_luminosity

FLUXES = arrays(np.float32, 12, elements=st.floats(0.015625, 128, width=32))


def test_colours_are_redder_when_larger():
    assert (np.asarray(colors(np.geomspace(1, 10, 12))) > 0).all()


@given(FLUXES, st.floats(0.001, 1000))
def test_scaling_changes_neither_colours_nor_shape(flux, factor):
    assert np.allclose(colors(flux), colors(flux * np.float32(factor)), atol=2e-5)
    assert np.allclose(log_flux_shape(flux), log_flux_shape(flux * np.float32(factor)), atol=2e-5)


@given(arrays(np.float32, (3, 12), elements=st.floats(0.015625, 128, width=32)))
def test_leading_axes_and_vmap_agree(flux):
    assert np.allclose(colors(flux), jax.vmap(colors)(flux), atol=1e-6)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_what_is_no_positive_number_gives_nan(bad):
    flux = np.ones(12, np.float32)
    flux[4] = bad
    assert not np.isfinite(np.asarray(colors(flux))).all()


def test_luminosity_reproduces_the_training_column(desi_table):
    import pyarrow.parquet as pq

    table = pq.read_table(desi_table).slice(0, 5000)
    flux = np.column_stack([table[f"flux_{index:02d}"].to_numpy() for index in range(12)])
    ours = np.asarray(log_luminosity(flux, table["redshift"].to_numpy().astype(np.float32)))
    assert np.abs(ours - table["log_luminosity"].to_numpy()).max() < 5e-6
