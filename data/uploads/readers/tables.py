"""Parquet, VOTable and ECSV: other people's parsers, held within limits."""

import io
from typing import Any, Final

import numpy as np

from data.errors import UploadError
from data.uploads.readers.decompression_limit import read_within
from data.uploads.readers.limits import MAX_EXPANDED_BYTES, check_expanded, check_shape
from data.uploads.readers.raw_table import RawTable, from_arrays, redshift_of

MAX_HEADER_BYTES: Final = 200_000
"""Of an ECSV header; its YAML would otherwise be a small program."""


def read_parquet(content: bytes, name: str) -> RawTable:
    """Read a Parquet file whose row groups unfold to no more than the limit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content))
    about = file.metadata
    check_shape(name, about.num_rows, about.num_columns)
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    check_expanded(name, sum(group.total_byte_size for group in groups))
    table = read_within(content, MAX_EXPANDED_BYTES)
    arrays = {title: _arrow_column(table[title], pa) for title in table.column_names}
    return from_arrays(name, "Parquet", arrays, {}, {})


def _arrow_column(values: Any, pa: Any) -> np.ndarray:
    kind = values.type
    if pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
        return np.array(values.to_pylist(), dtype=np.float64)
    if pa.types.is_floating(kind) or (pa.types.is_integer(kind) and values.null_count == 0):
        return values.to_numpy()
    if pa.types.is_integer(kind):
        return values.cast(pa.float64(), safe=False).to_numpy()
    return np.array(["" if value is None else str(value)[:200] for value in values.to_pylist()], dtype=object)


def read_votable(content: bytes, name: str) -> RawTable:
    """Read the first table of a VOTable."""
    # Entities can unfold to any size, and no table needs one.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UploadError(f"{name} declares XML entities, which are not read here. Remove the DOCTYPE.")
    return _from_astropy(io.BytesIO(content), name, "VOTable", "votable", verify="ignore")


def read_ecsv(content: bytes, name: str) -> RawTable:
    """Read ECSV, whose header is YAML."""
    header = content[: MAX_HEADER_BYTES + 1].rfind(b"\n#")
    if header >= MAX_HEADER_BYTES - 1000:
        raise UploadError(f"{name} has an ECSV header above {MAX_HEADER_BYTES:,} bytes. Write it with fewer columns.")
    return _from_astropy(content.decode("utf-8"), name, "ECSV", "ascii.ecsv")


def _from_astropy(source: Any, name: str, form: str, reader: str, **options: Any) -> RawTable:
    from astropy.table import Table

    table = Table.read(source, format=reader, **options)
    check_shape(name, len(table), len(table.colnames))
    units = {title: str(table[title].unit) for title in table.colnames if table[title].unit is not None}
    columns = {title: table[title] for title in table.colnames}
    arrays = {title: one.filled(np.nan) if _masked_float(one) else one.data for title, one in columns.items()}
    meta = {str(key).lower(): value for key, value in table.meta.items() if isinstance(value, (int, float))}
    return from_arrays(name, form, arrays, units, redshift_of(meta))


def _masked_float(column: Any) -> bool:
    return hasattr(column, "filled") and column.dtype.kind == "f"
