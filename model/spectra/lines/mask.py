"""Masking of the emission lines of a spectrum: each is replaced by a straight line between its side bands.

Windows of `MASK_HALF_WIDTH` hold lines of up to 140 km/s. Wider lines would leak out of them, so the width of the
strongest lines is estimated first (`line_width`), and the windows grow with it.
"""

import itertools
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ...lines import LINES, Line
from ...numerics.constants import LIGHT_SPEED
from ...numerics.linear import solve

SIDE_BAND: Final = 8.0
"""Width [Å] of the band on each side of a masked window in which the continuum level is measured."""
REACH: Final = 3.5
"""Half width of a window in sigmas of the line, where that exceeds `MASK_HALF_WIDTH`."""
WIDTHS: Final = np.array([60.0, 85.0, 115.0, 150.0, 190.0, 240.0, 300.0, 360.0, 420.0, 480.0])
"""Sigmas of the lines [km/s], resolution included, among which `line_width` chooses."""
NARROW: Final = 3
"""Number of the `WIDTHS` that do not change the windows."""
GROUPS: Final = (
    (6480.0, 6655.0, ({"HALPHA": 1.0}, {"NII_6584": 1.0, "NII_6548": 1 / 3.05})),
    (4930.0, 5045.0, ({"OIII_5007": 1.0, "OIII_4959": 1 / 2.99},)),
    (4800.0, 4925.0, ({"HBETA": 1.0},)),
)
"""Ranges [Å] in which the width is fitted: lines of free strength, each with the relative fluxes of its components."""
LEAST_EVIDENCE: Final = 25.0
"""Fall of twice the log likelihood that a width must achieve over narrow lines."""
LEAST_EW: Final = 3.0
"""Equivalent width [Å] of the lines of a group from which their width counts; fainter lines cannot change a bin."""


def mask_windows(lines: tuple[Line, ...] = LINES, width: float = 0.0) -> tuple[tuple[float, float], ...]:
    """Return the masked windows, increasing; windows within a side band of each other (Hα, [N II]) are merged.

    Parameters
    ----------
    lines : tuple of Line
        Lines to mask.
    width : float
        Sigma of the lines [km/s], resolution included.

    Returns
    -------
    tuple of (low, high)
        Rest wavelengths [Å].
    """
    merged: list[tuple[float, float]] = []
    grown = REACH * width / LIGHT_SPEED
    windows = (
        (
            min(line.window[0], line.wavelengths[0] * (1 - grown)),
            max(line.window[1], line.wavelengths[-1] * (1 + grown)),
        )
        for line in lines
    )
    for low, high in sorted(windows):
        if merged and low - SIDE_BAND <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _windows_by_width() -> Float[np.ndarray, "width window 2"]:
    """Return the windows for each of `WIDTHS`; where windows merge, empty ones at 0 Å take their places."""
    found = [mask_windows(width=0.0 if index < NARROW else width) for index, width in enumerate(WIDTHS)]
    return np.array(list(zip(*itertools.zip_longest(*found, fillvalue=(0.0, 0.0)), strict=True)))


_WINDOWS: Final = _windows_by_width()


def _groups() -> tuple[np.ndarray, ...]:
    """Return `GROUPS` as arrays of one shape: ranges, columns of the fit, wavelengths and shares of the components.

    What a group lacks has a share of 0.
    """
    waves = {line.name: line.wavelength for line in LINES}
    ranges = np.array([group[:2] for group in GROUPS])
    shape = len(GROUPS), max(len(lines) for _, _, lines in GROUPS), 2
    wave, share = np.full(shape, 5000.0), np.zeros(shape)
    for number, (_, _, lines) in enumerate(GROUPS):
        for line, parts in enumerate(lines):
            for part, (name, flux) in enumerate(parts.items()):
                wave[number, line, part], share[number, line, part] = waves[name], flux
    return ranges, np.array([2 + len(lines) for _, _, lines in GROUPS]), wave, share


def line_width(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    flux: Float[Array | np.ndarray, " pixel"],
    ivar: Float[Array | np.ndarray, " pixel"] | None = None,
) -> Int[Array, ""]:
    """Estimate the width of the strongest lines: Hα with [N II], [O III], and Hβ.

    Gaussians of each of `WIDTHS` on a straight continuum are fitted to each group of lines. A width that moves the
    windows is chosen only if it describes the spectrum clearly better than narrow lines do.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    flux : (pixel,) array
        Flux density f_lambda in any unit.
    ivar : (pixel,) array, optional
        Inverse variance; pixels where it is 0 do not count.

    Returns
    -------
    int
        Index in `WIDTHS`; 0 if no line is strong.
    """
    wavelength_rest, flux = jnp.asarray(wavelength_rest), jnp.asarray(flux)
    good = jnp.isfinite(flux) if ivar is None else jnp.isfinite(flux) & (jnp.asarray(ivar) > 0)
    sigmas = jnp.asarray(WIDTHS[:, None, None] / LIGHT_SPEED, flux.dtype)

    def add_group(total: Float[Array, " width"], group: tuple[Array, ...]) -> tuple[Float[Array, " width"], None]:
        (low, high), n_columns, waves, shares = group
        inside = good & (wavelength_rest > low) & (wavelength_rest < high)
        count = inside.sum()
        scale = jnp.where(inside, jnp.abs(flux), 0.0).sum() / jnp.maximum(count, 1)
        data = jnp.where(inside, flux / jnp.where(scale > 0, scale, 1.0), 0.0)
        place = (wavelength_rest - (low + high) / 2) / (high - low)
        columns = [jnp.broadcast_to(one, (len(WIDTHS), len(flux))) for one in (jnp.ones_like(place), place)]
        for wave, share in zip(waves, shares, strict=True):
            sigma = sigmas * wave
            height = share / (sigma * np.sqrt(2 * np.pi).astype(flux.dtype))
            parts = height[..., None] * jnp.exp(-0.5 * ((wavelength_rest - wave[:, None]) / sigma[..., None]) ** 2)
            columns.append(parts.sum(axis=(1, 2)))
        design = jnp.stack(columns, axis=1) * inside
        size = jnp.sqrt((design**2).sum(axis=2, keepdims=True))
        design = design / jnp.where(size > 0, size, 1.0)
        normal = design @ design.swapaxes(1, 2) + 1e-5 * jnp.eye(design.shape[1], dtype=flux.dtype)
        solution = solve(normal, (design @ data)[..., None])[0]
        misfit = ((data - (solution * design).sum(axis=1)) ** 2).sum(axis=1)
        strength = (solution / jnp.where(size > 0, size, jnp.inf))[:, 2:, 0]
        # The continuum is of order one where the lines are weak; what counts is their sum in units of it.
        level = jnp.maximum(solution[:, 0, 0] / jnp.where(size[:, 0, 0] > 0, size[:, 0, 0], jnp.inf), 1e-3)
        strong = (jnp.maximum(strength, 0.0).sum(axis=1) / level > LEAST_EW) & (count > 2 * n_columns)
        evidence = count * jnp.log(jnp.maximum(misfit, 1e-9) / jnp.maximum(misfit[:NARROW].min(), 1e-9))
        return total + jnp.where(strong.any(), evidence, 0.0), None

    groups = tuple(jnp.asarray(values, None if index == 1 else flux.dtype) for index, values in enumerate(_groups()))
    total, _ = jax.lax.scan(add_group, jnp.zeros(len(WIDTHS), flux.dtype), groups)
    best = jnp.argmin(total)
    return jnp.where(total[best] < -LEAST_EVIDENCE, best, 0)


def _mean_where(flux: Float[Array, " pixel"], inside: Array) -> Float[Array, ""]:
    """Return the mean of the pixels inside; NaN if there are none."""
    count = inside.sum()
    return jnp.where(count > 0, jnp.where(inside, flux, 0.0).sum() / jnp.maximum(count, 1), jnp.nan)


def mask_lines(
    wavelength_rest: Float[Array | np.ndarray, " pixel"],
    flux: Float[Array | np.ndarray, " pixel"],
    ivar: Float[Array | np.ndarray, " pixel"] | None = None,
    windows: tuple[tuple[float, float], ...] | None = None,
    width: float | None = None,
) -> Float[Array, " pixel"]:
    """Replace each emission line by a straight line between its side bands.

    A window is left unchanged if the replacement would raise its mean (stellar absorption deeper than the emission),
    or if a side band has no good pixel.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å], increasing.
    flux : (pixel,) array
        Flux density f_lambda in any unit.
    ivar : (pixel,) array, optional
        Inverse variance; pixels where it is 0 do not count in the side bands.
    windows : tuple of (low, high), optional
        Rest wavelengths [Å] to mask; by default the windows of `LINES`, which grow with the width of the lines.
    width : float, optional
        Sigma of the lines [km/s], resolution included; by default it is estimated from the spectrum.

    Returns
    -------
    (pixel,) array
        The continuum, in the unit of `flux`.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import mask_lines
    >>> wavelength_rest = np.arange(3300.0, 7200.0, 1.0)
    >>> flux = np.ones(wavelength_rest.shape)
    >>> flux[3265] += 30.0  # an emission line: Hα
    >>> float(mask_lines(wavelength_rest, flux).max())
    1.0
    """
    wavelength_rest, flux = jnp.asarray(wavelength_rest), jnp.asarray(flux)
    good = jnp.isfinite(flux) if ivar is None else jnp.isfinite(flux) & (jnp.asarray(ivar) > 0)
    if windows is not None:
        chosen = jnp.asarray(windows)
    elif width is not None:
        chosen = jnp.asarray(mask_windows(width=width))
    else:
        chosen = jnp.asarray(_WINDOWS, flux.dtype)[line_width(wavelength_rest, flux, ivar)]

    def mask(continuum: Float[Array, " pixel"], window: Float[Array, " 2"]) -> tuple[Float[Array, " pixel"], None]:
        low, high = window
        inside = (wavelength_rest >= low) & (wavelength_rest <= high)
        blue = _mean_where(flux, good & (wavelength_rest >= low - SIDE_BAND) & (wavelength_rest < low))
        red = _mean_where(flux, good & (wavelength_rest > high) & (wavelength_rest <= high + SIDE_BAND))
        blue_center, red_center = low - SIDE_BAND / 2, high + SIDE_BAND / 2
        straight = blue + (red - blue) * (wavelength_rest - blue_center) / (red_center - blue_center)
        # A comparison with NaN is false, so windows without side bands stay unchanged.
        lowers = _mean_where(straight, inside & good) <= _mean_where(flux, inside & good)
        return jnp.where(inside & lowers, jnp.where(lowers, straight, 0.0), continuum), None

    # Compiled once for all windows: one after the other they would take 100 MiB and seconds to compile.
    return jax.lax.scan(mask, flux, chosen)[0]
