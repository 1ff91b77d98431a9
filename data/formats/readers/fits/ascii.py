"""Reader of ASCII tables in FITS files."""

import re
from typing import Any

import numpy as np
import pyarrow as pa

from data.errors import CatalogueError
from data.formats.readers.source import BATCH_ROWS, Source, with_field


def ascii_source(part: Any, names: list[str], where: str, start: int, about: dict[str, Any], width: int) -> Source:
    """Read an ASCII table extension.

    Parameters
    ----------
    part : TableHDU
        The extension.
    names : list of str
        Titles of its columns.
    where : str
        File and extension, for error messages.
    start : int
        First row to read.
    about : dict
        Metadata of the file.
    width : int
        Characters of a row.

    Returns
    -------
    Source
        Columns of numbers and text.

    Raises
    ------
    CatalogueError
        When columns overlap or have no place.
    """
    header = part.header
    begins = [header.get(f"TBCOL{number}") for number in range(1, len(names) + 1)]
    sizes = [re.match(r"\s*[AIFED](\d+)", str(header.get(f"TFORM{number}", ""))) for number in range(1, len(names) + 1)]
    if not all(isinstance(one, int) for one in begins) or not all(sizes) or sum(int(s[1]) for s in sizes if s) > width:
        raise CatalogueError(f"{where}: the columns of its ASCII table overlap or have no place. Write it again.")
    units = [str(header.get(f"TUNIT{number}", "") or "") for number in range(1, len(names) + 1)]
    arrays = []
    for place in range(len(names)):
        values = np.ma.asarray(part.data.field(place))
        if values.dtype.kind in "SU":
            arrays.append(pa.array([str(text).strip() for text in np.char.rstrip(np.asarray(values, "U")).tolist()]))
        else:
            arrays.append(
                pa.array(np.asarray(values).astype(values.dtype.newbyteorder("=")), mask=np.ma.getmaskarray(values))
            )
    schema = pa.schema(
        [with_field(pa.field(name, one.type), unit) for name, one, unit in zip(names, arrays, units, strict=True)]
    )
    table = pa.Table.from_arrays(arrays, schema=schema)
    return Source(schema, len(table), iter(table.slice(start).to_batches(BATCH_ROWS)), about, [])
