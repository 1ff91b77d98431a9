"""Judgement on the lines of a mock: whether DESI's galaxies with the same starlight have such lines.

Every galaxy is compared with draws of its own lines. Ranks among the draws are uniform if the mock's lines are those of
DESI's galaxies; the shares of galaxies in the tails say where they are not.
"""

import math
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ..lines import FREE_LINES, LINE_NAMES, LINES
from ..physics.levels import continuum_levels
from ..predictions.batch import intrinsic_many, predict_many
from ..predictions.joint.batch import sample_many
from ..predictions.params import Params
from .mock_diagrams import ClassShare, LineRatio, Placed, compare, place
from .mock_regions import ALLOWED, LEVELS, Region, find_regions

DRAWS: Final = 32
"""Draws per galaxy. The tails are those of all draws of a class of galaxies, so that few of each are enough."""
CLASSES: Final = 5
"""Classes of galaxies, by the Hα of their starlight, that share the distribution of their residuals."""
BLOCK: Final = 32
"""Galaxies whose lines are drawn at a time: their draws fill one chunk, so that one program is compiled for all."""
SOFTENING: Final = 0.3
"""Equivalent width [Å] below which residuals are linear."""
LEAST_SPREAD: Final = 0.05
"""Smallest half width of the 68 % interval of arcsinh(EW / softening) that counts."""
_Z: Final = np.linspace(-5, 5, 2001)
_CDF: Final = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in _Z])
"""The normal distribution as a table: JAX's inverse would be compiled for every number of galaxies."""
HALPHA: Final = LINE_NAMES.index("HALPHA")


class MockJudgement(NamedTuple):
    """What `judge` finds.

    Attributes
    ----------
    n : int
        Number of galaxies judged.
    beyond : (line, 3) array
        Share of galaxies beyond the central 68, 95 and 99.9 % of DESI's galaxies of their starlight; NaN for a line
        that is not given. Expected: .32, .05, .001.
    difference : (line,) array
        Median of the mock's EW minus DESI's median for the starlight [Å]; of catalogued lines where they are detected.
    joint : (3,) array
        Share of galaxies beyond the joint 68, 95 and 99.9 %, which correlations of lines set.
    rank : (galaxy, line) array
        Share of DESI's galaxies of this starlight with a weaker line; NaN where not given.
    joint_tail : (galaxy,) array
        Share of DESI's galaxies that are farther from the usual lines, taken together.
    regions : tuple of Region
        Where the mock differs most, the most significant first.
    classes : tuple of ClassShare
        Shares of the classes of the BPT and WHAN diagrams, against those expected for the starlight.
    ratios : tuple of LineRatio
        Percentiles of ratios of fluxes, the Balmer decrement first, against those expected.
    excess : float
        The overall figure: the largest share beyond 95 % of any line or of all jointly, minus .05.
    error : float
        Standard error of that share for a fair mock of this size.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import judge, load_params, predict_many
    >>> params = load_params("noise-free")
    >>> bins = np.linspace(1.0, np.linspace(1.5, 3.0, 200), 12).T.astype(np.float32)
    >>> found = judge(params, bins, predict_many(params, bins).ew)  # medians: no scatter, so nothing is in the tails
    >>> float(found.joint[0]) < 0.02
    True
    """

    n: int
    beyond: Float[np.ndarray, "line 3"]
    difference: Float[np.ndarray, " line"]
    joint: Float[np.ndarray, " 3"]
    rank: Float[np.ndarray, "galaxy line"]
    joint_tail: Float[np.ndarray, " galaxy"]
    regions: tuple[Region, ...]
    classes: tuple[ClassShare, ...]
    ratios: tuple[LineRatio, ...]
    excess: float
    error: float

    @property
    def passes(self) -> bool:
        """Whether the overall figure is what chance and the networks' own calibration allow."""
        return self.excess <= ALLOWED + 3 * self.error


def judge(
    params: Params,
    bin_flux: Float[np.ndarray, "galaxy bin"],
    ew: Float[np.ndarray, "galaxy line"],
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
    catalogued: bool = False,
    seed: int = 0,
) -> MockJudgement:
    """Judge whether galaxies with this starlight have such lines.

    Parameters
    ----------
    params : Params
        From `load_params("noise-free")` for synthetic continua, from `load_params()` for observed ones.
    bin_flux : (galaxy, 12) array
        Mean line-masked continuum per bin, any unit, > 0.
    ew : (galaxy, line) array
        Rest-frame equivalent widths [Å]; NaN where a line is not given. Of `catalogued` lines, <= 0 where the line was
        looked for and not detected.
    log_luminosity, redshift : (galaxy,) array, optional
        See `predict`; regions are told apart by them too.
    catalogued : bool
        Whether the lines have DESI's noise and selection; otherwise they are noise-free.
    seed : int
        Of the draws that galaxies are compared with.

    Returns
    -------
    MockJudgement
        Shares, regions and the overall figure.

    Raises
    ------
    ValueError
        If the lines do not fit the galaxies, or fewer than 100 of these can be judged.

    Examples
    --------
    >>> import numpy as np
    >>> from galactic_neon import judge, load_params, sample_many
    >>> params = load_params("noise-free")
    >>> bins = np.linspace(1.0, np.linspace(1.5, 3.0, 200), 12).T.astype(np.float32)
    >>> lines = sample_many(1, params, bins, ids=np.arange(200)).ew
    >>> judge(params, bins, lines).passes, judge(params, bins, 2 * lines).passes
    (True, False)
    """
    bin_flux, ew = np.asarray(bin_flux, np.float32), np.asarray(ew, np.float64)
    if ew.shape != (len(bin_flux), len(LINES)):
        raise ValueError(f"ew has the shape {ew.shape}; ({len(bin_flux)}, {len(LINES)}) is needed, a row per galaxy.")
    usable = (np.isfinite(bin_flux) & (bin_flux > 0)).all(axis=1) & np.isfinite(ew).any(axis=1)
    chosen = np.flatnonzero(usable)
    if len(chosen) < 100:
        raise ValueError(f"{len(chosen)} galaxies have twelve positive fluxes and a line; at least 100 are needed.")
    conditions = [None if column is None else np.asarray(column)[chosen] for column in (log_luminosity, redshift)]
    flux, given = bin_flux[chosen], ew[chosen]
    middle, residual, drawn, drawn_places = _residuals(params, flux, given, conditions, catalogued, seed)
    rank, drawn_rank = _ranks(residual, drawn, middle[:, HALPHA], np.random.default_rng(seed))
    tail = _joint_tail(rank, drawn_rank, middle[:, HALPHA])

    shown = np.isfinite(rank)
    beyond = np.full((len(LINES), len(LEVELS)), np.nan)
    for line in np.flatnonzero(shown.any(axis=0)):
        apart = np.abs(2 * rank[shown[:, line], line] - 1)
        beyond[line] = [(apart > level).mean() for level in LEVELS]
    joint = np.array([(tail < 1 - level).mean() for level in LEVELS])
    # DESI's median of a catalogued line is that of the galaxies in which it is listed.
    shift = np.where(shown & ((given > 0) | (not catalogued)), given - middle, np.nan)
    difference = np.array([np.nanmedian(column) if np.isfinite(column).any() else np.nan for column in shift.T])
    regions = find_regions(rank, shift, middle[:, HALPHA], conditions, chosen)
    all_ranks, all_tails = np.full(ew.shape, np.nan), np.full(len(ew), np.nan)
    all_ranks[chosen], all_tails[chosen] = rank, tail
    classes, ratios = compare(place(given, np.asarray(continuum_levels(flux))), drawn_places, given)
    excess = float(max(np.nanmax(beyond[:, 1]), joint[1]) - 0.05)
    error = float(np.sqrt(0.05 * 0.95 / len(chosen)))
    return MockJudgement(
        len(chosen), beyond, difference, joint, all_ranks, all_tails, regions, classes, ratios, excess, error
    )


def _residuals(
    params: Params, flux: np.ndarray, ew: np.ndarray, conditions: list[Any], catalogued: bool, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Placed]:
    """Return DESI's medians, residuals of galaxies and of draws in half 68 % intervals, and what the draws look like.

    Residuals are -inf where a line is not detected.
    """
    if catalogued:
        listed = predict_many(params, flux, *conditions)
        low, middle, high = listed.p16, listed.ew, listed.p84
    else:
        low, middle, high, _ = intrinsic_many(params, flux, *conditions)
    scale = [np.arcsinh(np.asarray(part, np.float64) / SOFTENING) for part in (low, middle, high)]
    below, above = (np.maximum(upper - lower, LEAST_SPREAD) for lower, upper in pairwise(scale))

    def residual(values: np.ndarray, rows: Any, axes: tuple[int, ...]) -> np.ndarray:
        center, under, over = (np.expand_dims(part[rows], axes) for part in (scale[1], below, above))
        offset = np.arcsinh(np.maximum(values, 0.0) / SOFTENING) - center
        scaled = offset / np.where(offset > 0, over, under)
        return np.where(values <= 0, -np.inf, scaled) if catalogued else scaled

    levels = np.asarray(continuum_levels(flux))
    residuals = np.empty((len(flux), DRAWS, len(LINES)), np.float32)
    places = []
    for first in range(0, len(flux), BLOCK):
        # The last block is filled up with the last galaxy, because another shape would be another program.
        rows = np.minimum(np.arange(first, first + BLOCK), len(flux) - 1)
        many = [None if column is None else np.repeat(column[rows], DRAWS) for column in conditions]
        ids = np.arange(first * DRAWS, (first + BLOCK) * DRAWS)
        found = sample_many(seed, params, np.repeat(flux[rows], DRAWS, axis=0), *many, ids=ids)
        draws = np.asarray(found.observed.ew if catalogued else found.ew, np.float64).reshape(BLOCK, DRAWS, -1)
        size = min(BLOCK, len(flux) - first)
        rows, draws = rows[:size], draws[:size]
        residuals[rows] = residual(draws, rows, (1,))
        places.append(place(draws, levels[rows, None]))
    all_places = Placed(*(np.concatenate(parts) for parts in zip(*places, strict=True)))
    return np.asarray(middle, np.float64), residual(ew, slice(None), ()), residuals, all_places


def _classes(halpha: np.ndarray) -> Int[np.ndarray, " galaxy"]:
    """Return the class of each galaxy, by the Hα of its starlight."""
    return np.searchsorted(np.quantile(halpha, np.arange(1, CLASSES) / CLASSES), halpha)


def _ranks(
    residual: np.ndarray, drawn: np.ndarray, halpha: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ranks of residuals among the draws of their class, in (0, 1); equal ones in random order."""
    rank, drawn_rank = np.full(residual.shape, np.nan), np.empty(drawn.shape, np.float32)
    group = _classes(halpha)
    for number in range(CLASSES):
        at = group == number
        for line in range(residual.shape[1]):
            ordered = np.sort(drawn[at, :, line].ravel())
            for values, out in ((residual[at, line], rank), (drawn[at, :, line], drawn_rank)):
                lower, upper = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
                place = (lower + (upper - lower + 1) * rng.random(values.shape)) / (len(ordered) + 1)
                out[at, ..., line] = np.where(np.isnan(values), np.nan, np.clip(place, 1e-6, 1 - 1e-6))
    return rank, drawn_rank


def _joint_tail(rank: np.ndarray, drawn_rank: np.ndarray, halpha: np.ndarray) -> Float[np.ndarray, " galaxy"]:
    """Return the share of draws of the class that are farther from the usual lines, given their correlations."""
    lines = np.array([line for line in FREE_LINES if np.isfinite(rank[:, line]).any()])
    normal, drawn = (np.interp(part[..., lines], _CDF, _Z) for part in (rank, drawn_rank))
    group, tail = _classes(halpha), np.empty(len(rank))
    for number in range(CLASSES):
        at = np.flatnonzero(group == number)
        rows = drawn[at].reshape(-1, len(lines))
        missing = np.isnan(normal[at])
        for pattern in np.unique(missing, axis=0):
            same = at[(missing == pattern).all(axis=1)]
            seen = ~pattern
            inverse = np.linalg.inv(np.cov(rows[:, seen], rowvar=False).reshape(seen.sum(), -1))
            far = np.sort(np.einsum("nl,lm,nm->n", rows[:, seen], inverse, rows[:, seen]))
            own = np.einsum("nl,lm,nm->n", normal[np.ix_(same, seen)], inverse, normal[np.ix_(same, seen)])
            tail[same] = 1 - np.searchsorted(far, own) / len(far)
    return tail
