"""Starlight as a sum of stellar populations behind dust: templates, attenuation, and the non-negative fit.

The templates are the 40 simple stellar populations that the MPA-JHU group chose from Bruzual & Charlot 2003 (MNRAS 344,
1000), as ``sdss-mangadap`` publishes them (BSD-3); ``scripts/stellar_templates.py`` makes the file from that package.
"""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from safetensors.numpy import load_file

from ..numerics.constants import LIGHT_SPEED

TEMPLATES_FILE: Final = Path(__file__).parent / "templates_data" / "bc03.safetensors"
REDDENINGS: Final = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75], np.float32)
"""E(B-V) of the dust screens tried [mag]."""
CALZETTI_RV: Final = 4.05
REACH: Final = 4.0
"""Half width of the smoothing kernel, in sigmas."""


class Templates(NamedTuple):
    """Simple stellar populations on one grid, evenly spaced in the logarithm of the wavelength.

    Attributes
    ----------
    wavelength_rest : (pixel,) array
        Vacuum wavelengths [Å].
    flux : (template, pixel) array
        Flux density per wavelength, scaled to a mean of 1 over 3400-7000 Å.
    age : (template,) array
        Ages [Gyr], increasing within a metallicity.
    metallicity : (template,) array
        Mass fractions of metals, increasing.
    pixel : float
        Width of a pixel [km/s].
    light : (template,) array
        Mean luminosity over 3400-7000 Å per mass of stars formed [Lsun/Å/Msun]; `light` times `flux` is physical.
    """

    wavelength_rest: Float[np.ndarray, " pixel"]
    flux: Float[np.ndarray, "template pixel"]
    age: Float[np.ndarray, " template"]
    metallicity: Float[np.ndarray, " template"]
    pixel: float
    light: Float[np.ndarray, " template"]


@cache
def load_templates() -> Templates:
    """Load the shipped templates; the file is read once per process."""
    stored = load_file(TEMPLATES_FILE)
    start, step = stored["log_wavelength"]
    flux = stored["flux"].astype(np.float32)
    wavelength_rest = np.exp(start + step * np.arange(flux.shape[1]))
    pixel = float(step * LIGHT_SPEED)
    return Templates(wavelength_rest, flux, stored["age"], stored["metallicity"], pixel, stored["light"])


def smear(
    flux: Float[np.ndarray, "template pixel"], dispersion: float, pixel: float
) -> Float[np.ndarray, "template pixel"]:
    """Convolve spectra on a grid evenly spaced in velocity with a Gaussian.

    Parameters
    ----------
    flux : (template, pixel) array
        Spectra.
    dispersion : float
        Sigma [km/s].
    pixel : float
        Width of a pixel [km/s].

    Returns
    -------
    (template, pixel) array
        Smoothed spectra; beyond its ends a spectrum is extended by its outermost value.
    """
    half = int(np.ceil(REACH * dispersion / pixel))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * pixel / dispersion) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    padded = np.pad(flux, ((0, 0), (half, half)), mode="edge")
    return np.stack([np.convolve(one, kernel, mode="valid") for one in padded])


def attenuation(wavelength_rest: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, "reddening pixel"]:
    """Return the transmission of each dust screen of `REDDENINGS`.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Wavelengths [Å], 1200-22000.

    Returns
    -------
    (reddening, pixel) array
        Transmission, 0 to 1.

    References
    ----------
    Calzetti et al. 2000, ApJ 533, 682, equation 4 (R_V = 4.05).
    """
    return 10 ** (-0.4 * REDDENINGS[:, None] * CALZETTI_RV * attenuation_curve(wavelength_rest))


def attenuation_curve(wavelength_rest: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, " pixel"]:
    """Return the attenuation [mag] at each wavelength [Å] of dust that attenuates V by one magnitude.

    References
    ----------
    Calzetti et al. 2000, ApJ 533, 682, equation 4 (R_V = 4.05).
    """
    inverse = 1e4 / np.asarray(wavelength_rest)
    blue = -2.156 + 1.509 * inverse - 0.198 * inverse**2 + 0.011 * inverse**3
    red = -1.857 + 1.040 * inverse
    return 2.659 * np.where(inverse > 1 / 0.63, blue, red) / CALZETTI_RV + 1


def nnls(
    gram: Float[Array | np.ndarray, "term term"], moment: Float[Array | np.ndarray, " term"], steps: int
) -> Float[Array, " term"]:
    """Minimise w·G·w / 2 - m·w over w >= 0 by accelerated projected gradients with restarts.

    Parameters
    ----------
    gram : (term, term) array
        Symmetric, positive definite.
    moment : (term,) array
        Right-hand side of the normal equations.
    steps : int
        Number of gradient steps, static under `jit`.

    Returns
    -------
    (term,) array
        Weights, >= 0.

    References
    ----------
    O'Donoghue & Candès 2015, Found. Comput. Math. 15, 715 (the restart).
    """
    gram, moment = jnp.asarray(gram), jnp.asarray(moment)
    scale = jnp.sqrt(jnp.diagonal(gram))
    gram, moment = gram / (scale[:, None] * scale), moment / scale
    # With a unit diagonal the largest row sum bounds the largest eigenvalue.
    size = 1 / jnp.abs(gram).sum(axis=1).max()

    def step(_: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        weight, ahead, momentum = state
        moved = jnp.maximum(ahead - size * (gram @ ahead - moment), 0.0)
        uphill = (ahead - moved) @ (moved - weight) > 0
        momentum = jnp.where(uphill, 1.0, momentum)
        following = (1 + jnp.sqrt(1 + 4 * momentum**2)) / 2
        return moved, moved + jnp.where(uphill, 0.0, (momentum - 1) / following) * (moved - weight), following

    start = jnp.zeros_like(moment)
    weight, *_ = jax.lax.fori_loop(0, steps, step, (start, start, jnp.ones((), start.dtype)))
    return weight / scale
