"""Fit of the lines of a starlight-subtracted spectrum: areas, one common width and one common shift.

Width and shift are those of Gaussians common to all lines. Real profiles depart from them: the resolution of the
spectrograph changes, hydrogen and metals shine in different gas, and gas in several clouds makes shoulders and wings.
The areas are therefore fitted together with Hermite functions (Gram-Charlier series; Blinnikov & Moessner 1998, A&AS
130, 193) and wings, which change the profile of a line but not its area. A prior keeps them small relative to the line,
so that they matter only in lines of high signal-to-noise. The error grows with the misfit that remains.
"""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ...lines import MEASURED_LINES
from ...numerics.constants import LIGHT_SPEED
from ...numerics.linear import solve
from ..synthesis import DEFAULT_DISPERSION, FWHM_PER_SIGMA, line_profiles
from .side_bands import MEASURED

DISPERSION_SPREAD: Final = 0.4
"""Width of the Gaussian prior on ln(velocity dispersion) around `DEFAULT_DISPERSION`."""
VELOCITY_SPREAD: Final = 60.0
"""Width of the Gaussian prior on the velocity shift [km/s], the error expected of a redshift."""
PROFILE_ORDERS: Final = 4
"""Hermite functions per line: shift, width, skewness and kurtosis."""
WINGS_WIDTH: Final = 2.5
"""Sigma of the wings, in units of the line's."""
PROFILE_SPREAD: Final = 0.1
"""Width of the prior on their coefficients and on the share of the wings, relative to the line."""
PROFILE_REACH: Final = 3.0
"""Distance from the centre, in sigmas, to which the residual counts as misfit of the line."""
_DISPERSIONS: Final = np.log(np.geomspace(45.0, 400.0, 9))
_VELOCITIES: Final = np.arange(-180.0, 181.0, 30.0)
_STENCIL: Final = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], indexing="ij"), axis=-1).reshape(-1, 2)
_TERMS: Final = np.column_stack([np.ones(9), _STENCIL, _STENCIL[:, 0] ** 2, _STENCIL.prod(axis=1), _STENCIL[:, 1] ** 2])
"""Columns of a quadratic surface through the stencil: constant, two slopes, three curvatures."""
_FIRST_SPACING: Final = np.array([0.1, 15.0])
_STENCILS: Final = 4
_LEAST_CURVATURE: Final = 0.05


class LineFit(NamedTuple):
    """Fitted areas of `MEASURED_LINES`, in the unit of the spectrum times Å, with width and shift.

    Attributes
    ----------
    area, variance : (measured,) array
        Areas, and their variances, which include the uncertainty of the common width and shift, and of the profiles.
    response : (measured, nuisance) array
        Change of the areas per unit of each nuisance spectrum.
    coverage : (component,) array
        Share of each component's profile that lies on good pixels.
    velocity_dispersion, velocity : float
        Gaussian sigma, corrected for the instrumental resolution, and shift [km/s].
    """

    area: Float[np.ndarray, " measured"]
    variance: Float[np.ndarray, " measured"]
    response: Float[np.ndarray, "measured nuisance"]
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
    resolution = np.broadcast_to(instrument_fwhm, MEASURED.line.shape)
    pixels = _Pixels(*(jnp.asarray(array, jnp.float32) for array in (wavelength_rest, flux, ivar, resolution)))
    grid = np.stack(np.meshgrid(_DISPERSIONS, _VELOCITIES, indexing="ij"), axis=-1).reshape(-1, len(_STENCIL), 2)
    costs = np.concatenate([_costs_and_areas(jnp.asarray(part, jnp.float32), pixels)[0] for part in grid])
    best, spacing = grid.reshape(-1, 2)[np.argmin(costs)], _FIRST_SPACING
    variance = np.zeros(len(MEASURED_LINES))
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
    area, fit_variance, response, coverage = _line_areas(best, pixels, nuisance)
    return LineFit(area, fit_variance + variance, response, coverage, float(np.exp(best[0])), float(best[1]))


def _ties() -> tuple[Float[np.ndarray, "component free"], Float[np.ndarray, "line free"]]:
    """Return the matrices that map free areas to the areas of the components and of the lines."""
    names = [MEASURED_LINES[line].name for line in MEASURED.line]
    free = [index for index, line in enumerate(MEASURED.line) if MEASURED_LINES[line].tied_to is None]
    components = np.zeros((len(names), len(free)), np.float32)
    components[free, range(len(free))] = 1
    for line in MEASURED_LINES:
        if line.tied_to is not None:
            components[names.index(line.name)] = components[names.index(line.tied_to)] / line.flux_ratio
    lines = range(len(MEASURED_LINES))
    return components, np.stack([components[line == MEASURED.line].sum(axis=0) for line in lines])


_COMPONENTS, _LINES = _ties()


@jax.jit
def _costs_and_areas(
    trials: Float[Array, "shape 2"], pixels: _Pixels
) -> tuple[Float[Array, " shape"], Float[Array, "shape line"]]:
    """Return half the chi square, up to a constant, and the line areas for each trial width and shift."""

    def cost_and_area(kinematics: Float[Array, "2"]) -> tuple[Float[Array, ""], Float[Array, " line"]]:
        profiles = line_profiles(
            pixels.wavelength_rest, jnp.exp(kinematics[0]), pixels.instrument_fwhm, kinematics[1], MEASURED
        )
        root = jnp.sqrt(pixels.ivar)
        columns = (profiles @ _COMPONENTS) * root[:, None]
        size = jnp.sqrt((columns**2).sum(axis=0))
        size = jnp.where(size > 0, size, 1.0)
        columns = columns / size
        # A line without a good pixel has a column of zeros; the small diagonal term sets its area to 0.
        normal = columns.T @ columns + 1e-5 * jnp.eye(len(size), dtype=size.dtype)
        areas = solve(normal, (columns.T @ (pixels.flux * root))[:, None])[0][:, 0] / size
        model = profiles @ (_COMPONENTS @ areas)
        departure = (kinematics - jnp.array([np.log(DEFAULT_DISPERSION), 0.0])) / jnp.array(
            [DISPERSION_SPREAD, VELOCITY_SPREAD]
        )
        # The chi square minus that of no lines: the residual itself would lose digits in float32.
        explained = (pixels.ivar * model * (2 * pixels.flux - model)).sum()
        return ((departure**2).sum() - explained) / 2, jnp.asarray(_LINES) @ areas

    return jax.vmap(cost_and_area)(trials)


def _line_areas(
    kinematics: Float[np.ndarray, "2"], pixels: _Pixels, nuisance: Float[np.ndarray, "nuisance pixel"]
) -> tuple[
    Float[np.ndarray, " measured"],
    Float[np.ndarray, " measured"],
    Float[np.ndarray, "measured nuisance"],
    Float[np.ndarray, " component"],
]:
    """Return areas, variances, nuisance responses and coverages at one width and shift."""
    wavelength_rest, flux, ivar, fwhm = (np.asarray(part, np.float64) for part in pixels)
    dispersion, velocity = np.exp(kinematics[0]), kinematics[1]
    moving = (pixels, jnp.float32(dispersion), jnp.float32(velocity))
    profiles = np.asarray(_profiles(*moving, jnp.float32(1)), np.float64)
    coverage = (profiles * (ivar > 0)[:, None]).sum(axis=0) / np.maximum(profiles.sum(axis=0), 1e-30)
    centers = MEASURED.wavelengths * (1 + velocity / LIGHT_SPEED)
    away = (wavelength_rest[:, None] - centers) / np.hypot(centers * dispersion / LIGHT_SPEED, fwhm / FWHM_PER_SIGMA)
    # He_n(x) / sqrt(n!), by their recurrence.
    hermite = [np.ones_like(away), away]
    for order in range(2, PROFILE_ORDERS + 1):
        hermite.append((away * hermite[-1] - np.sqrt(order - 1) * hermite[-2]) / np.sqrt(order))
    terms = [*(profiles * one for one in hermite), _profiles(*moving, jnp.float32(WINGS_WIDTH)) - profiles]
    columns = np.concatenate([np.asarray(one, np.float64) @ _COMPONENTS for one in terms], axis=1)
    count = _COMPONENTS.shape[1]
    gram, moment = columns.T @ (columns * ivar[:, None]), columns.T @ (ivar * np.vstack([flux, nuisance])).T
    # A line without a good pixel has columns of zeros; the small diagonal term sets its area to 0.
    ridge = 1e-6 * np.diag(gram) + 1e-12
    # Without Hermite functions first: their prior is relative to the area, or to its error if that is larger.
    inverse = np.linalg.inv(gram[:count, :count] + np.diag(ridge[:count]))
    spread = PROFILE_SPREAD**2 * ((inverse @ moment[:count, 0]) ** 2 + np.diag(inverse))
    prior = np.append(np.zeros(count), np.tile(1 / spread, len(terms) - 1))
    inverse = np.linalg.inv(gram + np.diag(ridge + prior))
    solution = inverse @ moment
    areas, covariance = solution[:count], inverse[:count, :count]
    pull = ivar * (flux - columns @ solution[:, 0]) ** 2
    inside = (np.abs(away) < PROFILE_REACH) & (ivar > 0)[:, None]
    misfit = np.maximum((pull[:, None] * inside).sum(axis=0) / np.maximum(inside.sum(axis=0), 1), 1.0)
    misfit = np.array([misfit[line == MEASURED.line].max() for line in range(len(MEASURED_LINES))])
    variance = ((_LINES @ covariance) * _LINES).sum(axis=1) * misfit
    return _LINES @ areas[:, 0], variance, _LINES @ areas[:, 1:], coverage


@jax.jit
def _profiles(
    pixels: _Pixels, dispersion: Float[Array, ""], velocity: Float[Array, ""], widening: Float[Array, ""]
) -> Float[Array, "pixel component"]:
    """Return the Gaussians of one width and shift, all of them wider by a factor."""
    fwhm = widening * pixels.instrument_fwhm
    return line_profiles(pixels.wavelength_rest, widening * dispersion, fwhm, velocity, MEASURED)
