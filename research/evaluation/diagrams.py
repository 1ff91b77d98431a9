"""The BPT and WHAN diagrams of observed, predicted and drawn galaxies, as cells and as numbers.

Predicted are the point predictions of the galaxies in which the lines were observed, so that the two samples are one.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from jaxtyping import Float

from model.statistics.scores import HALPHA, HBETA, NII, OIII, diagrams
from research.evaluation.histograms import cells
from research.evaluation.record import Cells

BPT_X: Final = (-1.4, 0.5)
BPT_Y: Final = (-1.2, 1.1)
WHAN_Y: Final = (-0.6, 2.4)
SIZE: Final = (34, 34)
MIN_SIGNAL: Final = 3.0
BPT_LINES: Final = [NII, HALPHA, OIII, HBETA]
RESAMPLES: Final = 100
CUTS: Final = ("all", "S/N > 3")

Lines = Float[np.ndarray, "*galaxy line"]


def diagram_cells(
    seen: Lines, ivar: Lines, point: Lines, drawn: Lines, drawn_ivar: Lines
) -> tuple[dict[str, dict[str, Cells]], dict[str, Cells]]:
    """Count galaxies in the cells of both diagrams.

    Parameters
    ----------
    seen, ivar : (galaxy, 10) arrays
        Observed EWs [Å], NaN where not listed, and their inverse variances.
    point : (galaxy, 10) array
        Point predictions [Å].
    drawn, drawn_ivar : (draw, galaxy, 10) arrays
        Joint draws [Å], NaN where not listed, and their inverse variances.

    Returns
    -------
    bpt : dict
        By cut and version.
    whan : dict
        By version; all galaxies.
    """
    bpt: dict[str, dict[str, Cells]] = {cut: {} for cut in CUTS}
    whan = {}
    for version, ew, strong in _versions(seen, ivar, point, drawn, drawn_ivar):
        realisations = 1 if ew.ndim == 2 else len(ew)
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log10(np.where(ew > 0, ew, np.nan))
        x = log[..., NII] - log[..., HALPHA]
        y = log[..., OIII] - log[..., HBETA]
        for cut, use in zip(CUTS, (np.ones_like(strong), strong), strict=True):
            of_cut = (np.where(use, x, np.nan).ravel(), np.where(use, y, np.nan).ravel())
            bpt[cut][version] = cells(*of_cut, BPT_X, BPT_Y, SIZE, realisations)
        whan[version] = cells(x.ravel(), log[..., HALPHA].ravel(), BPT_X, WHAN_Y, SIZE, realisations)
    return bpt, whan


def diagram_numbers(
    seen: Lines, ivar: Lines, point: Lines, drawn: Lines, drawn_ivar: Lines
) -> dict[str, dict[str, float]]:
    """Summarise the diagrams and the fixed line ratios of each version.

    Parameters
    ----------
    seen, ivar : (galaxy, 10) arrays
        Observed EWs [Å], NaN where not listed, and their inverse variances.
    point : (galaxy, 10) array
        Point predictions [Å].
    drawn, drawn_ivar : (draw, galaxy, 10) arrays
        Joint draws [Å], NaN where not listed, and their inverse variances.

    Returns
    -------
    dict
        By version, see `distribution_metrics.diagrams`.
    """
    numbers = {"observed": diagrams(seen, ivar), "drawn": diagrams(drawn, drawn_ivar)}
    version, ew, strong = next(
        each for each in _versions(seen, ivar, point, drawn, drawn_ivar) if each[0] == "predicted"
    )
    chosen = diagrams(np.where(strong[:, None], ew, np.nan))
    of_strong = {name.replace(CUTS[0], CUTS[1]): value for name, value in chosen.items() if name.endswith(CUTS[0])}
    numbers[version] = diagrams(ew) | of_strong
    return numbers


def chance_numbers(seen: Lines, ivar: Lines) -> dict[str, float]:
    """Give the error that a sample of this size leaves in each number: its deviation over resampled galaxies.

    Parameters
    ----------
    seen, ivar : (galaxy, 10) arrays
        Observed EWs [Å], NaN where not listed, and their inverse variances.

    Returns
    -------
    dict
        Standard errors, see `distribution_metrics.diagrams`.
    """
    generator = np.random.default_rng(0)
    picks = (generator.integers(len(seen), size=len(seen)) for _ in range(RESAMPLES))
    resampled = [diagrams(seen[rows], ivar[rows]) for rows in picks]
    return {name: float(np.std([one[name] for one in resampled])) for name in resampled[0]}


def _versions(
    seen: Lines, ivar: Lines, point: Lines, drawn: Lines, drawn_ivar: Lines
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, EWs as listed, and which galaxies have S/N > 3 in the four lines of the BPT diagram."""

    def strong(ew: np.ndarray, ivar: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return np.asarray((ew * np.sqrt(ivar) > MIN_SIGNAL)[..., BPT_LINES].all(axis=-1))

    yield "observed", seen, strong(seen, ivar)
    yield "predicted", np.where(np.isfinite(seen), point, np.nan), strong(seen, ivar)
    yield "drawn", drawn, strong(drawn, drawn_ivar)
