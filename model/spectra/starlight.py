"""A likely spectrum of the starlight of twelve bins: stellar populations and dust, scaled to these bins."""

from functools import cache
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..bins import bin_weights
from .bin_splines import flat_inverse_slope, match_bins, spline_basis
from .synthesis import DEFAULT_DISPERSION
from .templates import REDDENINGS, attenuation, load_templates, nnls, smear

BIN_ERROR: Final = 0.01
"""Relative error assumed for each bin when populations are fitted; the smooth curve corrects the residual."""
ROUGHNESS: Final = 0.05
"""Width of the prior on second differences of the light shares in age, and on first differences in metallicity."""
SIZE: Final = 0.3
"""Width of the prior on one population's share of the light."""
REDDENING_SCALE: Final = 0.2
"""Mean of the exponential prior on E(B-V) [mag]."""
STEPS: Final = 150
"""Gradient steps of the non-negative fit."""


class _Design(NamedTuple):
    """Matrices of the fit, the same for every galaxy."""

    wavelength_rest: Float[np.ndarray, " pixel"]
    flux: Float[np.ndarray, "template pixel"]
    screen: Float[np.ndarray, "reddening pixel"]
    binned: Float[np.ndarray, "reddening bin template"]
    prior: Float[np.ndarray, "template template"]
    basis: Float[np.ndarray, "pixel bin"]
    weight: Float[np.ndarray, "pixel bin"]
    inverse_slope: Float[np.ndarray, "bin bin"]


def starlight(bin_flux: Float[Array | np.ndarray, " bin"]) -> Float[Array, " pixel"]:
    """Return a spectrum of starlight, with absorption lines, that has a galaxy's bin fluxes.

    Non-negative shares of 40 stellar populations behind a dust screen are fitted to the twelve bins, with a prior for
    histories that are smooth in age. Twelve fluxes do not determine one history: this is a likely spectrum, not a
    measured one. A smooth positive curve then scales it to the galaxy's bins.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean continuum per bin, any unit, > 0.

    Returns
    -------
    (pixel,) array
        Flux density on `starlight_grid`, in the unit of `bin_flux`; stellar velocity dispersion 120 km/s.

    References
    ----------
    Bruzual & Charlot 2003, MNRAS 344, 1000; Calzetti et al. 2000, ApJ 533, 682.
    """
    return _starlight(_design(), jnp.asarray(bin_flux))


@jax.jit
def _starlight(design: _Design, bin_flux: Float[Array, " bin"]) -> Float[Array, " pixel"]:
    # The design is an argument because XLA would fold a constant, slowly, into every compilation.
    scale = jnp.mean(bin_flux)
    target = bin_flux / scale

    def fit(binned: Float[Array, "bin template"]) -> tuple[Float[Array, " template"], Float[Array, ""]]:
        rows = binned / (BIN_ERROR * target)[:, None]
        gram = rows.T @ rows + design.prior
        share = nnls(gram, rows.T @ jnp.full(len(target), 1 / BIN_ERROR), STEPS)
        misfit = ((rows @ share - 1 / BIN_ERROR) ** 2).sum() + share @ design.prior @ share
        return share, misfit

    share, misfit = jax.vmap(fit)(jnp.asarray(design.binned))
    # Screens are weighted by their posterior probability, so that the spectrum changes smoothly with the colours.
    screens = jax.nn.softmax(-misfit / 2 - REDDENINGS / REDDENING_SCALE)
    populations = ((screens[:, None] * share) @ design.flux * design.screen).sum(axis=0)
    return scale * match_bins(populations, target, design.basis, design.weight, design.inverse_slope)


def starlight_grid() -> Float[np.ndarray, " pixel"]:
    """Return the rest-frame vacuum wavelengths [Å] of `starlight`, evenly spaced in their logarithm."""
    return _design().wavelength_rest


@cache
def _design() -> _Design:
    """Prepare the matrices of the fit: the templates smoothed, behind each dust screen, averaged in bins."""
    templates = load_templates()
    wavelength_rest = templates.wavelength_rest
    flux = smear(templates.flux, DEFAULT_DISPERSION, templates.pixel)
    screen = attenuation(wavelength_rest).astype(np.float32)
    with jax.ensure_compile_time_eval():  # the first call may come from inside a jit
        weight = np.asarray(bin_weights(wavelength_rest), np.float64)
    weight /= weight.sum(axis=0)
    binned = np.einsum("sp,tp,pb->sbt", screen, flux, weight, optimize=True)
    ages = len(np.unique(templates.age))
    rough_age = np.diff(np.eye(ages), n=2, axis=0)
    metals = len(flux) // ages
    rough_metal = np.kron(np.diff(np.eye(metals), axis=0), np.eye(ages))
    rows = np.concatenate([np.kron(np.eye(metals), rough_age) / ROUGHNESS, rough_metal / ROUGHNESS])
    prior = rows.T @ rows + np.eye(len(flux)) / SIZE**2
    basis = spline_basis(wavelength_rest)
    return _Design(
        wavelength_rest,
        flux.astype(np.float32),
        screen,
        binned.astype(np.float32),
        prior.astype(np.float32),
        basis,
        weight.astype(np.float32),
        flat_inverse_slope(basis, weight),
    )
