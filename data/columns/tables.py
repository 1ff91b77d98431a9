"""Choice among several tables of a file, by their names and columns."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from data.columns.names import FLUX_NAMES, column_of, twelve_of


class TableNames(NamedTuple):
    """One of several tables of a file.

    Attributes
    ----------
    name : str
        Name of the extension.
    columns : sequence of str
        Column titles.
    rows : int
        Number of rows; a cell may hold an array.
    """

    name: str
    columns: Sequence[str]
    rows: int


def best_table(tables: Sequence[TableNames]) -> int:
    """Return the index of the best table: with twelve fluxes, else wavelength and flux, else flux, else any rows.

    Of several, one whose name does not say that it holds the sky, a model or a calibration comes first.
    """
    ranks = [_rank(table) for table in tables]
    return ranks.index(max(ranks))


def has_fluxes(table: TableNames) -> bool:
    """Return whether a table has twelve fluxes, or wavelength and flux."""
    return _rank(table)[0] >= 3


def passed_over(tables: Sequence[TableNames], taken: int) -> list[str]:
    """Return the names of the other tables from which fluxes could be read as well."""
    least = max(_rank(tables[taken])[0], 3)
    return [
        table.name or f"number {place + 1}"
        for place, table in enumerate(tables)
        if place != taken and _rank(table)[0] >= least
    ]


_AUXILIARY: Final = re.compile(r"sky|background|bkg|model|template|telluric|arc|flat|calib|noise|std", re.IGNORECASE)


def is_auxiliary(name: str) -> bool:
    """Return whether the name of a table or image says that it holds the sky, a model or a calibration."""
    return bool(_AUXILIARY.search(name))


def _rank(table: TableNames) -> tuple[int, bool, int]:
    is_object = not is_auxiliary(table.name)
    if not table.rows:
        return 0, is_object, 0
    if len(twelve_of(table.columns)) == len(FLUX_NAMES):
        return 4, is_object, 0
    has_flux = bool(column_of(table.columns, "flux"))
    if has_flux and column_of(table.columns, "wavelength"):
        return 3, is_object, min(table.rows, 2)
    return (2 if has_flux else 1), is_object, 0
