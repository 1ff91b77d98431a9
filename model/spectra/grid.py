"""A wavelength grid on which many spectra are binned and painted: what depends on the grid alone is computed once."""

from collections.abc import Sequence
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from ..bins import BIN_EDGES, MIN_COVERAGE, N_BINS, bin_weights
from ..lines import LINES
from .air import air_to_vacuum
from .continuum import continuum_bins
from .lines.mask import SIDE_BAND, mask_windows
from .lines.side_bands import PREDICTED, side_band_levels
from .synthesis import DEFAULT_DISPERSION, component_ew, line_profiles

FEWEST_BINS: Final = 6
"""Bins that a grid must cover, as many as a prediction needs."""
NEGLIGIBLE: Final = 1e-7
"""Height of a line's profile, relative to its peak, below which it is not painted."""


@jax.tree_util.register_pytree_node_class
class Grid:
    """Rest-frame wavelengths, with all that bins and lines need of them.

    Use one grid for many spectra: `bins` and `add_lines` are then few small matrix products, run under `jit`, `grad`
    and `vmap`, and take any leading axes.

    Parameters
    ----------
    wavelength_rest : (pixel,) array
        Rest-frame wavelengths of the pixel centres [Å], increasing; six bins of 300 Å from 3400 Å on must be covered.
    air : bool
        Whether the wavelengths are in air; they are converted to vacuum.
    velocity_dispersion : float
        Gaussian sigma of the gas [km/s] in `add_lines`.
    instrument_fwhm : float
        FWHM resolution of the spectrograph [Å, rest frame], the observed one divided by 1 + z; added in quadrature.

    Attributes
    ----------
    wavelength_rest : (pixel,) array
        In vacuum [Å].

    Raises
    ------
    ValueError
        If the wavelengths are not increasing wavelengths in Å that cover six bins; the message names what was received.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import Grid, load_params, predict_ew
    >>> grid = Grid(np.arange(3300.0, 7200.0, 2.0))
    >>> starlight = np.ones((5, 1950))  # five galaxies, a flux of 1 at every wavelength
    >>> ew = predict_ew(load_params("noise-free"), grid.bins(starlight, lines=False))
    >>> lines = grid.add_lines(starlight, ew) - starlight
    >>> bool(np.allclose(lines.sum(axis=1) * 2.0, ew.sum(axis=1), rtol=1e-3))  # pixels of 2 Å
    True
    >>> f"{grid.wavelength_rest[np.argmax(lines[0])]:.0f} Å"  # where it is brightest: Hα
    '6564 Å'
    """

    wavelength_rest: Float[Array | np.ndarray, " pixel"]

    def __init__(
        self,
        wavelength_rest: ArrayLike,
        air: bool = False,
        velocity_dispersion: float = DEFAULT_DISPERSION,
        instrument_fwhm: float = 0.0,
    ) -> None:
        wavelength = check_wavelengths(wavelength_rest)
        wavelength = air_to_vacuum(wavelength) if air else wavelength
        weight = np.asarray(bin_weights(wavelength.astype(np.float32)), np.float64)
        covered = weight.sum(axis=0) >= MIN_COVERAGE * np.diff(BIN_EDGES)
        if covered.sum() < FEWEST_BINS:
            raise ValueError(
                f"The wavelengths reach from {wavelength[0]:.5g} to {wavelength[-1]:.5g} Å and cover {covered.sum()} "
                f"of the twelve bins between 3400 and 7000 Å; {FEWEST_BINS} are needed. Give rest-frame wavelengths."
            )
        self.wavelength_rest = wavelength
        bins = np.where(covered, weight / np.where(covered, weight.sum(axis=0), 1.0), 0.0)
        lowering, change, self._window, self._into = _mask_functionals(wavelength, bins)
        # One wide product reads a spectrum once, which costs less than gathering the pixels near the lines.
        self._functions = np.concatenate([bins, lowering, change], axis=1).astype(np.float32)
        self._covered = covered
        self._level_pixels, self._levels = _level_functionals(wavelength)
        profiles = np.asarray(
            line_profiles(wavelength.astype(np.float32), float(velocity_dispersion), float(instrument_fwhm))
        )
        self._line_pixels = np.flatnonzero((profiles > NEGLIGIBLE * profiles.max(axis=0)).any(axis=1))
        self._profiles = profiles[self._line_pixels].T

    def tree_flatten(self) -> tuple[tuple[Any, ...], None]:
        """Return the arrays, as JAX needs them."""
        return tuple(getattr(self, name) for name in _FIELDS), None

    @classmethod
    def tree_unflatten(cls, _: None, leaves: Sequence[Any]) -> "Grid":
        """Make a grid of its arrays, without a check."""
        made = object.__new__(cls)
        for name, leaf in zip(_FIELDS, leaves, strict=True):
            setattr(made, name, leaf)
        return made

    def __repr__(self) -> str:
        first, last, n = self.wavelength_rest[0], self.wavelength_rest[-1], len(self.wavelength_rest)
        return f"Grid({first:.5g} to {last:.5g} Å, {n} pixels)"

    def bins(
        self,
        flux: Float[Array | np.ndarray, "*galaxy pixel"],
        ivar: Float[Array | np.ndarray, "*galaxy pixel"] | None = None,
        lines: bool = True,
    ) -> Float[Array, "*galaxy bin"]:
        """Average spectra in the twelve bins, with their lines masked as in training.

        Parameters
        ----------
        flux : (..., pixel) array
            Flux density f_lambda in any unit. Not multiplied by 1 + z.
        ivar : (..., pixel) array, optional
            Inverse variance; 0 marks a masked pixel.
        lines : bool
            Whether the spectra may have emission lines, whose width then sets the masked windows. False for starlight
            alone, which is faster and gives the same bins.

        Returns
        -------
        (..., 12) array
            Mean continuum per bin in the unit of `flux`; NaN where a bin is not covered.

        Raises
        ------
        ValueError
            If the last axis is not that of the grid.
        """
        flux = self._on_grid("flux", flux)
        if lines or ivar is not None:
            wavelength = jnp.asarray(self.wavelength_rest, flux.dtype)
            width = None if lines else 0.0
            given = None if ivar is None else self._on_grid("ivar", ivar)
            return continuum_bins(wavelength, flux, given, width)
        found = flux @ jnp.asarray(self._functions, flux.dtype)
        plain, lowering, change = jnp.split(found, [N_BINS, found.shape[-1] - len(self._window)], axis=-1)
        # A window is replaced only where that does not raise its mean, see `mask_lines`.
        replaced = jnp.where(lowering[..., self._window] <= 0, change, 0.0)
        return jnp.where(self._covered, plain + replaced @ jnp.asarray(self._into, flux.dtype), jnp.nan)

    def add_lines(
        self,
        continuum: Float[Array | np.ndarray, "*galaxy pixel"],
        ew: Float[Array | np.ndarray, "*galaxy line"],
        oii_ratio: Float[Array | np.ndarray, "*galaxy"] | float = 1.0,
    ) -> Float[Array, "*galaxy pixel"]:
        """Add the emission lines to continua, each with the given equivalent width.

        Parameters
        ----------
        continuum : (..., pixel) array
            Flux density f_lambda in any unit.
        ew : (..., line) array
            Rest-frame equivalent widths [Å], positive in emission, in the order of `LINES`.
        oii_ratio : (...) array or float
            Flux of [O II] 3729 over 3726: 1.5 in the low-density limit, 0.35 in the high-density limit.

        Returns
        -------
        (..., pixel) array
            Continuum plus lines, in the unit of `continuum`.

        Raises
        ------
        ValueError
            If the last axis is not that of the grid.
        """
        continuum = self._on_grid("continuum", continuum)
        amount = self.line_fluxes(continuum, ew, oii_ratio) @ jnp.asarray(self._profiles, continuum.dtype)
        return continuum.at[..., self._line_pixels].add(amount)

    def line_fluxes(
        self,
        continuum: Float[Array | np.ndarray, "*galaxy pixel"],
        ew: Float[Array | np.ndarray, "*galaxy line"],
        oii_ratio: Float[Array | np.ndarray, "*galaxy"] | float = 1.0,
    ) -> Float[Array, "*galaxy component"]:
        """Return the areas of the lines' components: equivalent width times continuum level beside the line.

        Parameters
        ----------
        continuum : (..., pixel) array
            Flux density f_lambda in any unit.
        ew : (..., line) array
            Rest-frame equivalent widths [Å], in the order of `LINES`.
        oii_ratio : (...) array or float
            See `add_lines`.

        Returns
        -------
        (..., component) array
            In the unit of `continuum` times Å; [O II] has two components.
        """
        continuum = self._on_grid("continuum", continuum)
        ew = jnp.asarray(ew, continuum.dtype)
        if ew.shape[-1] != len(LINES):
            raise ValueError(f"ew has {ew.shape[-1]} values on its last axis; {len(LINES)} are needed, one per line.")
        levels = continuum[..., self._level_pixels] @ jnp.asarray(self._levels, continuum.dtype)
        return component_ew(ew, oii_ratio) * levels

    def _on_grid(self, name: str, values: Float[Array | np.ndarray, "*galaxy pixel"]) -> Float[Array, "*galaxy pixel"]:
        """Return an array, after a check of its last axis."""
        found = jnp.asarray(values)
        if not jnp.issubdtype(found.dtype, jnp.floating):
            found = found.astype(jnp.float32)
        n = len(self.wavelength_rest)
        if found.ndim == 0 or found.shape[-1] != n:
            turned = " Transpose it." if found.ndim == 2 and found.shape[0] == n else ""
            raise ValueError(f"{name} has the shape {found.shape}; its last axis needs the grid's {n} pixels.{turned}")
        return found


_FIELDS: Final = (
    "wavelength_rest",
    "_functions",
    "_covered",
    "_window",
    "_into",
    "_level_pixels",
    "_levels",
    "_line_pixels",
    "_profiles",
)


def check_wavelengths(wavelength: ArrayLike) -> Float[np.ndarray, " pixel"]:
    """Return wavelengths as float64, after a check that they can be those of a spectrum in Å.

    Raises
    ------
    ValueError
        If they are not; the message says what they look like.
    """
    if isinstance(wavelength, Tracer):
        raise ValueError(
            "A grid is built outside jitted functions: its wavelengths must be numbers. Build it once and pass it in."
        )
    found = np.asarray(wavelength, np.float64)
    if found.ndim != 1 or len(found) < 2:
        raise ValueError(f"The wavelengths have the shape {found.shape}; one axis of at least two pixels is needed.")
    if not np.isfinite(found).all():
        place = int(np.argmin(np.isfinite(found)))
        raise ValueError(f"Wavelength {place} is {found[place]}; every pixel needs a number.")
    step = np.diff(found)
    if (step < 0).all():
        raise ValueError("The wavelengths decrease. Reverse them, and the fluxes with them.")
    if not (step > 0).all():
        place = int(np.argmin(step > 0))
        raise ValueError(
            f"Wavelength {place + 1} ({found[place + 1]:g}) is not above the one before ({found[place]:g})."
        )
    low, high = found[0], found[-1]
    for name, unit, factor in (("nm", 0.1, "10"), ("µm", 1e-4, "1e4"), ("m", 1e-10, "1e10")):
        if low < 5500 * unit < high and high < 3000.0 and not low < 5500 < high:
            raise ValueError(
                f"The wavelengths reach from {low:g} to {high:g}: {name}, not Å. Multiply them by {factor}."
            )
    if 2.5 < low < np.log10(5500) < high < 5:
        raise ValueError(f"The wavelengths reach from {low:g} to {high:g}: logarithms. Raise 10 to their power.")
    return found


def _mask_functionals(
    wavelength: Float[np.ndarray, " pixel"], bins: Float[np.ndarray, "pixel bin"]
) -> tuple[Float[np.ndarray, "pixel window"], Float[np.ndarray, "pixel pair"], np.ndarray, np.ndarray]:
    """Return linear functions of a spectrum that mask its lines.

    They are, for each window, the mean of the straight line minus that of the flux, and for each pair of a
    window and a bin in which it lies, by how much the bin changes when the line replaces the flux. The last two arrays
    tell the window of each pair, and with a 1 its bin.
    """
    rows, changes = [], []
    for low, high in mask_windows():
        inside = (wavelength >= low) & (wavelength <= high)
        blue = (wavelength >= low - SIDE_BAND) & (wavelength < low)
        red = (wavelength > high) & (wavelength <= high + SIDE_BAND)
        if not (inside.any() and blue.any() and red.any()):
            continue
        across = (wavelength - (low - SIDE_BAND / 2)) / (high - low + SIDE_BAND)
        # What replaces the flux of a pixel inside: row i gives its share of every pixel's flux.
        straight = np.outer(1 - across[inside], blue / blue.sum()) + np.outer(across[inside], red / red.sum())
        straight[:, inside] -= np.eye(inside.sum())
        rows.append(straight.mean(axis=0))
        changes.append(straight.T @ bins[inside])
    lowering = np.array(rows).reshape(-1, len(wavelength)).T
    change = np.array(changes).reshape(-1, len(wavelength), N_BINS)
    window, into = np.nonzero(change.any(axis=1))
    return lowering, change[window, :, into].T, window, np.eye(N_BINS)[into]


def _level_functionals(
    wavelength: Float[np.ndarray, " pixel"],
) -> tuple[np.ndarray, Float[np.ndarray, "near component"]]:
    """Return the pixels in the side bands of the lines, and the levels as linear functions of their fluxes."""
    low, high = PREDICTED.windows.min() - 2 * SIDE_BAND, PREDICTED.windows.max() + 2 * SIDE_BAND
    first = max(int(np.searchsorted(wavelength, low)) - 1, 0)
    last = min(int(np.searchsorted(wavelength, high)) + 1, len(wavelength))
    near = np.arange(first, last)
    slope = jax.jit(jax.jacfwd(lambda flux: side_band_levels(wavelength[near].astype(np.float32), flux)))
    levels = np.asarray(slope(np.ones(len(near), np.float32))).T
    used = (levels != 0).any(axis=1)
    return near[used], levels[used]
