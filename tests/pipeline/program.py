"""A DSPS pipeline in a process of its own: `program.py ORDER DTYPE` prints as JSON what the tests compare."""

import json
import sys

# ruff: noqa: E402 - the order of the imports is what is tested
order, dtype = sys.argv[1:]
if order == "dsps first":
    from dsps.data_loaders.retrieve_fake_fsps_data import load_fake_ssp_data
    from dsps.sed import calc_rest_sed_sfh_table_lognormal_mdf

    from model import continuum_bins, domain_score, load_params, predict_ew
else:
    from model import continuum_bins, domain_score, load_params, predict_ew  # isort: skip

    load_params()
    from dsps.data_loaders.retrieve_fake_fsps_data import load_fake_ssp_data  # isort: skip
    from dsps.sed import calc_rest_sed_sfh_table_lognormal_mdf  # isort: skip

import jax
import jax.numpy as jnp
import numpy as np

LIGHT_SPEED = 2.998e18  # [Å/s]
STEP = {"float32": 2e-2, "float64": 1e-5}[dtype]
N = 1000

switched_on = bool(jax.config.read("jax_enable_x64"))
jax.config.update("jax_enable_x64", dtype == "float64")
ssp = load_fake_ssp_data(n_line=0)
# Power laws need few pixels and metallicities, and a test should be quick.
optical = np.flatnonzero((ssp.ssp_wave > 3350) & (ssp.ssp_wave < 7050))[::3]
wavelength, ssp_flux, log_metals, log_age = (
    jnp.asarray(array, dtype)
    for array in (ssp.ssp_wave[optical], ssp.ssp_flux[::3][..., optical], ssp.ssp_lgmet[::3], ssp.ssp_lg_age_gyr)
)
# Lsun/Hz of one solar mass is 1e-15, and float32 ends at 1e-38: scale before anything is multiplied.
ssp_flux = ssp_flux * 1e15
times = jnp.linspace(0.1, 13.7, 100, dtype=dtype)
params = load_params()


def bins_of(theta):
    """Fading star formation, a recent change of it, metallicity -> twelve bins."""
    log_tau, log_recent, log_metallicity = theta
    sfr = times * jnp.exp(-times / 10**log_tau) * 10 ** (log_recent * jax.nn.sigmoid((times - 11.5) / 0.2))
    sed = calc_rest_sed_sfh_table_lognormal_mdf(
        times, sfr, log_metallicity, jnp.asarray(0.2, dtype), log_metals, log_age, ssp_flux, jnp.asarray(12.5, dtype)
    ).rest_sed
    return continuum_bins(wavelength, sed * (LIGHT_SPEED / 1e15) / wavelength**2)


@jax.jit
def lines_of(theta):
    """Bins -> arcsinh of ten EWs, the quantity in which the network is smooth, and the domain's score."""
    bin_flux = bins_of(theta)
    return jnp.arcsinh(predict_ew(params, bin_flux)), domain_score(params, bin_flux)


theta = jnp.array([0.4, 0.3, -2.05], dtype)
ew, score = lines_of(theta)
(forward, score_forward), (reverse, score_reverse) = (
    jax.jit(slopes(lines_of))(theta) for slopes in (jax.jacfwd, jax.jacrev)
)
steps = STEP * jnp.eye(3, dtype=dtype)
differences = [(lines_of(theta + step)[0] - lines_of(theta - step)[0]) / (2 * STEP) for step in steps]
grid = np.random.default_rng(0).uniform([-0.3, -1, -3], [1, 1, -1.7], (N, 3))
many, scores = jax.jit(jax.vmap(lines_of))(jnp.asarray(grid, dtype))
json.dump(
    {
        "switched_on": switched_on,
        "dtypes": [str(array.dtype) for array in (ew, score, forward, reverse, many, scores)],
        "ew": ew.tolist(),
        "forward": forward.T.tolist(),
        "reverse": reverse.T.tolist(),
        "differences": np.asarray(differences).tolist(),
        "many": many[::100].tolist(),
        "one_by_one": [lines_of(jnp.asarray(row, dtype))[0].tolist() for row in grid[::100]],
        "finite": all(bool(jnp.isfinite(array).all()) for array in (many, scores, score_forward, score_reverse)),
        "spread": float(many.std(axis=0).min()),
    },
    sys.stdout,
)
