"""Histograms and percentile bands of figures, each cell and bin with at least `FEWEST` galaxies."""

from typing import Final

import numpy as np
from jaxtyping import Float

from research.evaluation.record.schema import FEWEST, Bands, Cells

LEVELS: Final = (2.5, 16, 50, 84, 97.5)
N_BANDS: Final = 20


def cells(
    x: Float[np.ndarray, " galaxy"],
    y: Float[np.ndarray, " galaxy"],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    size: tuple[int, int],
    realisations: int = 1,
) -> Cells:
    """Count galaxies in the cells of a grid.

    Parameters
    ----------
    x, y : (galaxy,) arrays
        Coordinates; galaxies with a value that is not finite are ignored.
    x_range, y_range : tuple of float
        Range of the grid; galaxies outside count only in `n`.
    size : tuple of int
        Number of cells in x and y.
    realisations : int
        Number of times each galaxy occurs; counts are divided by it.

    Returns
    -------
    Cells
        Cells with at least `FEWEST` galaxies.
    """
    use = np.isfinite(x) & np.isfinite(y)
    count, _, _ = np.histogram2d(x[use], y[use], bins=size, range=(x_range, y_range))
    count /= realisations
    i, j = np.nonzero(count >= FEWEST)
    return Cells(
        x_range=x_range,
        y_range=y_range,
        size=size,
        x=i.tolist(),
        y=j.tolist(),
        count=np.rint(count[i, j]).astype(int).tolist(),
        n=round(int(use.sum()) / realisations),
    )


def bins_of(x: Float[np.ndarray, " galaxy"]) -> list[np.ndarray]:
    """Divide rows into bins of x with equally many galaxies, at least `FEWEST` each.

    Parameters
    ----------
    x : (galaxy,) array
        Finite values.

    Returns
    -------
    list of arrays
        Row numbers of each bin, in order of x.
    """
    return np.array_split(np.argsort(x), max(1, min(N_BANDS, len(x) // FEWEST)))


def bands(x: Float[np.ndarray, " galaxy"], y: Float[np.ndarray, " galaxy"]) -> Bands:
    """Return percentiles of y in bins of x with equally many galaxies.

    Parameters
    ----------
    x, y : (galaxy,) arrays
        Finite values.

    Returns
    -------
    Bands
        Percentiles at the median x of each bin.
    """
    rows = bins_of(x) if len(x) else []
    levels = np.array([np.percentile(y[row], LEVELS) for row in rows]).reshape(-1, len(LEVELS)).T.tolist()
    at = [float(np.median(x[row])) for row in rows]
    return Bands(at=at, p2=levels[0], p16=levels[1], p50=levels[2], p84=levels[3], p98=levels[4])
