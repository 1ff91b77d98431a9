"""Storage of the density of mock galaxies: its three stages in safetensors, with the record of their fit."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from data.errors import CatalogueError
from data.paths import FILES
from model.distribution.chain import Chain
from model.distribution.scales import Scales
from model.storage.files import write_atomically
from model.storage.tensors import from_tensors, to_tensors
from research.mock.continuum import QUANTITIES, ContinuumMixture
from research.mock.raking import COLUMNS, Margin
from storage.program import PROGRAM

DENSITY_FILE: Final = FILES / "density.safetensors"


class Density(NamedTuple):
    """The three stages of the density.

    Attributes
    ----------
    continuum : ContinuumMixture
        Density of colours, luminosity and redshift.
    scales : Scales
        Units of the lines.
    catalogued : Chain
        Density of the catalogued lines given these, see `model.distribution.catalogued`.
    margins : tuple of Margin
        Weights with which these draws are kept.
    """

    continuum: ContinuumMixture
    scales: Scales
    catalogued: Chain
    margins: tuple[Margin, ...] = ()


def save_density(density: Density, record: dict[str, Any], path: Path) -> None:
    """Write a density as float32 safetensors, with its record as metadata."""
    tensors = {name: np.ascontiguousarray(array, np.float32) for name, array in to_tensors(density).items()}
    write_atomically(path, save(tensors, metadata={"record": json.dumps(record)}))


def load_density(path: Path | str = DENSITY_FILE) -> tuple[Density, dict[str, Any]]:
    """Read a density and its record.

    Parameters
    ----------
    path : path
        A file that `catalogue fit-density` wrote; the embedded one by default.

    Returns
    -------
    density : Density
        Density, with float64 arrays.
    record : dict
        Record of the fit.

    Raises
    ------
    CatalogueError
        When the file is missing or holds other quantities.
    """
    if not Path(path).is_file():
        raise CatalogueError(f"There is no density at {path}. Fit one: {PROGRAM} catalogue fit-density TABLE")
    with safe_open(path, framework="numpy") as stored:
        record = json.loads((stored.metadata() or {}).get("record", "{}"))
        arrays = {name: stored.get_tensor(name).astype(np.float64) for name in stored.keys()}  # noqa: SIM118
    made_of = tuple(tuple(record.get(name, ())) for name in ("quantities", "columns"))
    if made_of != (QUANTITIES, COLUMNS) or "scales/units" not in arrays:
        raise CatalogueError(f"{path} is not a density of this version's quantities. Fit it again: fit-density.")
    return from_tensors(Density, arrays), record
