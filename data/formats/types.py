"""Types of columns: Arrow's, and numpy's where a format holds numbers and text alone."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from data.errors import CatalogueError

pc: Any = pyarrow.compute  # makes its functions as it is imported, unseen by type checkers


def is_text(kind: pa.DataType) -> bool:
    """Tell whether an Arrow type is text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def numpy_type(field: pa.Field) -> np.dtype:
    """Return the numpy type of a column that every format can hold, or say that there is none."""
    kind = field.type
    if is_text(kind):
        return np.dtype("U1")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return np.dtype(kind.to_pandas_dtype())
    raise CatalogueError(
        f"Column {field.name} is of type {kind}; ECSV, FITS and VOTable hold numbers and text. Leave it out."
    )
