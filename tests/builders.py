"""Small tables of invented galaxies for tests."""

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pyarrow as pa

from data.catalogue.parquet import write
from data.catalogue.schema import (
    BUILT_COLUMNS,
    EW_SUFFIX,
    FLUX_NAMES,
    INPUT_COLUMNS,
    IVAR_SUFFIX,
    MAP_NAMES,
    SCHEMA_VERSION,
)
from model.distribution.catalogued import CONTEXT, DETECTION, STEPS, STRENGTH
from model.distribution.chain import init_chain
from model.lines import LINE_NAMES
from model.training.sample import measure_scales
from research.mock.continuum import LUMINOSITY_AXIS, QUANTITIES, REDSHIFT_AXIS, ContinuumMixture
from research.mock.density import Density
from research.mock.raking import Margin


def galaxies(n: int = 4, **columns: Any) -> pa.Table:
    """Return a table that follows the schema; `columns` replace its columns, and None removes one."""
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
    """Return a table as `catalogue build` writes it, with invented predictions and map positions."""
    generator = np.random.default_rng(n)
    table = galaxies(n, **columns)
    for column in BUILT_COLUMNS:
        low, high = (-5.0, 5.0) if column.name in MAP_NAMES else (0.1, 50.0)
        if column.name not in table.column_names:
            table = table.append_column(column.name, pa.array(generator.uniform(low, high, n).astype(np.float32)))
    return table


def write_catalogue(path: Path, table: pa.Table, kind: str = "observed", **more: Any) -> Path:
    """A catalogue file with the least metadata a server needs."""
    about = {"schema_version": SCHEMA_VERSION, "kind": kind, "title": "Test", "provenance": "invented", **more}
    write(table, path, about)
    return path


def density() -> Density:
    """Return a density of two kinds of galaxies with uncorrelated quantities and lines independent of starlight."""
    n, generator = len(QUANTITIES), np.random.default_rng(0)
    center, scale = np.zeros(n), np.full(n, 0.05)
    center[LUMINOSITY_AXIS], scale[LUMINOSITY_AXIS] = 6.4, 0.2
    center[REDSHIFT_AXIS], scale[REDSHIFT_AXIS] = 0.15, 0.03
    continuum = ContinuumMixture(
        weights=np.array([0.3, 0.7]),
        means=np.stack([np.full(n, -0.8), np.full(n, 0.8)]),
        choleskys=np.tile(0.6 * np.eye(n), (2, 1, 1)),
        center=center,
        scale=scale,
        low=center - 4 * scale,
        high=center + 4 * scale,
    )

    features = generator.normal(size=(50, n + 2)).astype(np.float32)  # luminosity and redshift each have a flag
    heads = ((STEPS, CONTEXT, DETECTION), (STEPS, CONTEXT + 1, STRENGTH))
    catalogued = init_chain(jax.random.key(0), features, width=4, blocks=1, hidden=3, heads=heads)
    ew = 10 ** generator.normal(0.5, 0.3, (200, len(LINE_NAMES)))
    scales = measure_scales(ew, 10 ** generator.normal(0.0, 0.1, ew.shape))
    # Of the galaxies below a redshift of 0.15 half are kept.
    margin = Margin(np.array([float(REDSHIFT_AXIS)]), np.array([[0.15]]), np.log([1.0, 0.5, 1.0]))
    return Density(continuum, scales, jax.tree.map(np.asarray, catalogued), (margin,))


REQUIRED_NAMES = tuple(column.name for column in INPUT_COLUMNS if column.required)
