"""Tables of galaxies with the names and units of the schema, converted from their titles and stated units."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from jaxtyping import Int

from data.catalogue.schema import COLUMNS, EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.columns import units
from data.columns.missing import (
    EMPTY,
    RANGES,
    fluxes_without_sentinels,
    optional_without_sentinels,
    without_sentinels,
)
from data.columns.names import column_of, list_of_twelve, split_unit, twelve_of
from data.errors import CatalogueError, UploadError
from data.formats import whole
from data.formats.readers.source import units_of, with_field
from data.formats.types import is_list, is_number, is_text, pc
from model.bins import BIN_CENTERS

_ROLES: Final = {"TARGETID": "id", "redshift": "redshift", "log_luminosity": "log_luminosity"}


def standard_columns(table: pa.Table, name: str, row_numbers: Int[np.ndarray, " row"] | None = None) -> pa.Table:
    """Convert a table's columns to the schema's names and units.

    Parameters
    ----------
    table : pyarrow.Table
        Table of plain types, with units in the metadata of its fields.
    name : str
        Name of the file, for error messages.
    row_numbers : (row,) array, optional
        Numbers of the rows for messages; from 1 by default.

    Returns
    -------
    pyarrow.Table
        The same rows; columns outside the schema are not changed.

    Raises
    ------
    CatalogueError
        When a numeric column holds other text; the message names row and value.
    UploadError
        When the unit of a column is not understood or of another kind.
    """
    table = _with_list_unfolded(table)
    said = units_of(table.schema)
    names = table.column_names
    lower = {title.strip().lower(): title for title in reversed(names)}
    found = dict(twelve_of(names))
    found |= {ours: title for ours, role in _ROLES.items() if (title := column_of(names, role))}
    found = {column.name: lower[column.name.lower()] for column in COLUMNS if column.name.lower() in lower} | found
    for ours, title in found.items():
        if f"{title} (2)" in names:
            raise CatalogueError(f"{name} has several columns {title}. Keep one of them.")
        if ours != title and ours in names and ours not in found.values():
            raise CatalogueError(f"{name} has the columns {ours} and {title}, which mean the same. Keep one of them.")
    back = {title: ours for ours, title in found.items()}
    table = table.rename_columns([back.get(title, title) for title in names])
    holds = {column.name: column.holds for column in COLUMNS}
    for ours in found:
        if holds[ours] != "text":
            table = _set(table, ours, _numbers(table[ours], ours, name, row_numbers))
    table = _in_flux_unit(table, found, said, name)
    for ours, title in found.items():
        target = {EW_SUFFIX: "Angstrom", IVAR_SUFFIX: "1 / Angstrom2"}.get(
            next((suffix for suffix in (IVAR_SUFFIX, EW_SUFFIX) if ours.endswith(suffix)), ""),
            "deg" if ours in ("ra", "dec") else "",
        )
        if target and (factor := units.factor_to(said.get(title, ""), target, title)) != 1:
            table = _set(table, ours, pc.multiply(table[ours], factor))
    return table


def _with_list_unfolded(table: pa.Table) -> pa.Table:
    """Split a flux column whose cells hold twelve numbers into twelve columns."""
    lists = [field.name for field in table.schema if is_list(field.type) and is_number(field.type.value_type)]
    twelves = [name for name in lists if set(pc.list_value_length(table[name]).to_pylist()) == {len(FLUX_NAMES)}]
    title = list_of_twelve(twelves)
    if not title or twelve_of(table.column_names):
        return table
    values = np.array(table[title].to_pylist(), np.float64)
    unit = units_of(table.schema).get(title, "") or split_unit(title)[1]
    for place, ours in enumerate(FLUX_NAMES):
        table = table.append_column(with_field(pa.field(ours, pa.float64()), unit), pa.array(values[:, place]))
    return table.drop_columns([title])


def _set(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def _numbers(values: Any, column: str, name: str, row_numbers: np.ndarray | None) -> Any:
    """Return a column as numbers, with sentinels as null."""
    if is_text(values.type):
        trimmed = pc.utf8_trim_whitespace(values)
        empty = EMPTY if column in RANGES else {""}
        is_empty = pc.is_in(pc.utf8_lower(trimmed), pa.array(sorted(empty)))
        trimmed = pc.if_else(is_empty, pa.scalar(None, pa.string()), trimmed)
        try:
            values = trimmed.cast(pa.float64())
        except pa.ArrowInvalid as error:
            texts = trimmed.to_pylist()
            row, text = next(
                ((row, text) for row, text in enumerate(texts) if not _is_number(text)), (0, str(texts[0]))
            )
            number = row + 1 if row_numbers is None else row_numbers[row]
            raise CatalogueError(
                f"{name}: row {number}, column {column}: {text[:24]!r} is not a number. Correct it, or leave it empty."
            ) from error
    if not is_number(values.type):
        raise CatalogueError(f"{name}: column {column} is of type {values.type}; it must hold numbers. Convert it.")
    if column in FLUX_NAMES or not pa.types.is_floating(values.type):
        return values
    given = values.cast(pa.float64()).to_numpy()
    cleaned = optional_without_sentinels(given, column) if column in RANGES else without_sentinels(given)
    return values if cleaned is given else pa.chunked_array([pa.array(cleaned, from_pandas=True)]).cast(values.type)


def _is_number(text: str | None) -> bool:
    try:
        pa.scalar(text, pa.string()).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _in_flux_unit(table: pa.Table, found: dict[str, str], said: dict[str, str], name: str) -> pa.Table:
    """Convert fluxes with a stated unit to 1e-17 erg/s/cm²/Å."""
    titles = [found[ours] for ours in FLUX_NAMES if ours in found]
    if len(titles) < len(FLUX_NAMES):
        return table
    stated = {title: text for title in titles if units.is_stated(text := said.get(title, "") or split_unit(title)[1])}
    unit = units.common(stated, len(titles), name)
    if not unit:
        return table
    known = units.flux_unit(unit)
    if known.name == units.FLUX_UNITS[0]:
        return table
    if not known.absolute:
        raise UploadError(
            f"{name}: the fluxes are in {unit[:40]!r}, which is not a unit of observed flux; a catalogue's are in "
            "1e-17 erg/s/cm2/Angstrom. Convert them."
        )
    flux = fluxes_without_sentinels(np.column_stack([table[ours].cast(pa.float64()).to_numpy() for ours in FLUX_NAMES]))
    scaled, _, _ = units.to_f_lambda(flux, BIN_CENTERS, unit)
    for place, ours in enumerate(FLUX_NAMES):
        table = _set(table, ours, pa.array(scaled[:, place].astype(np.float32)))
    return table


def read_table(path: Path, notes: list[str] | None = None) -> pa.Table:
    """Read a table of galaxies with the schema's names and units; see `read_numbered`."""
    return read_numbered(path, notes)[0]


def read_numbered(path: Path, notes: list[str] | None = None) -> tuple[pa.Table, Int[np.ndarray, " row"]]:
    """Read a table of galaxies in any of the formats, and convert its columns to the schema's names and units.

    Parameters
    ----------
    path : Path
        Parquet, CSV, ECSV, FITS or VOTable file, by its extension.
    notes : list of str, optional
        Sentences on how the file was read are appended.

    Returns
    -------
    pyarrow.Table
        All columns. Columns of the schema have its names, whatever their case in the file, and its units: fluxes in
        1e-17 erg/s/cm²/Å, equivalent widths in Å. Sentinels of missing numbers are null.
    (row,) array
        Numbers of the rows for messages, as an editor of the file counts them.

    Raises
    ------
    CatalogueError
        When the file is missing, of another format or damaged.
    UploadError
        When the unit of a column is not understood or of another kind.
    """
    table, row_numbers = whole.read_numbered(path, notes=notes)
    return standard_columns(table, path.name, row_numbers), row_numbers
