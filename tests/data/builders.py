"""Small tables for the tests of data: no real galaxy, every value chosen."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.builder import write
from data.mock import EW_AXES, IVAR_AXES, QUANTITIES, REDSHIFT_AXIS, Density, Ties
from data.schema import (
    BUILT_COLUMNS,
    EW_SUFFIX,
    FLUX_NAMES,
    INPUT_COLUMNS,
    IVAR_SUFFIX,
    MAP_NAMES,
    SCHEMA_VERSION,
)
from model.lines import LINE_NAMES


def galaxies(n: int = 4, **columns: Any) -> pa.Table:
    """A table that follows the schema; `columns` replace its own, None removes one."""
    generator = np.random.default_rng(n)
    values: dict[str, Any] = {
        "TARGETID": [f"GALAXY-{row}" for row in range(n)],
        "redshift": np.linspace(0.08, 0.11, n, dtype=np.float32),
        "log_luminosity": generator.uniform(5.5, 7.0, n).astype(np.float32),
    }
    values |= {name: generator.uniform(0.5, 2.0, n).astype(np.float32) for name in FLUX_NAMES}
    for name in LINE_NAMES:
        values[name + EW_SUFFIX] = generator.uniform(0.1, 50.0, n).astype(np.float32)
        values[name + IVAR_SUFFIX] = generator.uniform(0.1, 5.0, n).astype(np.float32)
    values |= columns
    return pa.table({name: column for name, column in values.items() if column is not None})


def built(n: int = 4, **columns: Any) -> pa.Table:
    """A table as `catalogue build` leaves it, with invented predictions and places."""
    generator = np.random.default_rng(n)
    table = galaxies(n, **columns)
    for column in BUILT_COLUMNS:
        low, high = (-5.0, 5.0) if column.name in MAP_NAMES else (0.1, 50.0)
        if column.name not in table.column_names:
            table = table.append_column(column.name, pa.array(generator.uniform(low, high, n).astype(np.float32)))
    return table


def write_catalogue(path: Path, table: pa.Table, kind: str = "observed") -> Path:
    """A catalogue file with the least metadata a server needs."""
    about = {"schema_version": SCHEMA_VERSION, "kind": kind, "title": "Test", "provenance": "invented"}
    write(table, path, about)
    return path


def density() -> Density:
    """Two well-separated kinds of galaxies, uncorrelated, with lines around zero."""
    n = len(QUANTITIES)
    knots = np.linspace(-3.7, 3.7, 21)
    quantiles = np.tile(0.05 * knots, (n, 1))
    quantiles[INPUT_NAMES.index("log_luminosity")] = 6.4 + 0.2 * knots
    quantiles[REDSHIFT_AXIS] = np.linspace(0.06, 0.30, 21)
    quantiles[EW_AXES] = 1.5 + knots
    quantiles[IVAR_AXES] = 0.5 * knots
    means = np.stack([np.full(n, -0.8), np.full(n, 0.8)])
    choleskys = np.tile(0.6 * np.eye(n), (2, 1, 1))
    ties = Ties(
        ratio=np.array([0.5, 0.47]),
        ratio_scatter=np.array([0.03, 0.02]),
        ivar_ratio=np.array([-0.05, -0.05]),
        ivar_ratio_scatter=np.array([0.07, 0.15]),
        snr_edges=np.array([[0.0, 3.0], [0.0, 3.0]]),
        detected=np.array([[0.5, 1.0], [0.5, 1.0]]),
    )
    return Density(np.array([0.3, 0.7]), means, choleskys, knots, quantiles, ties)


INPUT_NAMES = QUANTITIES
REQUIRED_NAMES = tuple(column.name for column in INPUT_COLUMNS if column.required)
