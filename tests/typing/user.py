# pyright: strict
"""What a user writes with the library, in types as strict as mypy and pyright have them."""

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from model import (
    LINES,
    Bands,
    Domain,
    Grid,
    IntrinsicEW,
    Params,
    Prediction,
    Sample,
    domain,
    intrinsic_ew,
    line_luminosities,
    load_params,
    log_luminosity,
    log_prob,
    predict,
    predict_ew,
    predict_many,
    sample,
)

params: Params = load_params("noise-free")
wave: npt.NDArray[np.float64] = np.arange(3300.0, 7200.0, 2.0)
grid = Grid(wave, air=False)
starlight: npt.NDArray[np.float32] = np.ones((3, len(wave)), np.float32)
bins: jax.Array = grid.bins(starlight, lines=False)
prediction: Prediction = predict(params, bins)
ew: jax.Array = predict_ew(params, bins, 6.3, 0.1)
painted: jax.Array = grid.add_lines(starlight, ew)
drawn: Sample = sample(7, params, bins, ids=[1, 2, 3])
intrinsic: IntrinsicEW = intrinsic_ew(params, bins)
density: jax.Array = log_prob(drawn.observed.ew, params, bins, ew_ivar=drawn.observed.ew_ivar)
verdict: Domain = domain(params, bins)
luminosity: jax.Array = line_luminosities(bins, ew, log_luminosity(bins, 0.1))
bands = Bands(np.arange(5000.0, 6000.0), [np.ones(1000)], 0.1, grid)
magnitudes: jax.Array = bands.magnitudes(starlight, ew)
many: Prediction = predict_many(params, np.asarray(bins))


def total(flux: jax.Array) -> jax.Array:
    """Return the sum of all predicted equivalent widths [Å]."""
    return predict_ew(params, flux).sum()


# What these two of JAX return is untyped there.
flat: jax.Array = jnp.ones(12)  # pyright: ignore[reportUnknownMemberType]
slope: jax.Array = jax.grad(total)(flat)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
names: list[str] = [line.name for line in LINES]
