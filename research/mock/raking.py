"""Selection of candidates whose histograms match those of real galaxies.

A margin is a histogram over one to three quantities, with a weight per cell. A candidate is kept with a probability
that is the product of its cells' weights. Raking adjusts the weights of one margin after the other until all histograms
agree.

References
----------
Deming & Stephan 1940, Ann. Math. Stat. 11, 427.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from data.errors import CatalogueError
from model.lines import LINE_NAMES
from model.physics.diagnostics import BPT_LINES, HALPHA, HBETA, MIN_SIGNAL, NII, OIII
from research.mock.continuum import QUANTITIES
from research.statistics.draw_scores import RATIOS

HGAMMA: Final = LINE_NAMES.index("HGAMMA")
PAIRS: Final = (*RATIOS.values(), (NII, HALPHA), (OIII, HBETA), (HBETA, HGAMMA))
"""Line ratios whose distributions are matched."""
COLUMNS: Final = (
    *QUANTITIES,
    *(f"{name}_{kind}" for kind in ("EW", "SIGMA", "SNR") for name in LINE_NAMES),
    *(f"{LINE_NAMES[above]}/{LINE_NAMES[below]}" for above, below in PAIRS),
    "BPT_SNR",
)
"""Quantities of the margins: those of the continuum; log10 of EW, error, S/N and ratios; log10 of the smallest S/N of
the four BPT lines."""
BPT_X, BPT_Y = (COLUMNS.index(f"{LINE_NAMES[above]}/{LINE_NAMES[below]}") for above, below in PAIRS[-3:-1])
DETECTED: Final = float(np.log10(MIN_SIGNAL))
"""log10 of the S/N at which galaxies of the BPT diagram are divided."""
FINE, FINEST, COARSE = 20, 60, 12
"""Numbers of cells with equally many galaxies: along one quantity, along redshift, and per axis of a diagram."""
START: Final = float(np.log(0.5))
"""Log probability of every candidate before raking, which allows weights up to 2."""
ROUNDS: Final = 20
PRIOR: Final = 20.0
"""Galaxies added to each cell of both histograms, so that cells with few galaxies hardly change."""
LEAST_IVAR: Final = 1e-12
LEAST_KEPT: Final = 0.1
"""Smallest allowed share of kept candidates; below it, drawing is slow and the weights dominate the density."""


class Margin(NamedTuple):
    """A histogram with the weights of its cells.

    Attributes
    ----------
    columns : (axis,) array
        Positions in `COLUMNS`.
    edges : (axis, edge) array
        Inner edges of the cells, ascending, padded with infinity.
    log_weight : (cell,) array
        Natural logarithm of each cell's weight, in C order; the first cell along each axis is for NaN.
    """

    columns: Float[np.ndarray, " axis"]
    edges: Float[np.ndarray, "axis edge"]
    log_weight: Float[np.ndarray, " cell"]


def columns_of(
    quantities: Float[np.ndarray, "galaxy quantity"],
    ew: Float[np.ndarray, "galaxy line"],
    ivar: Float[np.ndarray, "galaxy line"],
) -> Float[np.ndarray, "galaxy column"]:
    """Return the quantities `COLUMNS` of galaxies; NaN where a line is not detected."""
    with np.errstate(invalid="ignore", divide="ignore"):
        strength, error = np.log10(ew), -0.5 * np.log10(np.maximum(ivar, LEAST_IVAR))
    ratios = [strength[:, above] - strength[:, below] for above, below in PAIRS]
    signal = strength - error
    least = signal[:, list(BPT_LINES)].min(axis=1)
    return np.column_stack([quantities, strength, error, signal, *ratios, least])


def keep_probability(
    margins: Sequence[Margin], columns: Float[np.ndarray, "galaxy column"]
) -> Float[np.ndarray, " galaxy"]:
    """Return the probability with which each candidate is kept; 1 without margins."""
    log = sum((margin.log_weight[_cells(margin, columns)] for margin in margins), np.zeros(len(columns)))
    return np.exp(np.minimum(log, 0.0))


def rake(
    real: Float[np.ndarray, "galaxy column"],
    candidates: Float[np.ndarray, "candidate column"],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Margin, ...]:
    """Find the weights for which the kept candidates have the histograms of real galaxies.

    Parameters
    ----------
    real, candidates : (galaxy, column) arrays
        From `columns_of`; candidates are draws of the first two stages.
    progress : callable
        Called with a sentence at each round.

    Returns
    -------
    tuple of Margin
        Margins for `keep_probability`.

    Raises
    ------
    CatalogueError
        When less than `LEAST_KEPT` of the candidates would be kept.
    """
    margins = _margins(real)
    drawn = [_cells(margin, candidates) for margin in margins]
    targets = [np.bincount(_cells(margin, real), minlength=len(margin.log_weight)) + PRIOR for margin in margins]
    log = np.full(len(candidates), START)
    margins[0].log_weight[:] = START
    for number in range(ROUNDS):
        farthest = 0.0
        for margin, cell, target in zip(margins, drawn, targets, strict=True):
            # Probabilities are limited to 1 as in the draw, so that the other cells compensate.
            kept = np.exp(np.minimum(log, 0.0))
            if kept.mean() < LEAST_KEPT:
                raise CatalogueError(
                    f"Of the density's draws {kept.mean():.1%} would be kept, at least {LEAST_KEPT:.0%} should: "
                    "they are too unlike the galaxies. Fit it to more galaxies, or for more epochs."
                )
            count = np.bincount(cell, weights=kept * (len(real) / kept.sum()), minlength=len(target)) + PRIOR
            step = np.log(target / count)
            margin.log_weight[:] += step
            log += step[cell]
            farthest = max(farthest, float(np.abs(step).max()))
        progress(f"raking, round {number + 1}: a cell moved by {np.expm1(farthest):.1%}")
    return tuple(margins)


def _margins(real: Float[np.ndarray, "galaxy column"]) -> list[Margin]:
    """Return margins over each quantity, the BPT diagram below and above S/N = 3, and the WHAN diagram."""

    def over(*axes: tuple[int, np.ndarray]) -> Margin:
        edges = np.full((len(axes), max(len(inner) for _, inner in axes)), np.inf)
        for row, (_, inner) in zip(edges, axes, strict=True):
            row[: len(inner)] = inner
        columns = np.array([column for column, _ in axes], float)
        return Margin(columns, edges, np.zeros((edges.shape[1] + 2) ** len(axes)))

    def equal(column: int, n: int) -> tuple[int, np.ndarray]:
        return column, np.nanquantile(real[:, column], np.arange(1, n) / n)

    redshift, bpt_snr = COLUMNS.index("redshift"), COLUMNS.index("BPT_SNR")
    diagram = equal(BPT_X, COARSE)
    alone = [over(equal(column, FINEST if column == redshift else FINE)) for column in range(bpt_snr)]
    bpt = over(diagram, equal(BPT_Y, COARSE), (bpt_snr, np.array([DETECTED])))
    return [*alone, bpt, over(diagram, equal(COLUMNS.index("HALPHA_EW"), COARSE))]


def _cells(margin: Margin, columns: Float[np.ndarray, "galaxy column"]) -> Int[np.ndarray, " galaxy"]:
    """Return the cell of each galaxy; along each axis, index 0 is for NaN."""
    cell = np.zeros(len(columns), int)
    for column, edges in zip(margin.columns.astype(int), margin.edges, strict=True):
        value = columns[:, column]
        place = np.where(np.isnan(value), 0, np.searchsorted(edges, value, side="right") + 1)
        cell = cell * (len(edges) + 2) + place
    return cell
