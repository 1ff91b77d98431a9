"""The BPT and WHAN diagrams of observed, predicted and drawn galaxies, as histograms and statistics.

The version "predicted" holds the point predictions of the detected lines, so that observed and predicted samples are
the same.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from jaxtyping import Float

from model.physics.diagnostics import BPT_LINES, HALPHA, HBETA, MIN_SIGNAL, NII, OIII
from research.evaluation.histograms import cells
from research.evaluation.record.schema import Cells
from research.statistics.bootstrap import resampled
from research.statistics.draw_scores import diagrams

BPT_X: Final = (-1.4, 0.5)
BPT_Y: Final = (-1.2, 1.1)
WHAN_Y: Final = (-0.6, 2.4)
SIZE: Final = (34, 34)
RESAMPLES: Final = 100
CUTS: Final = ("all", f"S/N > {MIN_SIGNAL:g}")

Lines = Float[np.ndarray, "*galaxy line"]


def diagram_cells(
    seen: Lines, ivar: Lines, point: Lines, drawn: Lines, drawn_ivar: Lines
) -> tuple[dict[str, dict[str, Cells]], dict[str, Cells]]:
    """Count galaxies in the cells of both diagrams.

    Parameters
    ----------
    seen, ivar : (galaxy, line) arrays
        Observed EWs [Å], NaN where not detected, and their inverse variances.
    point : (galaxy, line) array
        Point predictions [Å].
    drawn, drawn_ivar : (draw, galaxy, line) arrays
        Joint draws [Å], NaN where not detected, and their inverse variances.

    Returns
    -------
    bpt : dict
        Histograms by cut and version.
    whan : dict
        Histograms of all galaxies by version.
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
    seen, ivar : (galaxy, line) arrays
        Observed EWs [Å], NaN where not detected, and their inverse variances.
    point : (galaxy, line) array
        Point predictions [Å].
    drawn, drawn_ivar : (draw, galaxy, line) arrays
        Joint draws [Å], NaN where not detected, and their inverse variances.

    Returns
    -------
    dict
        Statistics by version, see `research.statistics.draw_scores.diagrams`.
    """
    numbers = {"observed": diagrams(seen, ivar), "drawn": diagrams(drawn, drawn_ivar)}
    version, ew, strong = next(
        each for each in _versions(seen, ivar, point, drawn, drawn_ivar) if each[0] == "predicted"
    )
    chosen = diagrams(np.where(strong[:, None], ew, np.nan))
    of_strong = {name.replace(CUTS[0], CUTS[1]): value for name, value in chosen.items() if name.endswith(CUTS[0])}
    numbers[version] = diagrams(ew) | of_strong
    return numbers


def sampling_errors(seen: Lines, ivar: Lines) -> dict[str, float]:
    """Return the sampling error of each statistic, its standard deviation over resampled galaxies.

    Parameters
    ----------
    seen, ivar : (galaxy, line) arrays
        Observed EWs [Å], NaN where not detected, and their inverse variances.

    Returns
    -------
    dict
        Standard errors, see `research.statistics.draw_scores.diagrams`.
    """
    found = resampled(lambda rows: diagrams(seen[rows], ivar[rows]), len(seen), RESAMPLES, np.random.default_rng(0))
    return {name: float(np.std([one[name] for one in found])) for name in found[0]}


def _versions(
    seen: Lines, ivar: Lines, point: Lines, drawn: Lines, drawn_ivar: Lines
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield version, EWs, and which galaxies have S/N > 3 in the four BPT lines."""

    def strong(ew: np.ndarray, ivar: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return np.asarray((ew * np.sqrt(ivar) > MIN_SIGNAL)[..., list(BPT_LINES)].all(axis=-1))

    yield "observed", seen, strong(seen, ivar)
    yield "predicted", np.where(np.isfinite(seen), point, np.nan), strong(seen, ivar)
    yield "drawn", drawn, strong(drawn, drawn_ivar)
