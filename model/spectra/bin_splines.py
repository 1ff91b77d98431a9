"""A smooth positive curve that scales a model spectrum to given fluxes in the twelve bins."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import BIN_CENTERS


def spline_basis(wavelength_rest: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, "pixel bin"]:
    """Tabulate the natural cubic splines that are 1 at one bin's centre and 0 at the others'.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame wavelengths [Å]; beyond the outermost centres the splines continue as straight lines.

    Returns
    -------
    (pixel, 12) array
        One spline per column; their sum is 1 everywhere.

    References
    ----------
    Press et al., Numerical Recipes, section 3.3.
    """
    count, width = len(BIN_CENTERS), BIN_CENTERS[1] - BIN_CENTERS[0]
    # Second derivatives (in units of width**-2) of each cardinal spline; zero at the ends of a natural spline.
    second = np.zeros((count, count))
    inner = 4 * np.eye(count - 2) + np.eye(count - 2, k=1) + np.eye(count - 2, k=-1)
    second[1:-1] = np.linalg.solve(inner, 6 * np.diff(np.eye(count), n=2, axis=0))
    place = (np.asarray(wavelength_rest, np.float64) - BIN_CENTERS[0]) / width
    index = np.clip(place.astype(int), 0, count - 2)
    right = np.clip(place - index, 0.0, 1.0)[:, None]
    left = 1 - right
    values = np.eye(count)
    curve = left * values[index] + right * values[index + 1]
    curve += ((left**3 - left) * second[index] + (right**3 - right) * second[index + 1]) / 6
    first_slope = values[1] - values[0] - second[1] / 6
    last_slope = values[-1] - values[-2] + second[-2] / 6
    curve += np.minimum(place, 0.0)[:, None] * first_slope
    curve += np.maximum(place - (count - 1), 0.0)[:, None] * last_slope
    return curve.astype(np.float32)


def flat_inverse_slope(
    basis: Float[np.ndarray, "pixel bin"], weight: Float[np.ndarray, "pixel bin"]
) -> Float[np.ndarray, "bin bin"]:
    """Return the inverse of d ln(bin flux) / d(spline value at a bin's centre) for a flat spectrum.

    Parameters
    ----------
    basis : (pixel, 12) array
        From `spline_basis`.
    weight : (pixel, 12) array
        Weights of the pixels in each bin's mean; columns sum to 1.

    Returns
    -------
    (12, 12) array
        Inverse matrix, for `match_bins`.
    """
    return np.linalg.inv(weight.T @ basis).astype(np.float32)


def match_bins(
    spectrum: Float[Array, " pixel"],
    bin_flux: Float[Array, " bin"],
    basis: Float[Array | np.ndarray, "pixel bin"],
    weight: Float[Array | np.ndarray, "pixel bin"],
    inverse_slope: Float[Array | np.ndarray, "bin bin"],
    steps: int = 16,
) -> Float[Array, " pixel"]:
    """Multiply a spectrum by the smooth positive curve that gives it the requested bin fluxes.

    The curve is the exponential of a cubic spline. Newton's method finds its values at the bins' centres. The Jacobian
    is that of a flat spectrum, whose inverse is precomputed and which is close to the true one.

    Parameters
    ----------
    spectrum : (pixel,) array
        Flux density, > 0, any unit.
    bin_flux : (12,) array
        Mean flux per bin that the product must have, > 0.
    basis : (pixel, 12) array
        From `spline_basis`.
    weight : (pixel, 12) array
        Weights of the pixels in each bin's mean; columns sum to 1.
    inverse_slope : (12, 12) array
        From `flat_inverse_slope`.
    steps : int
        Newton steps.

    Returns
    -------
    (pixel,) array
        The scaled spectrum, in the unit of `bin_flux`.
    """
    basis, weight, inverse_slope = jnp.asarray(basis), jnp.asarray(weight), jnp.asarray(inverse_slope)

    def step(_: Array, knots: Float[Array, " bin"]) -> Float[Array, " bin"]:
        means = (spectrum * jnp.exp(basis @ knots)) @ weight
        # Steps are limited because the exponential would overshoot far from the solution.
        return knots - jnp.clip(inverse_slope @ jnp.log(means / bin_flux), -1.0, 1.0)

    knots = jax.lax.fori_loop(0, steps, step, jnp.log(bin_flux / (spectrum @ weight)))
    return spectrum * jnp.exp(basis @ knots)
