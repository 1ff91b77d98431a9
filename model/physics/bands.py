"""Magnitudes of spectra, with and without emission lines."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from ..bins import pixel_edges
from ..spectra.grid import Grid
from ..spectra.lines.side_bands import COMPONENT_WAVELENGTHS
from .magnitudes import AB_ZERO, LEAST_COVERED, LineMagnitudes, split


@jax.tree_util.register_pytree_node_class
class Bands:
    """Bands at one redshift, prepared for the spectra of a grid.

    A magnitude is one matrix product, and emission lines add their light to it without being painted: each its area
    times the response at its wavelength, as lines are narrow compared with bands. To give every galaxy its own
    redshift, make the bands inside `jax.vmap`; they are differentiable in the redshift.

    Parameters
    ----------
    wavelength : (pixel,) array, or one per band
        Observed wavelengths [Å], increasing.
    transmission : (band, pixel) array, or one array per band
        Response per photon, as filter curves are published; zero beyond its ends.
    redshift : float or array of no dimension
        Redshift, >= 0; 0 gives rest-frame magnitudes.
    grid : Grid
        Grid of the spectra.

    Raises
    ------
    ValueError
        If curves and wavelengths do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import Bands, Grid
    >>> grid = Grid(np.arange(3300.0, 7200.0, 2.0))
    >>> curve = np.exp(-(((np.arange(5000.0, 6500.0) - 5700) / 300) ** 2))
    >>> bands = Bands(np.arange(5000.0, 6500.0), [curve], 0.1, grid)
    >>> flat = np.full(1950, 1e-17)
    >>> ew = np.full(10, 20.0)
    >>> change = bands.magnitudes(flat, ew) - bands.magnitudes(flat)
    >>> f"{float(change[0]):.2f} mag"  # brighter: at a redshift of .1, [O III] lies in the band
    '-0.06 mag'
    """

    def __init__(
        self,
        wavelength: ArrayLike | Sequence[ArrayLike],
        transmission: ArrayLike | Sequence[ArrayLike],
        redshift: float | Float[Array, ""],
        grid: Grid,
    ) -> None:
        curves = _curves(wavelength, transmission)
        stretch = 1 + jnp.asarray(redshift, jnp.result_type(float))
        edges = pixel_edges(jnp.asarray(grid.wavelength_rest, stretch.dtype)) * stretch
        lines = jnp.asarray(COMPONENT_WAVELENGTHS, stretch.dtype) * stretch
        weights, responses, covered, zero = [], [], [], []
        for wave, curve in curves:
            photons = curve * wave
            total = np.concatenate([[0.0], np.cumsum((photons[1:] + photons[:-1]) / 2 * np.diff(wave))])
            per_frequency = curve / wave
            zero.append(AB_ZERO * float(((per_frequency[1:] + per_frequency[:-1]) / 2 * np.diff(wave)).sum()))
            at, share = (jnp.asarray(values, stretch.dtype) for values in (wave, total / total[-1]))
            weights.append(jnp.diff(jnp.interp(edges, at, share)) * total[-1])
            responses.append(jnp.interp(lines, at, jnp.asarray(photons, stretch.dtype), left=0.0, right=0.0))
            covered.append(weights[-1].sum() >= LEAST_COVERED * total[-1])
        self.grid = grid
        self._weights = jnp.stack(weights, axis=-1)
        self._responses = jnp.stack(responses, axis=-1) * stretch
        self._covered = jnp.stack(covered)
        self._zero = jnp.asarray(np.log10(zero), stretch.dtype)

    def tree_flatten(self) -> tuple[tuple[Any, ...], None]:
        """Return the arrays, as JAX needs them."""
        return (self.grid, self._weights, self._responses, self._covered, self._zero), None

    @classmethod
    def tree_unflatten(cls, _: None, leaves: Sequence[Any]) -> "Bands":
        """Make bands of their arrays, without a check."""
        made = object.__new__(cls)
        made.grid, made._weights, made._responses, made._covered, made._zero = leaves
        return made

    def magnitudes(
        self,
        continuum: Float[Array | np.ndarray, "*galaxy pixel"],
        ew: Float[Array | np.ndarray, "*galaxy line"] | None = None,
    ) -> Float[Array, "*galaxy band"]:
        """Return AB magnitudes of continua, and of the lines on them if their equivalent widths are given.

        Parameters
        ----------
        continuum : (..., pixel) array
            Observed flux density [erg/s/cm²/Å] at the grid's wavelengths times 1 + z. In another unit the magnitudes
            are off by a constant.
        ew : (..., line) array, optional
            Rest-frame equivalent widths [Å], in the order of `LINES`.

        Returns
        -------
        (..., band) array
            AB magnitudes; NaN where the grid covers less than 99 % of a band, or the flux is not above 0.
        """
        flux = jnp.asarray(continuum)
        photons = flux @ jnp.asarray(self._weights, flux.dtype)
        if ew is not None:
            photons = photons + self.grid.line_fluxes(flux, ew) @ jnp.asarray(self._responses, flux.dtype)
        usable = self._covered & (photons > 0)
        level = jnp.log10(jnp.where(usable, photons, 1.0)) - self._zero.astype(flux.dtype)
        return jnp.where(usable, -2.5 * level, jnp.nan)

    def line_magnitudes(
        self, continuum: Float[Array | np.ndarray, "*galaxy pixel"], ew: Float[Array | np.ndarray, "*galaxy line"]
    ) -> LineMagnitudes:
        """Return magnitudes with and without lines, and what each line changes.

        Parameters
        ----------
        continuum, ew
            See `magnitudes`.

        Returns
        -------
        LineMagnitudes
            Of each galaxy.
        """
        flux = jnp.asarray(continuum)
        weights, responses, zero = (
            jnp.asarray(part, flux.dtype) for part in (self._weights, self._responses, self._zero)
        )
        areas = self.grid.line_fluxes(flux, ew)
        return split(flux @ weights, areas[..., None, :] * responses.T, self._covered, zero)


def _curves(wavelength: Any, transmission: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the curves as pairs of wavelengths and transmission.

    Raises
    ------
    ValueError
        If they do not fit each other.
    """
    curves = [np.asarray(one, np.float64) for one in transmission]
    if curves and curves[0].ndim == 0:
        curves = [np.asarray(transmission, np.float64)]
    shared = np.ndim(wavelength[0]) == 0
    waves = [np.asarray(wavelength, np.float64)] * len(curves) if shared else [np.asarray(w, float) for w in wavelength]
    if len(waves) != len(curves) or not curves:
        raise ValueError(f"There are {len(curves)} transmission curves and {len(waves)} arrays of wavelengths.")
    for number, (wave, curve) in enumerate(zip(waves, curves, strict=True)):
        if wave.shape != curve.shape or wave.ndim != 1 or len(wave) < 2:
            raise ValueError(
                f"Band {number} has wavelengths {wave.shape} and transmission {curve.shape}; give as many."
            )
        if not (np.diff(wave) > 0).all() or not (curve >= 0).all() or not curve.any():
            raise ValueError(f"Band {number} needs increasing wavelengths and a transmission that is not negative.")
        if wave[-1] < 1000:
            raise ValueError(f"The wavelengths of band {number} end at {wave[-1]:g}; they are needed in Å.")
    return list(zip(waves, curves, strict=True))
