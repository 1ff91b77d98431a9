"""Functions of the previous release under their old names; the next release drops them."""

import warnings
from typing import Any, Final

from .predictions.draws import ObservedLines, sample

REPLACEMENTS: Final = {
    "Observed": "ObservedLines",
    "sample_ew": "sample(...).ew",
    "sample_observed": "sample(...).observed",
}


def sample_ew(*given: Any, **named: Any) -> Any:
    """Return `sample(...).ew`."""
    return sample(*given, **named).ew


def sample_observed(*given: Any, **named: Any) -> Any:
    """Return `sample(...).observed`."""
    return sample(*given, **named).observed


def find(name: str) -> Any:
    """Return what had this name, with a DeprecationWarning that says what to use.

    Raises
    ------
    AttributeError
        If nothing had this name.
    """
    if name not in REPLACEMENTS:
        raise AttributeError(f"module 'galactic_neon' has no attribute {name!r}")
    warnings.warn(f"{name} is deprecated: use {REPLACEMENTS[name]}.", DeprecationWarning, stacklevel=3)
    return {"Observed": ObservedLines, "sample_ew": sample_ew, "sample_observed": sample_observed}[name]
