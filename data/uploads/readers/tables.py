"""Reader of uploaded Parquet, CSV, ECSV, VOTable and FITS tables, by `data.formats` within the limits of uploads."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from data.columns.missing import RANGES
from data.columns.names import FLUX_NAMES, column_of, list_of_twelve, split_unit
from data.columns.words import as_number
from data.errors import CatalogueError, UploadError
from data.formats.kinds import FORMATS, FormatName
from data.uploads import limits
from data.uploads.limits import MAX_EXPANDED_BYTES, check_expanded, check_shape
from data.uploads.readers.decompression_limit import read_within
from data.uploads.readers.metadata import understood
from data.uploads.readers.raw_table import RawTable
from model.bins import N_BINS

if TYPE_CHECKING:
    import pyarrow as pa

FORMS: Final[Mapping[str, FormatName]] = {kind.label: name for name, kind in FORMATS.items()}
"""The formats by label."""
MIN_PIXELS: Final = 20
"""Smallest number of values in a cell that are read as the pixels of a spectrum."""


def read_source(
    content: bytes, name: str, form: str, text: Callable[[str], bool], max_rows: Callable[[int], int]
) -> tuple["pa.Table", Any]:
    """Read a whole table into Arrow.

    Parameters
    ----------
    content : bytes
        Content of the file.
    name : str
        Name for error messages.
    form : str
        A key of `FORMS`.
    text : callable
        Function of a column name: whether a CSV column is read as text.
    max_rows : callable
        Function from the number of columns to the largest number of rows.

    Returns
    -------
    pyarrow.Table
        Table of plain types, with units in the metadata of its fields.
    data.formats.readers.source.Source
        Metadata and notes of the file; its batches are already read.

    Raises
    ------
    UploadError
        When the file cannot be read or exceeds a limit.
    """
    import pyarrow as pa

    from data.formats.readers.parquet import whole
    from data.formats.readers.source import with_stated_units
    from data.formats.stream import converting_errors, open_source

    try:
        with ExitStack() as stack:
            if form == "Parquet":
                with converting_errors(name, "parquet"):
                    source = with_stated_units(whole(_parquet(content, name)))
            else:
                source = stack.enter_context(
                    open_source(
                        content, name=name, kind=FORMS[form], text=text, number=True, max_columns=limits.MAX_COLUMNS
                    )
                )
            most, rows, batches = max_rows(len(source.schema)), 0, []
            if source.rows is not None:
                check_shape(name, source.rows, len(source.schema))
            for batch in source.batches:
                rows += batch.num_rows
                if rows > most:
                    raise UploadError(
                        f"{name} has more than {most:,} rows. Split it, or predict it with the command line."
                    )
                batches.append(batch)
            return pa.Table.from_batches(batches, source.schema), source
    except CatalogueError as error:
        raise UploadError(str(error)) from error


def _parquet(content: bytes, name: str) -> "pa.Table":
    """Read a Parquet file if its decompressed size is within the limit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = pq.ParquetFile(pa.BufferReader(content)).metadata
    check_shape(name, about.num_rows, about.num_columns)
    check_expanded(name, sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups)))
    return read_within(content, MAX_EXPANDED_BYTES)


def read_table(content: bytes, name: str, form: str) -> RawTable:
    """Read a table as columns of an upload; a row whose cells are arrays becomes the pixels of a spectrum.

    Raises
    ------
    UploadError
        When the file cannot be read or exceeds a limit.
    """

    def most(columns: int) -> int:
        return limits.MAX_ROWS if columns >= len(FLUX_NAMES) else limits.MAX_PIXELS

    table, source = read_source(content, name, form, lambda _: True, most)
    shown = "TSV" if form == "CSV" and b"\t" in content[:2000] and b"," not in content[:2000] else form
    return raw_of(table, source, name, shown)


def raw_of(table: "pa.Table", source: Any, name: str, form: str) -> RawTable:
    """Convert an Arrow table to the columns of an upload."""
    from data.formats.readers.source import fields_of
    from data.formats.types import is_list

    about, notes = understood(source.about, fields_of(table.schema)), list(source.notes)
    units = {title: field.unit for title, field in fields_of(table.schema).items() if field.unit}
    lists = [field.name for field in table.schema if is_list(field.type)]
    if lists:
        table, more, said = _unfolded(table, lists, name)
        about, notes = about | more, [*notes, *said]
    flux = "" if FLUX_NAMES[0] in table.column_names else list_of_twelve(_twelves(table))
    mask = column_of(table.column_names, "mask")
    columns: dict[str, np.ndarray] = {}
    for title, values in zip(table.column_names, table.columns, strict=True):
        if is_list(values.type) and title == mask and (bits := _any_bit(values)) is not None:
            columns[title] = bits
        elif is_list(values.type):
            columns |= _split(title, values, is_flux=title == flux)
        elif (plain := as_column(values)) is not None:
            columns[title] = plain
        else:
            notes.append(f"Column {title[:60]} holds {str(values.type)[:40]} and is passed over.")
    if flux and (said := split_unit(flux)[1]):
        units.setdefault(flux, said)
    for title in list(units):
        for place in range(len(FLUX_NAMES)):
            units.setdefault(f"{title}_{place:02d}", units[title])
            units.setdefault(f"flux_{place:02d}", units[title]) if title == flux else None
    if notes:
        about["notes"] = notes
    numbers = source.row_numbers() if source.row_numbers and not lists else np.arange(1, table.num_rows + 1)
    return RawTable(name, form, columns, units, numbers, about)


def as_column(values: Any) -> np.ndarray | None:
    """Return a column as float64, or as text if it is no number or a float cannot hold it; None for nested types."""
    import pyarrow as pa

    from data.formats.types import as_text, filled, pc

    kind = values.type
    if pa.types.is_floating(kind):
        return filled(values).astype(np.float64)
    if pa.types.is_integer(kind) and not values.null_count:
        whole = filled(values)
        if not len(whole) or (int(whole.max()) <= 2**53 and int(whole.min()) >= -(2**53)):
            return whole.astype(np.float64)
    if pa.types.is_nested(kind):
        return None
    if pa.types.is_boolean(kind):
        return np.array(["" if value is None else str(value) for value in values.to_pylist()], dtype=object)
    texts = values if pa.types.is_string(kind) else as_text(values)
    stripped = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    return np.array([*stripped.to_pylist(), None], dtype=object)[:-1]


def _twelves(table: "pa.Table") -> list[str]:
    """Return the columns whose cells all hold twelve numbers."""
    from data.formats.types import is_list, is_number, pc

    lists = [field.name for field in table.schema if is_list(field.type) and is_number(field.type.value_type)]
    return [
        title for title in lists if pc.unique(pc.list_value_length(table[title])).drop_null().to_pylist() == [N_BINS]
    ]


def _any_bit(values: Any) -> np.ndarray | None:
    """Return 1 where any value of a cell is set, for a mask of bits or of one value a camera; None for texts."""
    from data.formats.types import is_text

    if is_text(values.type.value_type):
        return None
    return np.array(
        [float(cell is None or any(one is None or one != 0 for one in cell)) for cell in values.to_pylist()]
    )


def _split(title: str, values: Any, *, is_flux: bool) -> dict[str, np.ndarray]:
    """Split a column of lists with 2 to 50 numbers, such as twelve fluxes per row, into columns."""
    rows = values.to_pylist()
    sizes = {len(row) for row in rows if row is not None}
    if len(sizes) != 1:
        return {}
    (size,) = sizes
    if not 1 < size <= 50:
        return {}
    try:
        table = np.array([row if row is not None else [None] * size for row in rows], dtype=np.float64)
    except (ValueError, TypeError):
        return {}
    prefix = "flux" if is_flux else title
    return {f"{prefix}_{place:02d}": table[:, place] for place in range(size)}


def _unfolded(table: "pa.Table", lists: list[str], name: str) -> tuple["pa.Table", dict[str, Any], list[str]]:
    """Return the pixels of the first usable row of arrays, with its metadata and notes; other tables unchanged."""
    import pyarrow as pa

    from data.formats.types import pc

    wave, flux = column_of(lists, "wavelength"), column_of(lists, "flux")
    if not flux or not table.num_rows:
        return table, {}, []
    lengths = {title: pc.fill_null(pc.list_value_length(table[title]), 0).to_pylist() for title in lists}
    if max(lengths[flux]) < MIN_PIXELS:
        return table, {}, []
    if not wave:
        raise UploadError(
            f"{name}: the cells of column {flux} are arrays of {max(lengths[flux]):,} numbers, and no column of arrays "
            f"gives their wavelengths; the columns of arrays are {', '.join(lists[:6])}. Add one named wavelength."
        )
    good = [
        row
        for row in range(table.num_rows)
        if MIN_PIXELS <= lengths[flux][row] == lengths[wave][row] and _usable(table[flux][row])
    ]
    if not good:
        raise UploadError(
            f"{name}: no row has arrays of wavelength ({wave}) and flux ({flux}) of one length with finite numbers."
        )
    arms = _arms(table, wave, good)
    row = good[0]
    size = lengths[flux][row]
    if size > limits.MAX_PIXELS:
        raise UploadError(f"{name} has {size:,} pixels; the limit is {limits.MAX_PIXELS:,}. Rebin it.")
    same = [title for title in lists if all(lengths[title][arm] == lengths[flux][arm] for arm in arms or [row])]
    pixels = {title: table[title].combine_chunks().take(pa.array(arms or [row])).flatten() for title in same}
    fields = [
        pa.field(title, values.type, metadata=table.schema.field(title).metadata) for title, values in pixels.items()
    ]
    about = _of_row(table.drop_columns(lists).slice(row, 1))
    notes = []
    if arms:
        notes = [f"{name} keeps the spectrum in {len(arms)} rows of arrays, which are joined."]
    elif table.num_rows > 1:
        called = f" ({about['target_id']})" if "target_id" in about else ""
        notes = [
            f"{name} holds {table.num_rows:,} rows of arrays; row {row + 1}{called}, the first usable one, is taken."
        ]
    return pa.Table.from_arrays(list(pixels.values()), schema=pa.schema(fields)), about, notes


def _arms(table: "pa.Table", wave: str, rows: list[int]) -> list[int]:
    """Return the rows of arrays if they are arms of one spectrum; empty if they are several spectra."""
    from data.formats.readers.arms import are_arms

    title = column_of([field.name for field in table.schema if field.name != wave], "id")
    named = {table[title][row].as_py() for row in rows} if title else set()
    waves = [np.array([np.nan if one is None else one for one in table[wave][row].as_py()]) for row in rows[:200]]
    return rows if len(named) < 2 and len(rows) <= len(waves) and are_arms(waves) else []


def _usable(cell: Any) -> bool:
    values = np.array([np.nan if one is None else one for one in cell.as_py() or ()], np.float64)
    return bool(np.isfinite(values).any() and (values[np.isfinite(values)] != 0).any())


def _of_row(row: "pa.Table") -> dict[str, Any]:
    """Return redshift, target and class in the other cells of a row of arrays."""
    about: dict[str, Any] = {}
    for role, key in (("redshift", "redshift"), ("id", "target_id"), ("class", "class")):
        title = column_of(row.column_names, role)
        value = row[title][0].as_py() if title else None
        if role == "redshift" and isinstance(value, str):
            value = as_number(value.strip())
        if role == "redshift" and isinstance(value, (int, float)) and RANGES[role][0] <= value <= RANGES[role][1]:
            about[key] = float(value)
        elif role != "redshift" and isinstance(value, (str, int)) and str(value).strip():
            about[key] = str(value).strip()
    return about
