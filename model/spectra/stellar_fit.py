"""The starlight of a spectrum: stellar populations behind dust, fitted to its pixels beside the emission lines."""

from functools import cache
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ..features import LIGHT_SPEED
from .side_bands import COMPONENT_WAVELENGTHS
from .templates import attenuation, load_templates, nnls, smear

DISPERSIONS: Final = (70.0, 130.0, 200.0, 280.0)
"""Velocity dispersions of the stars that are tried [km/s]."""
OTHER_LINES: Final = np.array(
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
"""Vacuum wavelengths [Å] of weaker lines that starlight lacks (FastSpecFit's table), and of interstellar Na D."""
LINE_REACH: Final = 800.0
"""Pixels this near to one of the ten lines [km/s] are left out."""
OTHER_REACH: Final = 500.0
"""The same for the weaker lines [km/s]."""
LOCAL: Final = 100.0
"""The level of the model is adjusted to the pixels within this distance [Å]."""
SIZE: Final = 1.0
"""Spread expected of one population's share of the light: keeps shares finite that the spectrum does not tell."""
STEPS: Final = 500
RESOLVED: Final = 1e-5
"""Least relative difference of populations that counts in the modes."""


class Starlight(NamedTuple):
    """The stars' part of a spectrum, and how it may be wrong.

    Attributes
    ----------
    flux : (pixel,) array
        Flux density in the unit of the spectrum.
    level_error : (pixel,) array
        Relative standard error of its level; infinite where no good pixel is near.
    modes : (mode, pixel) array
        Other populations that fit nearly as well: the light is `flux` plus, for each mode, the mode times a standard
        normal number; in the unit of the spectrum.
    """

    flux: Float[Array, " pixel"]
    level_error: Float[Array, " pixel"]
    modes: Float[Array, "mode pixel"]


def fit_starlight(
    wavelength_rest: Float[np.ndarray, " pixel"],
    flux: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
) -> Starlight:
    """Fit non-negative shares of 40 stellar populations behind a dust screen to a spectrum beside its lines.

    Nine screens and four velocity dispersions are tried; those that fit as well share the light. Where the flux
    calibration or the templates are a little off, the model is scaled to the pixels around, so that the relative
    depths of absorption lines stay the populations'.

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
        On the pixels given, which should lie within the templates (`covered`); pixels beyond do not count.
    """
    weight = np.where(covered(wavelength_rest) & ~near_lines(wavelength_rest), ivar, 0.0)
    scale = np.sqrt(np.sum(weight * flux**2) / max(np.sum(weight), 1e-30)) or 1.0
    model, error, modes = _fit(
        load_templates().wavelength_rest.astype(np.float32),
        _smeared(),
        attenuation(wavelength_rest).astype(np.float32),
        wavelength_rest.astype(np.float32),
        (flux / scale).astype(np.float32),
        (weight * scale**2).astype(np.float32),
    )
    return Starlight(model * np.float32(scale), error, modes * np.float32(scale))


def covered(wavelength_rest: Float[np.ndarray, " pixel"]) -> Bool[np.ndarray, " pixel"]:
    """Tell which pixels the templates cover: the twelve bins and a little more."""
    grid = load_templates().wavelength_rest
    return np.logical_and(wavelength_rest >= grid[0], wavelength_rest <= grid[-1])


def near_lines(wavelength_rest: Float[np.ndarray, " pixel"]) -> Bool[np.ndarray, " pixel"]:
    """Tell which pixels an emission line, or interstellar sodium, may reach."""
    waves = np.concatenate([COMPONENT_WAVELENGTHS, OTHER_LINES])
    reach = np.repeat([LINE_REACH, OTHER_REACH], [len(COMPONENT_WAVELENGTHS), len(OTHER_LINES)])
    away = np.abs(wavelength_rest[:, None] / waves - 1) * LIGHT_SPEED
    return np.any(away < reach, axis=1)


@cache
def _smeared() -> Float[np.ndarray, "dispersion template pixel"]:
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

    def behind(light: Float[Array, "template pixel"], dust: Float[Array, " pixel"]) -> tuple[Array, Array, Array]:
        columns = light * (dust * root)
        gram = columns @ columns.T + jnp.eye(len(columns), dtype=flux.dtype) / SIZE**2
        moment = columns @ (flux * root)
        share = nnls(gram, moment, STEPS)
        return share, gram, share @ (gram @ share / 2 - moment)

    screens = jax.vmap(behind, in_axes=(None, 0))
    share, gram, misfit = jax.lax.map(lambda one: screens(one, screen), light)
    # Dispersions and screens that fit as well share the light: the level of noise decides how many do.
    chance = jax.nn.softmax(-misfit.ravel()).reshape(misfit.shape)
    model = jnp.einsum("ds,dst,sp,dtp->p", chance, share, screen, light)
    dispersion, dust = jnp.unravel_index(jnp.argmax(chance), chance.shape)
    best, there = light[dispersion] * screen[dust], share[dispersion, dust] > 0
    # Shares at zero stay there; the others may move together as their normal equations let them.
    inside = jnp.where(there[:, None] & there, gram[dispersion, dust], 0.0)
    # Populations alike within float32 would break the factorisation.
    inside += jnp.diag(jnp.where(there, RESOLVED * jnp.diagonal(inside), 1.0))
    best = jnp.where(there[:, None], best, 0.0)
    modes = jax.scipy.linalg.solve_triangular(jnp.linalg.cholesky(inside), best, lower=True)
    return _levelled(wavelength_rest, flux, weight, model, modes)


def _levelled(
    wavelength_rest: Float[Array, " pixel"],
    flux: Float[Array, " pixel"],
    weight: Float[Array, " pixel"],
    model: Float[Array, " pixel"],
    modes: Float[Array, "mode pixel"],
) -> tuple[Float[Array, " pixel"], Float[Array, " pixel"], Float[Array, "mode pixel"]]:
    """Scale a model to the pixels around each pixel, and take from its modes what the scaling takes."""
    first = jnp.searchsorted(wavelength_rest, wavelength_rest - LOCAL)
    last = jnp.searchsorted(wavelength_rest, wavelength_rest + LOCAL)

    def around(values: Float[Array, "... pixel"]) -> Float[Array, "... pixel"]:
        total = jnp.cumsum(values, axis=-1)
        total = jnp.concatenate([jnp.zeros_like(total[..., :1]), total], axis=-1)
        return total[..., last] - total[..., first]

    seen = around(weight * model**2)
    told = seen > 0
    seen = jnp.where(told, seen, 1.0)
    ratio = jnp.where(told, around(weight * model * flux) / seen, 1.0)
    modes = modes - model * around(weight * model * modes) / seen
    return model * ratio, jnp.where(told, 1 / jnp.sqrt(seen), jnp.inf), modes
