"""Statistics of real galaxies per hexagon of the map, which are shipped in place of the galaxies themselves.

`research.fitting.cells` computes them.
"""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from safetensors import safe_open
from safetensors.numpy import save

from data.errors import CatalogueError
from data.paths import FILES
from model.storage.files import write_atomically
from storage.program import PROGRAM

CELLS_FILE: Final = FILES / "map_cells.safetensors"
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
        Median, 16th and 84th percentile of the observed EW [Å] of detected lines; NaN for fewer than 20 galaxies.
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


def save_cells(cells: Cells, path: Path = CELLS_FILE) -> None:
    """Write cells as safetensors, atomically.

    Parameters
    ----------
    cells : Cells
        From `research.fitting.cells.aggregate`.
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
        raise CatalogueError(f"There are no map cells at {path}. Make them: {PROGRAM} catalogue fit-cells TABLE.")
    with safe_open(path, framework="numpy") as file:
        fields = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        return Cells(size=float(file.metadata()[SIZE_KEY]), **fields)
