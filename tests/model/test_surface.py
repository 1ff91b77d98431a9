"""Every public function takes any leading axes, no rows included, and names a wrong shape."""

import os
import subprocess
import sys

import jax
import numpy as np
import pytest

import model as galactic_neon
from model import (
    BIN_CENTERS,
    colors,
    complete_bins,
    domain,
    domain_score,
    intrinsic_ew,
    line_luminosities,
    listing_response,
    load_params,
    log_luminosity,
    log_prob,
    place_on_map,
    predict,
    predict_ew,
    sample,
)
from tests.serving import ROOT

PARAMS = load_params()
FLUX = (BIN_CENTERS / 4000 * np.random.default_rng(0).lognormal(0, 0.02, (6, 12))).astype(np.float32)
EW = np.full((6, 10), 5.0, np.float32)
FUNCTIONS = {
    "colors": lambda flux, _: colors(flux),
    "predict": lambda flux, rest: predict(PARAMS, flux, rest, 0.1 + 0 * rest),
    "predict_ew": lambda flux, rest: predict_ew(PARAMS, flux, rest),
    "noisy bins": lambda flux, rest: predict(PARAMS, flux, rest, bin_flux_ivar=1e4 / flux**2),
    "intrinsic_ew": lambda flux, rest: intrinsic_ew(PARAMS, flux, rest),
    "listing_response": lambda flux, _: listing_response(PARAMS, flux),
    "sample": lambda flux, rest: sample(3, PARAMS, flux, rest),
    "log_prob": lambda flux, rest: log_prob(np.full((*flux.shape[:-1], 10), 3.0, np.float32), PARAMS, flux, rest),
    "domain": lambda flux, rest: domain(PARAMS, flux, rest)[:2],
    "domain_score": lambda flux, _: domain_score(PARAMS, flux),
    "place_on_map": lambda flux, _: place_on_map(PARAMS, flux),
    "complete_bins": lambda flux, _: complete_bins(PARAMS, flux),
    "log_luminosity": lambda flux, rest: log_luminosity(flux, 0.1 + 0 * rest),
    "line_luminosities": lambda flux, rest: line_luminosities(flux, np.full((*flux.shape[:-1], 10), 3.0), rest),
}
ROWS = pytest.mark.parametrize("name", FUNCTIONS)


def rest_of(flux: np.ndarray) -> np.ndarray:
    return np.full(flux.shape[:-1], 6.3, np.float32)


@ROWS
def test_batches_are_rows_and_no_rows_are_none(name: str):
    function = jax.jit(FUNCTIONS[name])
    whole = [np.asarray(part) for part in jax.tree.leaves(function(FLUX, rest_of(FLUX)))]
    for shape in ((2, 3), (0,), (0, 3)):
        flux = FLUX[: int(np.prod(shape))].reshape(*shape, 12)
        found = jax.tree.leaves(function(flux, rest_of(flux)))
        for part, expected in zip(found, whole, strict=True):
            assert part.shape == (*shape, *expected.shape[1:])
            np.testing.assert_allclose(part, expected[: int(np.prod(shape))].reshape(part.shape), rtol=2e-4, atol=1e-4)
    one = jax.tree.leaves(function(FLUX[4], rest_of(FLUX[4])))
    for part, expected in zip(one, whole, strict=True):
        np.testing.assert_allclose(part, expected[4], rtol=2e-4, atol=1e-4)


PROGRAM = """
import sys
import jax
jax.config.update("jax_enable_x64", True)
import numpy as np
from tests.model.test_surface import FLUX, FUNCTIONS, rest_of
found = {
    f"{name} {number} {kind}": np.asarray(part)
    for kind in ("float32", "float64")
    for name, function in FUNCTIONS.items()
    for number, part in enumerate(jax.tree.leaves(function(FLUX.astype(kind), rest_of(FLUX).astype(kind))))
}
np.savez(sys.argv[1], **found)
"""


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """What a process in JAX's 64-bit mode computes of float32 and of float64 rows."""
    file = tmp_path_factory.mktemp("wide") / "found.npz"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", PROGRAM, str(file)], check=True, env=environment, cwd=ROOT)
    return np.load(file)


@pytest.mark.slow
@ROWS
def test_eager_is_compiled_and_64_bits_are_32_to_their_precision(name: str, wide):
    expected = jax.tree.leaves(jax.jit(FUNCTIONS[name])(FLUX, rest_of(FLUX)))
    eager = jax.tree.leaves(FUNCTIONS[name](FLUX, rest_of(FLUX)))
    for number, (one, two) in enumerate(zip(expected, eager, strict=True)):
        np.testing.assert_allclose(two, one, rtol=5e-4, atol=2e-4)
        for kind in ("float32", "float64"):
            np.testing.assert_allclose(wide[f"{name} {number} {kind}"], one, rtol=2e-3, atol=1e-3)


UNCHECKED = {"log_luminosity", "place_on_map", "complete_bins", "domain_score", "domain", "noisy bins"}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - UNCHECKED))
def test_a_transposed_table_is_named(name: str):
    with pytest.raises(ValueError, match="Transpose it"):
        FUNCTIONS[name](FLUX.T, np.full(12, 6.3, np.float32))


@pytest.mark.parametrize("name", ["predict", "intrinsic_ew", "sample"])
def test_scaling_the_flux_changes_nothing(name: str):
    found, scaled = (jax.tree.leaves(FUNCTIONS[name](FLUX * scale, rest_of(FLUX))) for scale in (1, 2.0**20))
    if name == "sample":  # the row's fluxes are its random numbers, so that ids are given
        ids = np.arange(6)
        found, scaled = (jax.tree.leaves(sample(3, PARAMS, FLUX * scale, ids=ids)) for scale in (1, 2.0**20))
    for one, two in zip(found, scaled, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-3, atol=1e-3)


def test_old_names_work_with_a_warning():
    for name, words in (("sample_ew", "sample"), ("sample_observed", "sample"), ("Observed", "ObservedLines")):
        with pytest.warns(DeprecationWarning, match=words):
            assert callable(getattr(galactic_neon, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(galactic_neon, "nothing")  # noqa: B009 - an attribute that is not there


def test_every_public_name_is_there():
    assert len(set(galactic_neon.__all__)) == len(galactic_neon.__all__)
    for name in galactic_neon.__all__:
        assert getattr(galactic_neon, name) is not None
