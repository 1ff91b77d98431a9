"""Uniform random numbers per row, from a counter and a key; the same on every machine and with every release of JAX.

JAX's own generator gives other numbers in 64-bit mode, and its releases have changed what a key means. Draws of a
galaxy must not depend on either, so that the generator is written out here: Threefry-2x32 with 20 rounds.

References
----------
Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtri
from jaxtyping import Array, Float, PRNGKeyArray, UInt32

ROTATIONS: Final = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY: Final = 0x1BD11BDA
SMALLEST: Final = 2.0**-24
"""Half the distance of neighbouring uniform numbers: they lie in the middle of 2^23 equal steps of (0, 1)."""

GENERATOR: Final = "threefry"
"""Name of what draws, for the names of stored draws: another generator has other numbers for the same seed."""

Words: TypeAlias = UInt32[Array | np.ndarray, "... 2"]
Key: TypeAlias = int | np.integer[Any] | PRNGKeyArray | Array | np.ndarray


def threefry(key: Words, counter: Words) -> UInt32[Array, "... 2"]:
    """Return two random words for a key and a counter, whose leading axes broadcast."""
    first, second = (jnp.asarray(key, jnp.uint32)[..., index] for index in (0, 1))
    schedule = first, second, first ^ second ^ jnp.uint32(PARITY)
    x, y = counter[..., 0] + first, counter[..., 1] + second
    for block in range(5):
        for rotation in ROTATIONS[block % 2]:
            x = x + y
            y = (y << rotation) | (y >> (32 - rotation))
            y = x ^ y
        x = x + schedule[(block + 1) % 3]
        y = y + schedule[(block + 2) % 3] + jnp.uint32(block + 1)
    return jnp.stack([x, y], axis=-1)


def key_words(key: Key) -> UInt32[Array, " 2"]:
    """Return the two words of a key: of `jax.random.key(seed)`, of `jax.random.PRNGKey(seed)`, or of the seed itself.

    Raises
    ------
    ValueError
        If the key is not one key.
    """
    if isinstance(key, int | np.integer):
        return jnp.asarray(np.array([(int(key) >> 32) & 0xFFFFFFFF, int(key) & 0xFFFFFFFF], np.uint32))
    words = jnp.asarray(key)
    if jnp.issubdtype(words.dtype, jax.dtypes.prng_key):
        words = jax.random.key_data(words)
    if words.ndim == 0 and jnp.issubdtype(words.dtype, jnp.integer):
        words = jnp.stack([jnp.uint32(0), words.astype(jnp.uint32)])
    if words.ndim != 1 or words.dtype != jnp.uint32 or words.shape[0] % 2:
        raise ValueError(
            f"key has shape {words.shape} and type {words.dtype}; one key is needed, as from jax.random.key(seed). "
            "Rows get their own keys from `ids` or from their fluxes."
        )
    folded = words[:2]
    for start in range(2, words.shape[0], 2):
        folded = threefry(folded, words[start : start + 2])
    return folded


def row_words(
    key: Key,
    bin_flux: Float[Array | np.ndarray, "*row bin"],
    ids: UInt32[Array | np.ndarray, "*row 2"] | None = None,
) -> UInt32[Array, "*row 2"]:
    """Return the key of each row: made of the key and the row's id, or else the bits of its fluxes as float32.

    Neither the order of the rows nor the pieces in which a table is processed change a row's key. Fluxes that are not
    finite count as 0.
    """
    words = key_words(key)
    if ids is not None:
        return threefry(words, ids)
    flux = jnp.asarray(bin_flux, jnp.float32)
    flux = jnp.where(jnp.isfinite(flux), flux, 0.0)
    bits = jax.lax.bitcast_convert_type(jax.lax.stop_gradient(flux), jnp.uint32)
    state = jnp.broadcast_to(words, (*bits.shape[:-1], 2))
    pairs = jnp.moveaxis(bits.reshape(*bits.shape[:-1], bits.shape[-1] // 2, 2), -2, 0)
    return jax.lax.scan(lambda state, pair: (threefry(state, pair), None), state, pairs)[0]


def id_words(
    ids: Sequence[Any] | Array | np.ndarray | int | np.integer[Any],
) -> UInt32[Array, "*row 2"] | UInt32[np.ndarray, "*row 2"]:
    """Return two words for each id.

    Parameters
    ----------
    ids : array of integers, or sequence of text
        Integers of up to 64 bits count by their value, whatever their type; under `jax.jit` they have the bits that
        JAX's integers have. Text counts by its SHA-256.

    Returns
    -------
    (..., 2) array
        uint32.

    Raises
    ------
    ValueError
        If the ids are neither integers nor text.

    Examples
    --------
    >>> from galactic_neon import id_words
    >>> id_words([39627545462704128, 7]).tolist()
    [[9226506, 3936356352], [0, 7]]
    >>> id_words(["galaxy a"]).tolist()  # text is hashed
    [[763767068, 3809914652]]
    """
    if isinstance(ids, jax.Array):
        if not jnp.issubdtype(ids.dtype, jnp.integer):
            raise ValueError(f"ids are {ids.dtype}; give integers or text, one per row.")
        wide = ids.dtype.itemsize > 4
        high = (ids >> 32) if wide else jnp.where(ids < 0, jnp.uint32(0xFFFFFFFF), jnp.uint32(0))
        low = ids & 0xFFFFFFFF if wide else ids
        return jnp.stack([high.astype(jnp.uint32), low.astype(jnp.uint32)], axis=-1)
    values = np.asarray(ids)
    if values.dtype.kind in "iu":
        bits = values.astype(np.int64 if values.dtype.kind == "i" else np.uint64).view(np.uint64)
        return np.stack([bits >> np.uint64(32), bits & np.uint64(0xFFFFFFFF)], axis=-1).astype(np.uint32)
    texts = values.astype(object).ravel().tolist()
    if not all(isinstance(text, str | bytes) for text in texts):
        raise ValueError(f"ids are {values.dtype}; give integers or text, one per row.")
    digests = [sha256(text if isinstance(text, bytes) else text.encode()).digest()[:8] for text in texts]
    return np.frombuffer(b"".join(digests), ">u4").astype(np.uint32).reshape(*values.shape, 2)


def uniforms(words: UInt32[Array | np.ndarray, "*row 2"], count: int, stream: int = 0) -> Float[Array, "*row number"]:
    """Return uniform numbers of (0, 1) for each row, float32; another stream has other numbers."""
    pairs = jnp.arange((count + 1) // 2, dtype=jnp.uint32)
    counter = jnp.stack([jnp.full_like(pairs, stream), pairs], axis=-1)
    bits = threefry(words[..., None, :], counter).reshape(*words.shape[:-1], 2 * len(pairs))[..., :count]
    steps = jax.lax.bitcast_convert_type((bits >> 9) | jnp.uint32(0x3F800000), jnp.float32)
    return steps - jnp.float32(1.0 - SMALLEST)


def normals(words: UInt32[Array | np.ndarray, "*row 2"], count: int, stream: int = 0) -> Float[Array, "*row number"]:
    """Return standard normal numbers for each row, float32."""
    return ndtri(uniforms(words, count, stream))
