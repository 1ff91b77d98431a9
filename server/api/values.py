"""Values of the API: bodies that are checked quickly, arrays as JSON."""

from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

MAX_FIELDS: Final = 32
"""Fields of a body; the most that one has are ten. A fault is told of each that is unknown, and each takes memory."""


class Body(BaseModel):
    """What a request brings: the fields that are known, and no others."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _has_few_fields(cls, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise ValueError(f"{len(data):,} fields are given; there are {MAX_FIELDS} at most")
        return data


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
