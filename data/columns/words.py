"""A file's own words: titles made unique, metadata kept as texts and numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def scalars(pairs: Mapping[Any, Any]) -> dict[str, Any]:
    """Keep the texts and numbers of a file's metadata, by lower-case key; numbers within text become numbers."""
    kept: dict[str, Any] = {}
    for key, value in list(pairs.items())[:2000]:
        if isinstance(value, (bool, int, float, np.integer, np.floating)):
            kept.setdefault(str(key).lower(), float(value) if abs(float(value)) < 1e300 else str(value))
        elif isinstance(value, str):
            kept.setdefault(str(key).lower(), as_number(value.strip()[:500]))
    return kept


def as_number(text: str) -> float | str:
    """Return a text as a number where it is one."""
    try:
        return text if "_" in text else float(text)
    except ValueError:
        return text


def unique_names(names: Sequence[str]) -> list[str]:
    """Name the nameless columns by their place, and tell apart what occurs twice: ``column 3``, ``flux (2)``."""
    given: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names, 1):
        base = name.strip() or f"column {place}"
        unique, count = base, 1
        while unique in taken:
            count += 1
            unique = f"{base} ({count})"
        taken.add(unique)
        given.append(unique)
    return given
