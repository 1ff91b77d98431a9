"""Statistics of real galaxies per hexagon of the map, which are shipped in place of the galaxies themselves.

Every count and every median comes from at least `MIN_GALAXIES` galaxies: a hexagon, or a line within it, with fewer is
left out.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from safetensors import safe_open
from safetensors.numpy import save

from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, MAP_NAMES, PREDICTION_SUFFIXES
from data.catalogue.survey import DESI
from data.errors import CatalogueError
from data.paths import FILES
from model.lines import LINE_NAMES
from model.storage.files import write_atomically

if TYPE_CHECKING:
    import pyarrow as pa

CELLS_FILE: Final = FILES / "map_cells.safetensors"
CELL_SIZE: Final = 0.25
"""Distance from centre to corner of a hexagon, in map units."""
MIN_GALAXIES: Final = 20
SIZE_KEY: Final = "cell_size"


class Cells(NamedTuple):
    """Statistics of real galaxies in the hexagons of the map.

    Attributes
    ----------
    center : (cell, 2) array
        Centres in map coordinates.
    size : float
        Distance from centre to corner, in map units; a corner points up.
    n : (cell,) array
        Number of galaxies.
    n_measured : (cell, 10) array
        Number of galaxies whose line is observable.
    n_detected : (cell, 10) array
        Number of galaxies whose line is detected.
    ew, ew_p16, ew_p84 : (cell, 10) array
        Median, 16th and 84th percentile of the observed EW [Å] of detected lines; NaN for fewer than `MIN_GALAXIES`.
    ew_predicted : (cell, 10) array
        Median predicted EW of all galaxies in the cell [Å].
    shape : (cell, 12) array
        Mean continuum, each galaxy divided by its own mean first.
    """

    center: Float[np.ndarray, "cell 2"]
    size: float
    n: Int[np.ndarray, " cell"]
    n_measured: Int[np.ndarray, "cell line"]
    n_detected: Int[np.ndarray, "cell line"]
    ew: Float[np.ndarray, "cell line"]
    ew_p16: Float[np.ndarray, "cell line"]
    ew_p84: Float[np.ndarray, "cell line"]
    ew_predicted: Float[np.ndarray, "cell line"]
    shape: Float[np.ndarray, "cell bin"]


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


def aggregate(table: "pa.Table", size: float = CELL_SIZE) -> Cells:
    """Summarise a built catalogue of real galaxies per hexagon.

    Parameters
    ----------
    table : pyarrow.Table
        From `data.catalogue.build.build`, without held-out galaxies.
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


def save_cells(cells: Cells, path: Path = CELLS_FILE) -> None:
    """Write cells as safetensors, atomically.

    Parameters
    ----------
    cells : Cells
        From `aggregate`.
    path : Path
        File to write.
    """
    tensors = {
        field: np.ascontiguousarray(values, np.int32 if values.dtype.kind == "i" else np.float32)
        for field, values in cells._asdict().items()
        if field != "size"
    }
    write_atomically(path, save(tensors, {SIZE_KEY: repr(cells.size)}))


@cache
def load_cells(path: Path = CELLS_FILE) -> Cells:
    """Read the committed cells of the DESI BGS galaxies.

    Parameters
    ----------
    path : Path
        A file that `save_cells` wrote.

    Returns
    -------
    Cells
        Cells; the file is read once per process.

    Raises
    ------
    CatalogueError
        When the file is missing.
    """
    if not path.is_file():
        raise CatalogueError(f"There are no map cells at {path}. Make them: cli.py catalogue fit-cells TABLE.")
    with safe_open(path, framework="numpy") as file:
        fields = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        return Cells(size=float(file.metadata()[SIZE_KEY]), **fields)
