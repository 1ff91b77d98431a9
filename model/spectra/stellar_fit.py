"""Fit of stellar populations behind dust to the pixels of a spectrum outside its emission lines."""

from functools import cache
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..lines import MEASURED_LINES
from ..numerics.constants import LIGHT_SPEED
from .lines.side_bands import MEASURED
from .templates import attenuation, load_templates, nnls, smear

DISPERSIONS: Final = (70.0, 130.0, 200.0, 280.0)
"""Trial velocity dispersions of the stars [km/s]."""
_WEAK_LINES: Final = np.array(
    [
        3869.86,
        3890.17,
        3971.20,
        4102.89,
        4364.44,
        4472.74,
        4687.02,
        5756.19,
        5877.25,
        5891.58,
        5897.56,
        6302.05,
        6313.81,
    ]
)
"""Vacuum wavelengths [Å] of weaker emission lines (FastSpecFit's table) and of interstellar Na D."""
OTHER_LINES: Final = _WEAK_LINES[np.abs(_WEAK_LINES[:, None] - MEASURED.wavelengths).min(axis=1) > 1.0]
"""Those of the weaker lines that are not measured."""
LINE_REACH: Final = 800.0
"""Half width [km/s] of the range around each of the predicted lines that is excluded from the fit."""
OTHER_REACH: Final = 500.0
"""Half width [km/s] of the excluded range around each of the weaker lines."""
LOCAL: Final = 100.0
"""Distance [Å] of the pixels to which the level of the model is adjusted."""
SIZE: Final = 1.0
"""Width of the prior on one population's share of the light, which bounds shares that the data do not constrain."""
STEPS: Final = 500
"""Gradient steps of the non-negative fit."""
RESOLVED: Final = 1e-5
"""Relative ridge added to the normal equations of the modes, so that nearly equal populations do not break them."""


class Starlight(NamedTuple):
    """Starlight of a spectrum, with its uncertainties.

    Attributes
    ----------
    flux : (pixel,) array
        Flux density in the unit of the spectrum.
    level_error : (pixel,) array
        Relative standard error of the level of `flux`; infinite if no good pixel lies within `LOCAL`.
    modes : (mode, pixel) array
        Uncertainty of the populations, in the unit of the spectrum: a draw from the posterior of the starlight is
        `flux` plus each mode times a standard normal number.
    """

    flux: Float[Array, " pixel"]
    level_error: Float[Array, " pixel"]
    modes: Float[Array, "mode pixel"]


def fit_starlight(
    wavelength_rest: Float[np.ndarray, " pixel"],
    flux: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
) -> Starlight:
    """Fit non-negative shares of 40 stellar populations behind a dust screen to a spectrum outside its lines.

    Nine screens and four velocity dispersions are tried and averaged with their likelihoods as weights. The model is
    then scaled to the pixels within `LOCAL` of each pixel, which corrects errors of the flux calibration and of the
    templates but keeps the relative depths of absorption lines.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    flux : (pixel,) array
        Flux density f_lambda in any unit.
    ivar : (pixel,) array
        Inverse variance; 0 marks a masked pixel.

    Returns
    -------
    Starlight
        Arrays on the given pixels. Pixels outside the range of the templates (`covered`) are not fitted.
    """
    weight = np.where(covered(wavelength_rest) & ~near_lines(wavelength_rest), ivar, 0.0)
    scale = np.sqrt(np.sum(weight * flux**2) / max(np.sum(weight), 1e-30)) or 1.0
    model, error, modes = _fit(
        load_templates().wavelength_rest.astype(np.float32),
        _smoothed_templates(),
        attenuation(wavelength_rest).astype(np.float32),
        wavelength_rest.astype(np.float32),
        (flux / scale).astype(np.float32),
        (weight * scale**2).astype(np.float32),
    )
    return Starlight(model * np.float32(scale), error, modes * np.float32(scale))


def covered(wavelength_rest: Float[np.ndarray, " pixel"]) -> Bool[np.ndarray, " pixel"]:
    """Return which pixels lie within the wavelength range of the templates."""
    grid = load_templates().wavelength_rest
    return np.logical_and(wavelength_rest >= grid[0], wavelength_rest <= grid[-1])


def near_lines(wavelength_rest: Float[np.ndarray, " pixel"]) -> Bool[np.ndarray, " pixel"]:
    """Return which pixels lie within reach of an emission line or of interstellar Na D."""
    waves = np.concatenate([MEASURED.wavelengths, OTHER_LINES])
    strong = [MEASURED_LINES[line].predicted for line in MEASURED.line] + [False] * len(OTHER_LINES)
    reach = np.where(strong, LINE_REACH, OTHER_REACH)
    away = np.abs(wavelength_rest[:, None] / waves - 1) * LIGHT_SPEED
    return np.any(away < reach, axis=1)


@cache
def _smoothed_templates() -> Float[np.ndarray, "dispersion template pixel"]:
    templates = load_templates()
    return np.stack([smear(templates.flux, one, templates.pixel) for one in DISPERSIONS]).astype(np.float32)


@jax.jit
def _fit(
    grid: Float[Array, " sample"],
    smeared: Float[Array, "dispersion template sample"],
    screen: Float[Array, "reddening pixel"],
    wavelength_rest: Float[Array, " pixel"],
    flux: Float[Array, " pixel"],
    weight: Float[Array, " pixel"],
) -> tuple[Float[Array, " pixel"], Float[Array, " pixel"], Float[Array, "mode pixel"]]:
    root = jnp.sqrt(weight)
    light = jax.vmap(jax.vmap(lambda population: jnp.interp(wavelength_rest, grid, population)))(smeared)

    def fit_shares(light: Float[Array, "template pixel"], dust: Float[Array, " pixel"]) -> tuple[Array, Array, Array]:
        columns = light * (dust * root)
        gram = columns @ columns.T + jnp.eye(len(columns), dtype=flux.dtype) / SIZE**2
        moment = columns @ (flux * root)
        share = nnls(gram, moment, STEPS)
        return share, gram, share @ (gram @ share / 2 - moment)

    fit_screens = jax.vmap(fit_shares, in_axes=(None, 0))
    share, gram, misfit = jax.lax.map(lambda one: fit_screens(one, screen), light)
    # Dispersions and screens are weighted by their likelihood.
    chance = jax.nn.softmax(-misfit.ravel()).reshape(misfit.shape)
    model = jnp.einsum("ds,dst,sp,dtp->p", chance, share, screen, light)
    dispersion, dust = jnp.unravel_index(jnp.argmax(chance), chance.shape)
    best, positive = light[dispersion] * screen[dust], share[dispersion, dust] > 0
    # Shares at zero stay fixed; the covariance of the others follows from their normal equations.
    inside = jnp.where(positive[:, None] & positive, gram[dispersion, dust], 0.0)
    # Populations equal within float32 would make the matrix singular.
    inside += jnp.diag(jnp.where(positive, RESOLVED * jnp.diagonal(inside), 1.0))
    best = jnp.where(positive[:, None], best, 0.0)
    modes = jax.scipy.linalg.solve_triangular(jnp.linalg.cholesky(inside), best, lower=True)
    return _scale_locally(wavelength_rest, flux, weight, model, modes)


def _scale_locally(
    wavelength_rest: Float[Array, " pixel"],
    flux: Float[Array, " pixel"],
    weight: Float[Array, " pixel"],
    model: Float[Array, " pixel"],
    modes: Float[Array, "mode pixel"],
) -> tuple[Float[Array, " pixel"], Float[Array, " pixel"], Float[Array, "mode pixel"]]:
    """Scale a model to the pixels around each pixel, and subtract from its modes the part that the scaling absorbs."""
    first = jnp.searchsorted(wavelength_rest, wavelength_rest - LOCAL)
    last = jnp.searchsorted(wavelength_rest, wavelength_rest + LOCAL)

    def around(values: Float[Array, "... pixel"]) -> Float[Array, "... pixel"]:
        total = jnp.cumsum(values, axis=-1)
        total = jnp.concatenate([jnp.zeros_like(total[..., :1]), total], axis=-1)
        return total[..., last] - total[..., first]

    weight_around = around(weight * model**2)
    constrained = weight_around > 0
    weight_around = jnp.where(constrained, weight_around, 1.0)
    ratio = jnp.where(constrained, around(weight * model * flux) / weight_around, 1.0)
    modes = modes - model * around(weight * model * modes) / weight_around
    return model * ratio, jnp.where(constrained, 1 / jnp.sqrt(weight_around), jnp.inf), modes
