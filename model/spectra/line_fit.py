"""Fit of Gaussians to the lines of a starlight-subtracted spectrum: areas, one common width and one common shift."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..lines import FREE_LINES, LINE_NAMES, LINES
from .side_bands import COMPONENT_LINE
from .synthesis import DEFAULT_DISPERSION, line_profiles

DISPERSION_SPREAD: Final = 0.4
"""Width of the Gaussian prior on ln(velocity dispersion) around `DEFAULT_DISPERSION`."""
VELOCITY_SPREAD: Final = 60.0
"""Width of the Gaussian prior on the velocity shift [km/s], the error expected of a redshift."""
_DISPERSIONS: Final = np.log(np.geomspace(45.0, 400.0, 9))
_VELOCITIES: Final = np.arange(-180.0, 181.0, 30.0)
_STENCIL: Final = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], indexing="ij"), axis=-1).reshape(-1, 2)
_TERMS: Final = np.column_stack([np.ones(9), _STENCIL, _STENCIL[:, 0] ** 2, _STENCIL.prod(axis=1), _STENCIL[:, 1] ** 2])
"""Columns of a quadratic surface through the stencil: constant, two slopes, three curvatures."""
_FIRST_SPACING: Final = np.array([0.1, 15.0])
_STENCILS: Final = 4
_LEAST_CURVATURE: Final = 0.05


class LineFit(NamedTuple):
    """Fitted areas of the lines, in the unit of the spectrum times Å, with width and shift.

    Attributes
    ----------
    area, variance : (line,) array
        Areas, and their variances, which include the uncertainty of the common width and shift.
    response : (10, nuisance) array
        Change of the areas per unit of each nuisance spectrum.
    coverage : (component,) array
        Share of each component's profile that lies on good pixels.
    velocity_dispersion, velocity : float
        Gaussian sigma, corrected for the instrumental resolution, and shift [km/s].
    """

    area: Float[np.ndarray, " line"]
    variance: Float[np.ndarray, " line"]
    response: Float[np.ndarray, "line nuisance"]
    coverage: Float[np.ndarray, " component"]
    velocity_dispersion: float
    velocity: float


class _Pixels(NamedTuple):
    """Pixels to fit, in float32."""

    wavelength_rest: Float[Array, " pixel"]
    flux: Float[Array, " pixel"]
    ivar: Float[Array, " pixel"]
    instrument_fwhm: Float[Array, " component"]


def fit_lines(
    wavelength_rest: Float[np.ndarray, " pixel"],
    flux: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
    nuisance: Float[np.ndarray, "nuisance pixel"],
    instrument_fwhm: float | Float[np.ndarray, " component"] = 0.0,
) -> LineFit:
    """Fit the lines of a starlight-subtracted spectrum.

    For a given width and shift the areas follow by linear least squares. Width and shift are searched on a grid, then
    refined with quadratic surfaces through stencils that shrink to their errors.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing; gaps far from the lines are allowed.
    flux, ivar : (pixel,) array
        Starlight-subtracted flux density, scaled to order 1, and its inverse variance; 0 marks a masked pixel.
    nuisance : (nuisance, pixel) array
        Spectra of possible errors of the subtracted starlight, for which the response is given.
    instrument_fwhm : float or (component,) array
        FWHM resolution of the spectrograph [Å, rest frame].

    Returns
    -------
    LineFit
        Areas, which noise can make negative.
    """
    resolution = np.broadcast_to(instrument_fwhm, COMPONENT_LINE.shape)
    pixels = _Pixels(*(jnp.asarray(array, jnp.float32) for array in (wavelength_rest, flux, ivar, resolution)))
    grid = np.stack(np.meshgrid(_DISPERSIONS, _VELOCITIES, indexing="ij"), axis=-1).reshape(-1, len(_STENCIL), 2)
    costs = np.concatenate([_costs_and_areas(jnp.asarray(part, jnp.float32), pixels)[0] for part in grid])
    best, spacing = grid.reshape(-1, 2)[np.argmin(costs)], _FIRST_SPACING
    variance = np.zeros(len(LINES))
    for _ in range(_STENCILS):
        trials = jnp.asarray(best + _STENCIL * spacing, jnp.float32)
        cost, areas = (np.asarray(part, np.float64) for part in _costs_and_areas(trials, pixels))
        parabola = np.linalg.lstsq(_TERMS, cost, rcond=None)[0]
        curvature = np.array([[2 * parabola[3], parabola[4]], [parabola[4], 2 * parabola[5]]])
        values, vectors = np.linalg.eigh(curvature)
        covariance = (vectors / np.maximum(values, _LEAST_CURVATURE)) @ vectors.T
        slope = np.linalg.lstsq(_TERMS, areas, rcond=None)[0][1:3].T
        variance = ((slope @ covariance) * slope).sum(axis=1)
        best = best + np.clip(-covariance @ parabola[1:3], -1.5, 1.5) * spacing
        spacing = spacing * np.clip(np.sqrt(np.diag(covariance)), 0.2, 2.0)
    area, fit_variance, response, coverage = (
        np.asarray(part, np.float64)
        for part in _line_areas(jnp.asarray(best, jnp.float32), pixels, jnp.asarray(nuisance, jnp.float32))
    )
    return LineFit(area, fit_variance + variance, response, coverage, float(np.exp(best[0])), float(best[1]))


def _ties() -> tuple[Float[np.ndarray, "component free"], Float[np.ndarray, "line free"]]:
    """Return the matrices that map free areas to the areas of the components and of the lines."""
    names = [LINE_NAMES[line] for line in COMPONENT_LINE]
    free = [index for index, line in enumerate(COMPONENT_LINE) if line in FREE_LINES]
    components = np.zeros((len(names), len(free)), np.float32)
    components[free, range(len(free))] = 1
    for line in LINES:
        if line.tied_to is not None:
            components[names.index(line.name)] = components[names.index(line.tied_to)] / line.flux_ratio
    return components, np.stack([components[line == COMPONENT_LINE].sum(axis=0) for line in range(len(LINES))])


_COMPONENTS, _LINES = _ties()


def _areas(
    kinematics: Float[Array, "2"], pixels: _Pixels, spectra: Float[Array, "spectrum pixel"]
) -> tuple[Float[Array, "free spectrum"], Float[Array, "free free"], Float[Array, "pixel component"]]:
    """Return the least-squares free areas of each spectrum, their covariance, and the profiles."""
    profiles = line_profiles(pixels.wavelength_rest, jnp.exp(kinematics[0]), pixels.instrument_fwhm, kinematics[1])
    root = jnp.sqrt(pixels.ivar)
    columns = (profiles @ _COMPONENTS) * root[:, None]
    size = jnp.sqrt((columns**2).sum(axis=0))
    size = jnp.where(size > 0, size, 1.0)
    columns = columns / size
    # A line without a good pixel has a column of zeros; the small diagonal term sets its area to 0.
    inverse = jnp.linalg.inv(columns.T @ columns + 1e-5 * jnp.eye(len(size), dtype=size.dtype))
    return inverse @ (columns.T @ (spectra * root).T) / size[:, None], inverse / (size[:, None] * size), profiles


@jax.jit
def _costs_and_areas(
    trials: Float[Array, "shape 2"], pixels: _Pixels
) -> tuple[Float[Array, " shape"], Float[Array, "shape line"]]:
    """Return half the chi square, up to a constant, and the line areas for each trial width and shift."""

    def cost_and_area(kinematics: Float[Array, "2"]) -> tuple[Float[Array, ""], Float[Array, " line"]]:
        areas, _, profiles = _areas(kinematics, pixels, pixels.flux[None])
        model = profiles @ (_COMPONENTS @ areas[:, 0])
        departure = (kinematics - jnp.array([np.log(DEFAULT_DISPERSION), 0.0])) / jnp.array(
            [DISPERSION_SPREAD, VELOCITY_SPREAD]
        )
        # The chi square minus that of no lines: the residual itself would lose digits in float32.
        explained = (pixels.ivar * model * (2 * pixels.flux - model)).sum()
        return ((departure**2).sum() - explained) / 2, jnp.asarray(_LINES) @ areas[:, 0]

    return jax.vmap(cost_and_area)(trials)


@jax.jit
def _line_areas(
    kinematics: Float[Array, "2"], pixels: _Pixels, nuisance: Float[Array, "nuisance pixel"]
) -> tuple[Float[Array, " line"], Float[Array, " line"], Float[Array, "line nuisance"], Float[Array, " component"]]:
    """Return areas, variances, nuisance responses and coverages at one width and shift."""
    areas, covariance, profiles = _areas(kinematics, pixels, jnp.concatenate([pixels.flux[None], nuisance]))
    lines = jnp.asarray(_LINES) @ areas
    coverage = (profiles * (pixels.ivar > 0)[:, None]).sum(axis=0) / jnp.maximum(profiles.sum(axis=0), 1e-30)
    return lines[:, 0], ((_LINES @ covariance) * _LINES).sum(axis=1), lines[:, 1:], coverage
