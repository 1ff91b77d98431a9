"""Statistics of real galaxies in the hexagons of the map, from a built catalogue.

Every count and every median comes from at least `MIN_GALAXIES` galaxies: a hexagon, or a line within it, with fewer is
left out.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from jaxtyping import Float, Int

from data.catalogue.cells import Cells
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, MAP_NAMES, PREDICTION_SUFFIXES
from data.catalogue.survey import DESI
from model.lines import LINE_NAMES

CELL_SIZE: Final = 0.25
"""Distance from centre to corner of a hexagon, in map units."""
MIN_GALAXIES: Final = 20


def hex_cell(
    x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"], size: float = CELL_SIZE
) -> Int[np.ndarray, "point 2"]:
    """Return the hexagon of each point, in a grid with corners up and one hexagon centred on the origin.

    Parameters
    ----------
    x, y : (point,) array
        Map coordinates.
    size : float
        Distance from centre to corner, in map units.

    Returns
    -------
    (point, 2) array of int
        Axial coordinates: column (to the right) and row (to the upper right).
    """
    row = np.asarray(y, float) * 2 / 3 / size
    column = np.asarray(x, float) / np.sqrt(3) / size - row / 2
    cube = np.stack([column, row, -column - row], axis=-1)
    rounded = np.rint(cube)
    # The three cube coordinates must sum to zero: the one rounded furthest is set from the other two.
    worst = np.abs(rounded - cube).argmax(axis=-1)[..., None]
    others = rounded.sum(axis=-1, keepdims=True) - np.take_along_axis(rounded, worst, axis=-1)
    np.put_along_axis(rounded, worst, -others, axis=-1)
    return rounded[..., :2].astype(np.int64)


def hex_center(cell: Int[np.ndarray, "cell 2"], size: float = CELL_SIZE) -> Float[np.ndarray, "cell 2"]:
    """Return the centres of hexagons.

    Parameters
    ----------
    cell : (cell, 2) array of int
        From `hex_cell`.
    size : float
        Distance from centre to corner, in map units.

    Returns
    -------
    (cell, 2) array
        Centres in map coordinates.
    """
    column, row = cell[..., 0], cell[..., 1]
    return np.stack([size * np.sqrt(3) * (column + row / 2), size * 1.5 * row], axis=-1)


def aggregate(table: pa.Table, size: float = CELL_SIZE) -> Cells:
    """Summarise a built catalogue of real galaxies per hexagon.

    Parameters
    ----------
    table : pyarrow.Table
        From `analysis.catalogues.build.build`, without held-out galaxies.
    size : float
        Distance from centre to corner of a hexagon, in map units.

    Returns
    -------
    Cells
        Hexagons with at least `MIN_GALAXIES`, from left to right and bottom to top.
    """
    place = hex_cell(table[MAP_NAMES[0]].to_numpy(), table[MAP_NAMES[1]].to_numpy(), size)
    cells, membership, n = np.unique(place, axis=0, return_inverse=True, return_counts=True)
    kept = np.flatnonzero(n >= MIN_GALAXIES)
    members = np.split(np.argsort(membership.ravel(), kind="stable"), np.cumsum(n)[:-1])

    flux = np.stack([table[name].to_numpy() for name in FLUX_NAMES], axis=1)
    shape = flux / flux.mean(axis=1, keepdims=True)
    ew = np.stack([table[name + EW_SUFFIX].to_numpy() for name in LINE_NAMES], axis=1)
    predicted = np.stack([table[name + PREDICTION_SUFFIXES[0]].to_numpy() for name in LINE_NAMES], axis=1)
    # A few lines at the edge of a camera overlap were measured nevertheless.
    measured = DESI.observable(table["redshift"].to_numpy()) | np.isfinite(ew)

    percentiles = np.full((3, len(kept), len(LINE_NAMES)), np.nan, np.float32)
    for index, cell in enumerate(kept):
        for line in range(len(LINE_NAMES)):
            values = ew[members[cell], line]
            values = values[np.isfinite(values)]
            if len(values) >= MIN_GALAXIES:
                percentiles[:, index, line] = np.percentile(values, [50, 16, 84])
    rows = [members[cell] for cell in kept]
    return Cells(
        center=hex_center(cells[kept], size).astype(np.float32),
        size=size,
        n=n[kept],
        n_measured=np.stack([measured[row].sum(axis=0) for row in rows]),
        n_detected=np.stack([np.isfinite(ew[row]).sum(axis=0) for row in rows]),
        ew=percentiles[0],
        ew_p16=percentiles[1],
        ew_p84=percentiles[2],
        ew_predicted=np.stack([np.median(predicted[row], axis=0) for row in rows]),
        shape=np.stack([shape[row].mean(axis=0) for row in rows]),
    )
