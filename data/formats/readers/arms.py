"""A spectrum that a file keeps in parts, such as the arms of a spectrograph, is joined if that is unambiguous."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from data.columns.names import column_of
from data.columns.tables import TableNames, is_auxiliary, passed_over
from data.formats.readers.source import BATCH_ROWS, Source, other_tables, skipped, units_of
from data.formats.types import is_list, is_number

MAX_OVERLAP: Final = 0.5
"""Largest overlap of two arms, as a share of the shorter one; spectra of two objects have the same range."""


def are_arms(waves: Sequence[np.ndarray]) -> bool:
    """Return whether several arrays of wavelengths are parts of one range, which overlap by less than `MAX_OVERLAP`."""
    ends = []
    for wave in waves:
        finite = wave[np.isfinite(wave) & (wave > 0)]
        if finite.size < 2:
            return False
        ends.append((float(finite.min()), float(finite.max())))
    ends.sort()
    return len(ends) > 1 and all(
        high - low < MAX_OVERLAP * min(high - first, last - low) for (first, high), (low, last) in pairwise(ends)
    )


def joined_tables(
    name: str, tables: Sequence[tuple[str, Sequence[str], int]], taken: int, read: Callable[[int], Source], start: int
) -> Source:
    """Return the table that was chosen of several, with the others joined to it if they are arms of one spectrum.

    Parameters
    ----------
    name : str
        Name of the file.
    tables : sequence of (name, columns, rows)
        The tables of the file.
    taken : int
        Index of the chosen one.
    read : callable
        Function from an index to the table, from its first row.
    start : int
        First row to read.

    Returns
    -------
    Source
        With a note on the tables that were joined, or on those that are not read.
    """
    source, others = read(taken), passed_over([TableNames(*table) for table in tables], taken)
    parts = [place for place, table in enumerate(tables) if place == taken or _label(tables, place) in others]
    parts = [place for place in parts if place == taken or not is_auxiliary(tables[place][0])]
    titles = tables[taken][1]
    wave = column_of(titles, "wavelength")
    if wave and len(parts) > 1 and all(list(tables[place][1]) == list(titles) for place in parts):
        sources = [source if place == taken else read(place) for place in parts]
        whole = [pa.Table.from_batches(list(one.batches), one.schema) for one in sources]
        alike = all(units_of(one.schema) == units_of(source.schema) for one in whole)
        if alike and are_arms([_numbers(one[wave]) for one in whole]):
            table = pa.concat_tables([_plain_lists(one) for one in whole])
            said = f"{name} keeps the spectrum in {len(parts)} tables, which are joined: "
            labels = ", ".join(_label(tables, place) for place in parts)
            batches = iter(table.slice(start).to_batches(BATCH_ROWS))
            return source._replace(
                schema=table.schema, rows=len(table), batches=batches, notes=[*source.notes, f"{said}{labels}."]
            )
        source = read(taken)
    notes = [*source.notes, *other_tables(name, tables, taken)]
    if not start:
        return source._replace(notes=notes)
    return source._replace(notes=notes, batches=skipped(source.batches, start))


def _label(tables: Sequence[tuple[str, Sequence[str], int]], place: int) -> str:
    return tables[place][0] or f"number {place + 1}"


def _numbers(column: Any) -> np.ndarray:
    """Return the numbers of a column, also of one of arrays; empty for another type."""
    flat = pa.chunked_array([column.combine_chunks().flatten()]) if is_list(column.type) else column
    if not is_number(flat.type):
        return np.zeros(0)
    return flat.cast(pa.float64()).to_numpy()


def _plain_lists(table: pa.Table) -> pa.Table:
    """Return a table whose arrays have no fixed length, as the arms have different ones."""
    fields = [
        field.with_type(pa.list_(field.type.value_type)) if is_list(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))
