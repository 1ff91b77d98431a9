# %% [markdown]
# # Many rows
#
# A mock has millions of galaxies. Nothing here needs a loop over galaxies, and none of it changes a number: a row's
# result is the same in every piece of a table.

# %%
import time

import jax
import jax.numpy as jnp
import numpy as np

from galactic_neon import id_words, load_params, predict_ew, predict_many, sample, sample_many

params = load_params("noise-free")  # for synthetic continua; "default" for spectra as noisy as DESI's
rng = np.random.default_rng(1)
green = np.array([1.44, 1.72, 2.57, 2.96, 3.27, 3.19, 3.36, 3.47, 3.48, 3.33, 3.39, 3.30], np.float32)
tilt = rng.normal(0, 0.15, (20_000, 1)) * np.linspace(1, -1, 12)
bins = (green * np.exp(tilt)).astype(np.float32)
ids = np.arange(39_627_545_000_000_000, 39_627_545_000_020_000)  # 64 bits, as DESI's TARGETIDs


def timed(what, function, *given, **named):
    started = time.perf_counter()
    found = jax.block_until_ready(function(*given, **named))
    print(f"{what:<34} {time.perf_counter() - started:6.2f} s")
    return found


# %% [markdown]
# ## NumPy in, NumPy out
#
# `predict_many` and `sample_many` cut the rows into chunks of a few fixed sizes. Memory stays small, and no new shape
# is compiled for a table of another length. The first call compiles.

# %%
timed("predict_many, first call", predict_many, params, bins)
prediction = timed("predict_many, 20,000 rows", predict_many, params, bins)
drawn = timed("sample_many, 2,000 rows", sample_many, 7, params, bins[:2000], ids=ids[:2000])
prediction.ew.shape, drawn.ew.shape

# %% [markdown]
# ## Inside your own jitted function
#
# Leading axes and `jax.vmap` both work. JAX cuts 64-bit integers to 32 bits unless its 64-bit mode is on, so ids enter
# a jitted function as the two words that `id_words` makes of each.


# %%
@jax.jit
def halpha_flux(params, bins, words):
    """A step of your own on drawn lines: Hα, the seventh line, times the continuum of its bin, the eleventh."""
    lines = sample(7, params, bins, ids=words)
    return lines.ew[..., 6] * bins[..., 10]


words = id_words(ids)
inside = timed("in a jitted function, first call", halpha_flux, params, bins[:1024], words[:1024])
np.allclose(inside, drawn.ew[:1024, 6] * bins[:1024, 10], rtol=1e-4, atol=1e-4)

# %% [markdown]
# ## Larger than memory: chunks
#
# `jax.lax.map` with a batch size walks over the rows of an array on the device; for a file, loop over its row groups.
# The order and size of the pieces do not matter.

# %%
chunked = jax.jit(lambda params, bins: jax.lax.map(lambda one: predict_ew(params, one), bins, batch_size=1024))
piecewise = timed("lax.map in batches of 1,024", chunked, params, jnp.asarray(bins))
float(np.abs(piecewise - prediction.ew).max())  # [Å]

# %% [markdown]
# ## Several devices
#
# Place the rows on a mesh of devices and leave the weights on each of them: the same code then runs on all. With one
# device, as here, it changes nothing.

# %%
from jax.sharding import Mesh, NamedSharding, PartitionSpec

mesh = Mesh(np.array(jax.devices()), ("galaxy",))
even = bins[: len(bins) // mesh.size * mesh.size]
spread = jax.device_put(even, NamedSharding(mesh, PartitionSpec("galaxy")))
sharded = jax.jit(predict_ew)(params, spread)
print("devices:", mesh.size, " equal:", np.allclose(sharded, prediction.ew[: len(even)], rtol=1e-4, atol=1e-4))

# %% [markdown]
# ## Without Python: the command line
#
# The program reads and writes 65,536 rows at a time, continues where it was interrupted, and draws the same numbers for
# the same seed as `sample_many` without ids:
#
# ```sh
# .venv/bin/python cli.py predict mock.parquet lines.parquet --model noise-free --noise observed --seed 7
# ```
#
# [The command line](../command-line.md#long-files) has its rates and its memory.
