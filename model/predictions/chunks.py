"""Chunks of fixed shapes in which many galaxies are computed, so that compilations and memory are bounded."""

from collections.abc import Callable
from typing import Any, Final

import jax
import numpy as np
from jaxtyping import Shaped

CHUNKS: Final = (1, 32, 1024, 4096)
"""Row counts that are compiled. A batch is padded to the next one, or split into chunks of the largest, whose layers
fit into a core's cache: with four times as many rows per chunk, a row takes twice as long."""

DRAW_CHUNKS: Final = CHUNKS[1:3]
"""Row counts that are compiled for draws. A draw takes seconds to compile and 20 MiB, so that one row uses the shape of
32; a larger shape than 1,024 would draw no faster."""

FEW_DRAWS: Final = 10_000
"""Up to so many rows, the shape of 32 alone is used: it takes .6 s for all of them, the larger one .2 s, and when that
is compiled, 2 s and 160 MiB for a moment."""

FEWEST_ROWS: Final = 64
"""Rows per device for which several devices are used."""


def in_chunks(
    function: Callable[..., Any], *columns: Shaped[np.ndarray, "galaxy ..."], chunks: tuple[int, ...] = CHUNKS
) -> Any:
    """Apply a jitted function chunk by chunk, and return a pytree of numpy arrays with all rows."""
    n = len(columns[0])
    parts = []
    for start in range(0, max(n, 1), chunks[-1]):
        rows = min(chunks[-1], n - start)
        size = next(chunk for chunk in chunks if chunk >= rows)
        padded = [np.ones((size, *column.shape[1:]), _type(column)) for column in columns]
        for target, column in zip(padded, columns, strict=True):
            target[:rows] = column[start : start + rows]
        found = function(*(_over_devices(column) for column in padded))
        parts.append(jax.tree.map(lambda leaf, rows=rows: np.asarray(leaf)[:rows], found))
    return parts[0] if len(parts) == 1 else jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)


def _over_devices(rows: Shaped[np.ndarray, "galaxy ..."]) -> Any:
    """Return rows spread over all devices that JAX sees, if there are enough of them for each."""
    devices = jax.devices()
    if len(devices) == 1 or len(rows) % len(devices) or len(rows) < FEWEST_ROWS * len(devices):
        return rows
    mesh = jax.sharding.Mesh(np.array(devices), ("galaxy",))
    return jax.device_put(rows, jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("galaxy")))


def _type(column: np.ndarray) -> type[np.generic]:
    """Return the type in which a column is computed with."""
    return np.uint32 if column.dtype == np.uint32 else np.float32
