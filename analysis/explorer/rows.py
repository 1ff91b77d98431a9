"""A catalogue's galaxies as a table: what it says of each, and the order that a column puts all of them in."""

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
    """Give the name and the numbers of some galaxies.

    Parameters
    ----------
    catalogue : Catalogue
        Where they are.
    rows : (row,) array
        Which they are, in any order.

    Returns
    -------
    list of list
        For each row its name and a number for each of `TABLE_COLUMNS`, None where there is none.
    """
    numbers = rounded(np.stack([catalogue.column(column)[rows] for column in TABLE_COLUMNS], axis=1))
    return [[catalogue.target_ids[int(row)].decode(), *values] for row, values in zip(rows, numbers, strict=True)]


def order_by(catalogue: Catalogue, column: str, *, falling: bool) -> Int[np.ndarray, " galaxy"]:
    """Give all rows by a column's values.

    Parameters
    ----------
    catalogue : Catalogue
        Whose rows.
    column : str
        Of `TABLE_COLUMNS`.
    falling : bool
        The largest first.

    Returns
    -------
    (galaxy,) array
        Rows with equal values as in the catalogue, those without a value last.
    """
    values = catalogue.column(column)
    return np.argsort(-values if falling else values, kind="stable")
