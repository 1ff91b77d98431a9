"""The density of mock galaxies as a file: both stages in safetensors, with the record of their fit."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from data.errors import CatalogueError
from data.mock.continuum import QUANTITIES, ContinuumMixture
from data.mock.lines import Heads, LineChain
from model.weights import write_atomically

DENSITY_FILE: Final = Path(__file__).parents[1] / "files" / "density.safetensors"


class Density(NamedTuple):
    """Both stages."""

    continuum: ContinuumMixture
    lines: LineChain


def save_density(density: Density, record: dict[str, Any], path: Path) -> None:
    """Write a density as safetensors, float32, with its record as metadata."""
    tensors = {name: np.ascontiguousarray(array, np.float32) for name, array in _leaves(density, "").items()}
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
        Its arrays, in float64.
    record : dict
        How it was made.

    Raises
    ------
    CatalogueError
        When the file is missing or holds other quantities.
    """
    if not Path(path).is_file():
        raise CatalogueError(f"There is no density at {path}. Fit one: cli.py catalogue fit-density TABLE")
    with safe_open(path, framework="numpy") as stored:
        record = json.loads((stored.metadata() or {}).get("record", "{}"))
        arrays = {name: stored.get_tensor(name).astype(np.float64) for name in stored.keys()}  # noqa: SIM118
    if tuple(record.get("quantities", ())) != QUANTITIES:
        raise CatalogueError(f"{path} is not a density of this version's quantities. Fit it again: fit-density.")

    def part(kind: Any, prefix: str, **more: Any) -> Any:
        return kind(**{name: arrays[f"{prefix}{name}"] for name in kind._fields if name not in more}, **more)

    heads = {name: part(Heads, f"lines.{name}.") for name in ("seen", "strength")}
    return Density(part(ContinuumMixture, "continuum."), part(LineChain, "lines.", **heads)), record


def _leaves(tree: Any, prefix: str) -> dict[str, np.ndarray]:
    """Name every array of nested named tuples by its path."""
    if not hasattr(tree, "_asdict"):
        return {prefix.removesuffix("."): tree}
    return {
        name: leaf for key, part in tree._asdict().items() for name, leaf in _leaves(part, f"{prefix}{key}.").items()
    }
