"""Writing of CSV, with metadata in comments, and without text that a spreadsheet would run as a formula."""

from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.csv as pacsv

from data.formats.fields import COMMENT, TableMeta
from data.formats.types import is_text, pc, storable

_FORMULA: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def write_csv(table: pa.Table, destination: BinaryIO, meta: TableMeta | None) -> None:
    """Write a whole table as CSV; `meta`, if given, is written as comments (#) above it."""
    if meta is not None:
        destination.writelines(f"{COMMENT} {name}: {text}\n".encode() for name, text in meta.sentences().items())
        units = {name: unit for name in table.column_names if (unit := meta.field(name).unit)}
        if units:
            said = "; ".join(f"{name} [{unit}]" for name, unit in units.items())
            destination.write(f"{COMMENT} units: {said}\n".encode())
    pacsv.write_csv(for_csv(table), destination)


def for_csv(table: pa.Table) -> pa.Table:
    """Return the table with missing numbers as null, and text escaped that a spreadsheet would run as a formula."""
    columns = []
    for values in storable(table).columns:
        if pa.types.is_float16(values.type):
            values = values.cast(pa.float32())
        if pa.types.is_floating(values.type):
            values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        elif is_text(values.type):
            values = escape_formulas(values)
        columns.append(values)
    return pa.table(columns, names=escape_formulas(pa.array(table.column_names, pa.string())).to_pylist())


def escape_formulas(texts: Any) -> Any:
    """Prefix text that a spreadsheet would run as a formula with an apostrophe; numbers stay unchanged."""
    risky = pc.and_(pc.match_substring_regex(texts, _FORMULA), pc.invert(pc.match_substring_regex(texts, _NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)
