"""What emission lines add to the cost of a synthetic continuum: ``python -m benchmarks.lines``.

An efficient continuum is weights times stellar populations and the magnitudes of the result; with lines, its bins are
averaged, the lines predicted, and their light added to the magnitudes. Both are timed in turn in the same run; the
ratio of their fastest repetitions is printed.
"""

import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from analysis.emission.filters import load_bands
from model import Bands, Grid, load_params, predict_ew
from model.spectra.templates import load_templates

GALAXIES = 4096
REPEATS = 30
BANDS = ("LSST g", "LSST r", "DESI g", "DESI r")


def main() -> None:
    """Print the times and their ratio for 40 and for 1284 populations (DSPS's default set has 12 x 107)."""
    templates, params = load_templates(), load_params("noise-free")
    names, wave, responses = load_bands()
    grid = Grid(templates.wavelength_rest)
    bands = Bands(wave, responses[[names.index(name) for name in BANDS]], 0.1, grid)
    rng = np.random.default_rng(0)
    for count in (40, 1284):
        ssp = jnp.asarray(np.resize(templates.flux, (count, templates.flux.shape[1])))
        weights = jnp.asarray(rng.random((GALAXIES, count)), jnp.float32) / count
        alone = jax.jit(lambda weights, ssp=ssp: bands.magnitudes(weights @ ssp))

        @jax.jit
        def with_lines(weights: jax.Array, ssp: jax.Array = ssp) -> jax.Array:
            continuum = weights @ ssp
            ew = predict_ew(params, grid.bins(continuum, lines=False))
            return bands.magnitudes(continuum, ew)

        @jax.jit
        def painted(weights: jax.Array, ssp: jax.Array = ssp) -> jax.Array:
            continuum = weights @ ssp
            ew = predict_ew(params, grid.bins(continuum, lines=False))
            return bands.magnitudes(grid.add_lines(continuum, ew))

        functions = (alone, with_lines, painted)
        fastest = [np.inf] * len(functions)
        for repeat in range(REPEATS + 1):
            for place, function in enumerate(functions):
                seconds = _seconds(function, weights)
                fastest[place] = min(fastest[place], seconds) if repeat else np.inf
        times = ", ".join(f"{1e6 * value / GALAXIES:.1f}" for value in fastest)
        print(f"{count} populations: {times} µs per galaxy alone, with lines, with painted lines: ", end="")
        print(f"lines add {fastest[1] / fastest[0] - 1:.0%}, painted lines {fastest[2] / fastest[0] - 1:.0%}")


def _seconds(run: Callable[[jax.Array], jax.Array], weights: jax.Array) -> float:
    started = time.perf_counter()
    run(weights).block_until_ready()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
