"""Compiled functions that take and return the library's records can be saved and read again."""

import subprocess
import sys

import jax
import numpy as np
import pytest

from model import Bands, Grid, load_params, predict, sample
from model.storage.export import CLASSES, RECORDS
from tests.serving import ROOT

pytest.importorskip("flatbuffers", reason="jax.export saves with flatbuffers")
FLUX = np.linspace(1, 2, 12, dtype=np.float32)
WITHOUT = """
import sys
import jax

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "jax.export":
            raise ModuleNotFoundError("No module named 'absl'", name="absl")

# Newer releases of JAX import it themselves.
sys.modules.pop("jax.export", None)
vars(jax).pop("export", None)
sys.meta_path.insert(0, Absent())
from model import load_params, predict_ew
assert "jax.export" not in sys.modules
print(predict_ew(load_params(), range(1, 13)).shape)
"""
WAVE = np.arange(3300.0, 7200.0, 4.0)


def saved(function, *given):
    return jax.export.deserialize(jax.export.export(jax.jit(function))(*given).serialize()).call


def test_weights_and_predictions_survive():
    params = load_params()
    again = saved(lambda params, flux: (predict(params, flux), sample(1, params, flux)), params, FLUX)(params, FLUX)
    expected = predict(params, FLUX), sample(1, params, FLUX)
    assert jax.tree.structure(again) == jax.tree.structure(expected)
    for one, two in zip(jax.tree.leaves(again), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-4)


def test_grids_and_bands_survive():
    grid = Grid(WAVE)
    bands = Bands(np.arange(5000.0, 6000.0), [np.ones(1000)], 0.1, grid)
    flux, ew = np.linspace(1, 2, len(WAVE)).astype(np.float32), np.full(10, 5.0, np.float32)
    found = saved(lambda bands, flux, ew: (bands.magnitudes(flux, ew), bands.grid.bins(flux)), bands, flux, ew)
    np.testing.assert_allclose(found(bands, flux, ew)[0], bands.magnitudes(flux, ew), rtol=1e-5)


def test_every_record_is_registered():
    names = {kind.__name__ for kind in (*RECORDS, *CLASSES)}
    assert len(names) == len(RECORDS) + len(CLASSES)
    assert {"Params", "Prediction", "IntrinsicEW", "Sample", "Domain", "Grid", "Bands"} <= names


def test_the_library_works_where_jax_cannot_export():
    """As with jax 0.6.0, whose export needs absl-py, which it does not bring."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "(10,)\n", done.stderr
