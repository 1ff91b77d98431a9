"""The base class of the API's request bodies, and arrays as JSON."""

from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

MAX_FIELDS: Final = 32
"""Most fields of a body, of which the largest has 14. pydantic reports each unknown field, which takes memory."""


class Body(BaseModel):
    """A request's body, which must not have unknown fields."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _has_few_fields(cls, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise ValueError(f"{len(data):,} fields are given; there are {MAX_FIELDS} at most")
        return data


def as_json(values: Any) -> list:
    """Return an array as nested lists, null for NaN and infinity; float32 with no more digits than it determines."""
    values = np.asarray(values)
    if values.dtype != np.float32:
        return values.tolist()
    # Converted to double, 0.1 in float32 would be written as 0.10000000149.
    short = np.where(np.isfinite(values), values, 0).astype(str).astype(np.float64)
    given = short.astype(object)
    given[~np.isfinite(values)] = None
    return given.tolist()
