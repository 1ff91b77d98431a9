"""Schema of catalogues: columns and rules that a table of galaxies must satisfy."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
from jaxtyping import Int

from data.columns.names import FLUX_NAMES, IVAR_SUFFIX
from data.columns.words import is_rounded
from data.errors import CatalogueError
from model.bins import BIN_EDGES
from model.lines import LINES

if TYPE_CHECKING:
    # The server uses only the names of this module; it starts without pyarrow, which takes 40 MiB.
    import pyarrow as pa

SCHEMA_VERSION: Final = "1"
N_BINS: Final = len(BIN_EDGES) - 1
MOCK_PREFIX: Final = "MOCK-"
"""Prefix of the ids of mock galaxies."""
MAX_ID_LENGTH: Final = 64
"""Largest number of characters of a TARGETID; DESI's have 17 digits."""

EW_SUFFIX: Final = "_EW"
PREDICTION_SUFFIXES: Final = ("_EW_PREDICTED", "_EW_PREDICTED_P16", "_EW_PREDICTED_P84")
"""Fields of a prediction, in the order ew, p16, p84."""
MAP_NAMES: Final = ("map_x", "map_y")
SKY_NAMES: Final = ("ra", "dec")

_ID_PATTERN: Final = re.compile(r"[A-Za-z0-9_.+-]+")


class Column(NamedTuple):
    """One column of a catalogue.

    Attributes
    ----------
    name : str
        Name in the file.
    unit : str
        Unit; empty if there is none.
    description : str
        Description in one phrase.
    required : bool
        Whether `check` raises for a table without the column.
    holds : {"text", "positive", "finite", "positive or missing", "finite or missing"}
        Allowed values; a missing value is NaN or null.
    """

    name: str
    unit: str
    description: str
    required: bool
    holds: Literal["text", "positive", "finite", "positive or missing", "finite or missing"]


def _input_columns() -> Iterator[Column]:
    yield Column("TARGETID", "", "name of the galaxy; DESI's 64-bit number as text", True, "text")
    yield Column("redshift", "", "redshift", True, "positive")
    yield Column("log_luminosity", "dex", "log10[F (1+z) D_L²] of bin 10, F in 1e-17 erg/s/cm²/Å", True, "finite")
    for name, text in zip(SKY_NAMES, ("right ascension", "declination"), strict=True):
        yield Column(name, "deg", f"{text}, ICRS", False, "finite or missing")
    for index, name in enumerate(FLUX_NAMES):
        span = f"{BIN_EDGES[index]:.0f}-{BIN_EDGES[index + 1]:.0f} Å"
        yield Column(name, "1e-17 erg/s/cm²/Å", f"mean continuum, {span} rest frame", True, "positive")
    for line in LINES:
        given = "missing: not detected, or cut"
        yield Column(line.name + EW_SUFFIX, "Å", f"observed EW of {line.label}; {given}", False, "positive or missing")
        yield Column(
            line.name + IVAR_SUFFIX,
            "Å^-2",
            f"inverse variance of that EW; {given}",
            False,
            "positive or missing",
        )


def _built_columns() -> Iterator[Column]:
    for line in LINES:
        for suffix, which in zip(PREDICTION_SUFFIXES, ("median", "16th percentile", "84th percentile"), strict=True):
            text = f"predicted EW of {line.label}, as catalogued: {which}"
            yield Column(line.name + suffix, "Å", text, False, "finite or missing")
    for name in MAP_NAMES:
        yield Column(name, "", f"place on the canonical map, {name[-1]}", False, "finite")


INPUT_COLUMNS: Final = tuple(_input_columns())
"""Columns that `catalogue build` reads."""
BUILT_COLUMNS: Final = tuple(_built_columns())
"""Columns that `catalogue build` adds."""
COLUMNS: Final = INPUT_COLUMNS + BUILT_COLUMNS


def as_catalogue_types(table: "pa.Table") -> "pa.Table":
    """Convert a table's ids and numbers to the catalogue's types, without checking the values.

    An integer ``target_id`` or ``TARGETID`` becomes the text column ``TARGETID``, numbers become float32, nulls
    become NaN, and the metadata of other tools is dropped. Columns outside the schema are not changed.

    Parameters
    ----------
    table : pyarrow.Table
        Galaxies, one per row.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order.

    Raises
    ------
    CatalogueError
        When a column of the schema has a type other than the text or numbers that it must hold.
    """
    from data.formats.types import plain

    names = table.column_names
    table = type(table).from_arrays([plain(values) for values in table.columns], names=names)
    if "target_id" in names and "TARGETID" not in names:
        table = table.rename_columns(["TARGETID" if name == "target_id" else name for name in names])
    for column in COLUMNS:
        if column.name in table.column_names:
            index = table.column_names.index(column.name)
            table = table.set_column(index, column.name, _cast(table.column(index), column))
    return table.replace_schema_metadata(None)


def _cast(values: "pa.ChunkedArray", column: Column) -> "pa.ChunkedArray":
    import pyarrow as pa
    import pyarrow.compute as pc

    given = values.type
    if column.holds == "text":
        if pa.types.is_integer(given) or pa.types.is_string(given) or pa.types.is_large_string(given):
            return values.cast(pa.string())
        raise CatalogueError(
            f"Column {column.name} is of type {given}; it must hold text or integers. "
            "A float cannot hold a DESI TARGETID exactly: convert the source again."
        )
    if pa.types.is_floating(given) or pa.types.is_integer(given) or pa.types.is_decimal(given):
        return pc.fill_null(values.cast(pa.float32(), safe=False), float("nan"))
    raise CatalogueError(f"Column {column.name} is of type {given}; it must hold numbers. Convert it to float.")


def check(table: "pa.Table", row_numbers: Int[np.ndarray, " galaxy"] | None = None) -> None:
    """Check a table of galaxies against every rule of the schema.

    Parameters
    ----------
    table : pyarrow.Table
        Galaxies, one per row; integer ids are accepted.
    row_numbers : (galaxy,) array, optional
        Numbers of the rows for messages, as an editor of the file counts them; from 1 by default.

    Raises
    ------
    CatalogueError
        At the first violation; the message names row, column, value and remedy.
    """
    table = as_catalogue_types(table)
    missing = [column.name for column in INPUT_COLUMNS if column.required and column.name not in table.column_names]
    if missing:
        raise CatalogueError(
            f"Column {missing[0]} is missing ({len(missing)} of the required columns are). "
            f"Add it; the table has: {', '.join(table.column_names[:8])} ..."
        )
    if table.num_rows == 0:
        raise CatalogueError("The table has no rows; a catalogue needs at least one galaxy.")
    rows = np.arange(1, table.num_rows + 1) if row_numbers is None else row_numbers
    _check_ids(table["TARGETID"].to_pylist(), rows)
    for column in COLUMNS:
        if column.holds != "text" and column.name in table.column_names:
            _check_values(table[column.name].to_numpy(), column, rows)
    for line in LINES:
        _check_pair(table, line.name, rows)


def _check_ids(ids: list[str | None], rows: np.ndarray) -> None:
    seen: dict[str, int] = {}
    for row, target_id in zip(rows.tolist(), ids, strict=True):
        if target_id is None or len(target_id) > MAX_ID_LENGTH or not _ID_PATTERN.fullmatch(target_id):
            raise CatalogueError(
                f"Row {row}, column TARGETID: {target_id!r} is not a name of 1 to {MAX_ID_LENGTH} "
                "letters, digits and _ . + -; rename the galaxy."
            )
        if is_rounded(target_id):
            raise CatalogueError(
                f"Row {row}, column TARGETID: {target_id} is a number that lost its last digits. Export the table "
                "again with the names as whole numbers or as text."
            )
        if target_id in seen:
            raise CatalogueError(
                f"Row {row}, column TARGETID: {target_id} is also in row {seen[target_id]}; keep one row per galaxy."
            )
        seen[target_id] = row


def _check_values(values: np.ndarray, column: Column, rows: np.ndarray) -> None:
    with np.errstate(invalid="ignore"):
        good = values > 0 if column.holds.startswith("positive") else np.isfinite(values)
    good &= ~np.isinf(values)
    if column.holds.endswith("missing"):
        good |= np.isnan(values)
    if good.all():
        return
    row = int(np.flatnonzero(~good)[0])
    fix = "leave it empty (NaN) where the line is not detected" if "missing" in column.holds else "remove the galaxy"
    raise CatalogueError(
        f"Row {rows[row]}, column {column.name}: {values[row]:g} is not {column.holds}; correct the value or {fix} "
        f"({np.count_nonzero(~good)} rows have this problem)."
    )


def _check_pair(table: "pa.Table", line_name: str, rows: np.ndarray) -> None:
    ew_name, ivar_name = line_name + EW_SUFFIX, line_name + IVAR_SUFFIX
    has_ew, has_ivar = (name in table.column_names for name in (ew_name, ivar_name))
    if has_ew != has_ivar:
        given, absent = (ew_name, ivar_name) if has_ew else (ivar_name, ew_name)
        raise CatalogueError(f"Column {given} is given without {absent}; give both or neither.")
    if not has_ew:
        return
    ew, ivar = table[ew_name].to_numpy(), table[ivar_name].to_numpy()
    unpaired = np.flatnonzero(np.isnan(ew) != np.isnan(ivar))
    if unpaired.size:
        row = int(unpaired[0])
        given, absent = (ew_name, ivar_name) if np.isnan(ivar[row]) else (ivar_name, ew_name)
        value = ew[row] if given == ew_name else ivar[row]
        raise CatalogueError(
            f"Row {rows[row]}, column {absent}: empty (NaN) although {given} is {value:g}; give both or neither."
        )
