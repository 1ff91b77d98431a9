"""Mock galaxies of `model.dsps` in a process of their own: prints as JSON what the tests compare."""

import json
import resource
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from analysis.emission.filters import load_bands
from model import load_params, log_luminosity
from model.dsps import Pipeline, Stars, ssp_data
from model.physics.cosmology import luminosity_distance

names, wave, responses = load_bands()
used = [names.index(name) for name in ("LSST g", "LSST r")]
pipeline = Pipeline(load_params("noise-free"), bands=(wave, responses[used]))
galaxy: Any = jax.jit(pipeline.galaxy)
stars = Stars(age=7.0, tau=2.5, burst=0.01, burst_age=0.05, log_mass=10.3, log_metallicity=-1.9, av=0.4, redshift=0.12)
stars = Stars(*(np.asarray(value, np.float64) for value in stars))
made = galaxy(stars, 1, np.array([0, 5], np.uint32))
found: dict[str, object] = {"finite": all(bool(np.isfinite(leaf).all()) for leaf in jax.tree.leaves(made[:3]))}

# Luminosities and magnitudes agree with an observed spectrum of the same galaxy.
distance = float(luminosity_distance(0.12)) * 3.0856775814913673e24
observed = np.asarray(made.continuum, np.float64) * 3.828e33 / (4 * np.pi * distance**2 * 1.12)
rest = pipeline.grid.wavelength_rest
bins = np.asarray(pipeline.grid.bins((observed * 1e17).astype(np.float32), lines=False))
found["luminosities"] = [float(made.log_luminosity), float(log_luminosity(bins, 0.12))]
response = np.interp(rest * 1.12, wave, responses[used[0]])
with_lines = np.asarray(made.spectrum, np.float64) * 3.828e33 / (4 * np.pi * distance**2 * 1.12)
photons = np.trapezoid(with_lines * response * rest, rest) / np.trapezoid(response / rest, rest) * 1.12**2
found["magnitudes"] = [float(made.magnitudes[0]), float(-2.5 * np.log10(photons / (3631e-23 * 2.99792458e18)))]


# Slopes are finite differences.
def halpha(value, name):
    return pipeline.galaxy(stars._replace(**{name: value})).prediction.ew[6]


found["slopes"] = {
    name: [
        float(jax.grad(halpha)(getattr(stars, name), name)),
        float(halpha(getattr(stars, name) + step, name) - halpha(getattr(stars, name) - step, name)) / (2 * step),
    ]
    for name, step in (("tau", 0.02), ("av", 0.01), ("log_metallicity", 0.01), ("burst", 1e-3), ("age", 0.05))
}

# Chunks are galaxies one by one, and memory does not grow with their number.
n = 300
many = Stars(tau=np.geomspace(0.5, 9, n), burst=np.linspace(0, 0.02, n), redshift=np.linspace(0.06, 0.2, n))
whole, pieces = (
    {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    for parts in (list(pipeline.many(many, key=3, chunk=size)) for size in (300, 128))
)
found["chunks"] = {name: float(np.nanmax(np.abs(whole[name] - pieces[name]))) for name in whole}
found["rows"] = [len(values) for values in whole.values()]
one = galaxy(Stars(*(np.broadcast_to(np.asarray(value, np.float64), n)[17] for value in many)))
found["one"] = float(np.abs(np.asarray(one.prediction.ew) - whole["ew"][17]).max())


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(count):
    rng = np.random.default_rng(0)
    galaxies = Stars(tau=rng.uniform(0.5, 9, count).astype(np.float32))
    return sum(len(part["ew"]) for part in pipeline.many(galaxies, chunk=512))


run(1024)
before = peak()
found["made"] = run(int(sys.argv[1]))
found["grown"] = peak() - before

# Populations that the user loads.
from dsps.data_loaders.retrieve_fake_fsps_data import load_fake_ssp_data  # noqa: E402

own = Pipeline(load_params(), load_fake_ssp_data(n_line=0))
found["own"] = bool(np.isfinite(own.galaxy(Stars()).prediction.ew).all())
short = ssp_data()
try:
    Pipeline(load_params(), short._replace(ssp_wave=short.ssp_wave[:400], ssp_flux=short.ssp_flux[..., :400]))
except ValueError as error:
    found["refused"] = str(error)
found["bits"] = bool(jnp.asarray(1.0).dtype == jnp.float64)
json.dump(found, sys.stdout)
