"""Normalisation of a file's metadata to texts and numbers, and of its column titles to unique names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def scalars(pairs: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    """Return the texts and numbers of a file's metadata, and of groups in it, by lower-case key."""
    kept: dict[str, Any] = {}
    nested: list[Mapping[Any, Any]] = []
    for key, value in list(pairs.items())[:2000]:
        if isinstance(value, Mapping) and depth < 3:
            nested.append(value)
        elif isinstance(value, (bool, int, float, np.integer, np.floating)):
            kept.setdefault(str(key).lower(), float(value) if abs(float(value)) < 1e300 else str(value))
        elif isinstance(value, str):
            kept.setdefault(str(key).lower(), as_number(value.strip()[:500]))
    for inner in nested:
        # A short key such as z means something else within a group.
        kept = {name: value for name, value in scalars(inner, depth + 1).items() if len(name) > 1} | kept
    return kept


def shown(text: str, most: int = 24) -> str:
    """Quote a value for an error message, cut after `most` characters so that a long cell cannot flood the page."""
    text = " ".join(text[:200].split())
    return f"“{text[:most]}…”" if len(text) > most else f"“{text}”"


def medium_in(text: str) -> str:
    """Return the medium that words on wavelengths end with: "air" of “converted from vacuum to air”; "" for none."""
    found = re.findall(r"\b(air|vac|vacuum)\b", text[:500].lower())
    return "" if not found else "air" if found[-1] == "air" else "vacuum"


def is_rounded(name: str) -> bool:
    """Return whether a name is a number that lost its last digits, as in spreadsheets: 3.96277E+16."""
    return bool(re.fullmatch(r"[+-]?\d(?:[.,]\d{0,17})?[eE]\+?(?:1[3-9]|2\d)", name.strip()))


def as_number(text: str) -> float | str:
    """Return a numeric text as a float, any other text unchanged."""
    try:
        return text if "_" in text else float(text)
    except ValueError:
        return text


def unique_names(names: Sequence[str]) -> list[str]:
    """Name empty titles by their position and number repeated ones: ``column 3``, ``flux (2)``."""
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
