"""Arrays as JSON: what is not a number becomes null."""

from typing import Any

import numpy as np


def as_json(values: Any) -> list:
    """Return nested lists of an array, each number with the digits that float32 needs and no more."""
    values = np.asarray(values)
    if values.dtype != np.float32:
        return values.tolist()
    # A float32 written as a double shows digits that are none.
    short = np.where(np.isfinite(values), values, 0).astype(str).astype(np.float64)
    given = short.astype(object)
    given[~np.isfinite(values)] = None
    return given.tolist()
