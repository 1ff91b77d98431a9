"""Solution and root of small symmetric systems, many at once, without LAPACK, which would load SciPy into a server."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def solve(
    matrix: Float[Array, "*many n n"], right: Float[Array, "*many n m"]
) -> tuple[Float[Array, "*many n m"], Float[Array, "*many"]]:
    """Solve positive definite systems by Gauss-Jordan elimination, which needs no pivoting for them.

    Parameters
    ----------
    matrix : (..., n, n) array
        Positive definite.
    right : (..., n, m) array
        Right-hand sides.

    Returns
    -------
    solution : (..., n, m) array
        Solutions.
    log_determinant : (...) array
        Natural logarithms of the determinants.
    """
    n = matrix.shape[-1]

    def eliminate(state: tuple[Array, Array], step: Array) -> tuple[tuple[Array, Array], None]:
        table, log_determinant = state
        pivot_row = jnp.take(table, step, axis=-2)
        pivot = jnp.take(pivot_row, step, axis=-1)
        scaled = pivot_row / pivot[..., None]
        is_pivot = (jnp.arange(n) == step)[:, None]
        below = jnp.take(table, step, axis=-1)[..., None] * scaled[..., None, :]
        table = jnp.where(is_pivot, scaled[..., None, :], table - below)
        return (table, log_determinant + jnp.log(pivot)), None

    table = jnp.concatenate([matrix, jnp.broadcast_to(right, (*matrix.shape[:-1], right.shape[-1]))], axis=-1)
    start = table, jnp.zeros(matrix.shape[:-2], matrix.dtype)
    (table, log_determinant), _ = jax.lax.scan(eliminate, start, jnp.arange(n))
    return table[..., n:], log_determinant


def root(matrix: Float[Array, "*many n n"], smallest: float = 1e-12) -> Float[Array, "*many n n"]:
    """Return lower triangular factors L with L Lᵀ = matrix; a direction without variance gets a column of zeros.

    Parameters
    ----------
    matrix : (..., n, n) array
        Positive semidefinite.
    smallest : float
        Variance below which a direction counts as without variance.

    Returns
    -------
    (..., n, n) array
        Factors.
    """
    n = matrix.shape[-1]

    def column(rest: Array, step: Array) -> tuple[Array, Array]:
        pivot = jnp.take(jnp.take(rest, step, axis=-1), step, axis=-1)[..., None]
        found = jnp.take(rest, step, axis=-1) / jnp.sqrt(jnp.maximum(pivot, smallest))
        found = jnp.where((pivot > smallest) & (jnp.arange(n) >= step), found, 0.0)
        return rest - found[..., :, None] * found[..., None, :], found

    _, columns = jax.lax.scan(column, matrix, jnp.arange(n))
    return jnp.moveaxis(columns, 0, -1)
