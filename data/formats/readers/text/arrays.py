"""Arrays of numbers in the cells of a text table, as pandas and our own CSV write them: “[1.1, 1.5]” or “[1.1 1.5]”."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from data.columns.names import TITLES, numbered_of, split_unit, twelve_of
from data.columns.words import shown
from data.errors import CatalogueError

ROLES: Final = ("wavelength", "flux", "uncertainty", "mask")
"""Quantities whose cells may be arrays; texts in other columns are passed on as they are."""
_ARRAY: Final = re.compile(r"\s*[\[(]\s*(?:[-+.\d]|nan\b|inf\b)", re.IGNORECASE)
_MISSING: Final = frozenset({"none", "null", "--", "masked"})


def array_columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the columns of wavelengths, fluxes, errors and masks whose cells, in these rows, all hold arrays."""
    known = {title for role in ROLES for title in TITLES[role]}
    single = {*twelve_of(names).values(), *numbered_of(names)}
    found = []
    for place, name in enumerate(names):
        if name not in single and (name.lower() in known or split_unit(name)[0].lower() in known):
            cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
            if cells and all(map(_ARRAY.match, cells)):
                found.append(name)
    return found


def with_arrays(
    batches: Iterable[pa.RecordBatch],
    columns: Sequence[str],
    schema: pa.Schema,
    row_of: Callable[[int], int],
    file: str,
) -> Iterator[pa.RecordBatch]:
    """Convert the columns of texts to lists of numbers.

    Parameters
    ----------
    batches : iterable of RecordBatch
        Batches in which these columns are text.
    columns : sequence of str
        From `array_columns`.
    schema : pyarrow.Schema
        Of the converted batches.
    row_of : callable
        Function from the position of a row, from 0, to its row in the file.
    file : str
        Name of the file for error messages.

    Yields
    ------
    RecordBatch
        Batches of `schema`.

    Raises
    ------
    CatalogueError
        When a cell holds no array of numbers, or one that numpy shortened when it was printed.
    """
    done = 0
    for batch in batches:
        arrays = []
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            if name not in columns:
                arrays.append(values)
                continue
            cells = []
            for place, text in enumerate(values.to_pylist()):
                try:
                    cells.append(_numbers(text))
                except ValueError as error:
                    raise CatalogueError(
                        f"{file}, row {row_of(done + place)}, column {name}: {shown(text)} {error}"
                    ) from error
            arrays.append(pa.array(cells, pa.list_(pa.float64())))
        done += batch.num_rows
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _numbers(text: str | None) -> np.ndarray | None:
    """Return the numbers of a cell, None for an empty one; raise ValueError with the end of a sentence."""
    if text is None or not text.strip():
        return None
    inside = text.strip()
    if "..." in inside or "…" in inside:
        raise ValueError("is an array that was shortened when it was printed. Write all its numbers.")
    if not (inside[0] in "[(" and inside[-1] in "])"):
        raise ValueError("is no array of numbers, as the cells above are. Write it like [1.1, 1.5, 2.2].")
    try:
        values = json.loads(inside)
    except ValueError:
        values = inside[1:-1].replace(",", " ").split()
    try:
        found = np.array([np.nan if str(one).lower() in _MISSING else one for one in values], np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.empty((0, 0))
    if found.ndim != 1 or any(isinstance(one, bool) for one in values):
        raise ValueError("is no array of numbers. Write it like [1.1, 1.5, 2.2].")
    return found
