"""A catalogue's galaxies as a table: cells of rows, and the order of all rows by a column."""

from typing import Any, Final

import numpy as np
from jaxtyping import Int

from analysis.answers.grid import rounded
from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX, PREDICTION_SUFFIXES
from model.lines import LINE_NAMES

TABLE_COLUMNS: Final = (
    "redshift",
    "log_luminosity",
    *(line + EW_SUFFIX for line in LINE_NAMES),
    *(line + PREDICTION_SUFFIXES[0] for line in LINE_NAMES),
)
"""Columns of the table, after the galaxy's name."""


def list_rows(catalogue: Catalogue, rows: Int[np.ndarray, " row"]) -> list[list[Any]]:
    """Return the names and numbers of some galaxies.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue that holds them.
    rows : (row,) array
        Their rows, in any order.

    Returns
    -------
    list of list
        For each row the galaxy's name and the numbers of `TABLE_COLUMNS`, None where missing.
    """
    numbers = rounded(np.stack([catalogue.column(column)[rows] for column in TABLE_COLUMNS], axis=1))
    return [[catalogue.target_ids[int(row)].decode(), *values] for row, values in zip(rows, numbers, strict=True)]


def order_by(catalogue: Catalogue, column: str, *, falling: bool) -> Int[np.ndarray, " galaxy"]:
    """Return all rows in the order of a column's values.

    Parameters
    ----------
    catalogue : Catalogue
        With n galaxies.
    column : str
        Of `TABLE_COLUMNS`.
    falling : bool
        Whether the largest comes first.

    Returns
    -------
    (galaxy,) array
        Rows with equal values in the catalogue's order, rows without a value last.
    """
    values = catalogue.column(column)
    return np.argsort(-values if falling else values, kind="stable")
