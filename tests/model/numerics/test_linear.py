"""The small solver that spares the server SciPy."""

import jax
import jax.numpy as jnp
import numpy as np

from model.numerics.linear import root, solve


def matrices(n: int = 7) -> np.ndarray:
    draws = np.random.Generator(np.random.PCG64(0)).normal(size=(5, n, 3 * n))
    return (draws @ np.swapaxes(draws, -1, -2)).astype(np.float32)


def test_systems_and_determinants_are_those_of_numpy():
    matrix = matrices()
    right = np.arange(70, dtype=np.float32).reshape(5, 7, 2)
    found, log_determinant = jax.jit(solve)(matrix, right)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=2e-3, atol=1e-4)
    np.testing.assert_allclose(log_determinant, np.linalg.slogdet(matrix)[1], rtol=1e-5)


def test_a_root_multiplies_to_its_matrix_even_without_variance_in_a_direction():
    matrix = matrices()
    matrix[:, 3] = matrix[:, :, 3] = 0
    found = np.asarray(root(jnp.asarray(matrix)))
    np.testing.assert_allclose(found @ np.swapaxes(found, -1, -2), matrix, rtol=1e-4, atol=1e-3)
    assert np.triu(found[0], 1).max() == 0
