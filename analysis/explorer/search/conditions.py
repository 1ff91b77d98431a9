"""The conditions of a search: ranges, comparisons, rows, circles in the sky, populations and single galaxies."""

import operator
import re
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool

from analysis.explorer.quantities import values
from analysis.explorer.realisations import FIRST_SEED, USUAL_NOISE, RealisationNoise
from analysis.explorer.search.grammar import FORMS, FindError
from analysis.explorer.search.names import NAME, quantity
from analysis.explorer.selections import called, named_rows
from data.catalogue.registry import Catalogue
from data.catalogue.schema import SKY_NAMES

MAX_CONDITION: Final = 200
"""Characters in a condition, which bounds the time that regular expressions take."""

_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_SIGN: Final = "<=|>=|<|>"
_RANGE: Final = re.compile(rf"({NAME})\s+({_NUMBER})?\s*\.\.\s*({_NUMBER})?")
_COMPARISON: Final = re.compile(rf"({NAME})\s*({_SIGN})\s*({_NUMBER})")
_BETWEEN: Final = re.compile(rf"({_NUMBER})\s*({_SIGN})\s*({NAME})(?:\s*({_SIGN})\s*({_NUMBER}))?")
_MISSING: Final = re.compile(rf"({NAME})\s+missing", re.IGNORECASE)
ROW: Final = re.compile(r"rows?\s+(\d{1,9})(?:\s*\.\.\s*(\d{1,9}))?", re.IGNORECASE)
_CONE: Final = re.compile(rf"cone\s*\(\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\)", re.IGNORECASE)
_OPERATORS: Final[dict[str, Callable[..., np.ndarray]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""Signs as they read from the other side."""


class Draw(NamedTuple):
    """The realisation from which quantities with noise are taken."""

    noise: RealisationNoise = USUAL_NOISE
    seed: int = FIRST_SEED


FIRST_DRAW: Final = Draw()


def row_of(catalogue: Catalogue, name: str) -> int | None:
    """Return the row of a galaxy by its name as written, in capitals or in small letters; None if there is none."""
    rows = (catalogue.row_of(each) for each in (name, name.upper(), name.lower()))
    return next((row for row in rows if row is not None), None)


def mask(catalogue: Catalogue, text: str, draw: Draw) -> Bool[np.ndarray, " galaxy"]:
    """Return which galaxies one condition describes.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue to search.
    text : str
        The condition.
    draw : Draw
        Realisation for quantities with ``_NOISY``.

    Returns
    -------
    (galaxy,) array of bool
        True where it holds.

    Raises
    ------
    FindError
        If the condition is not understood.
    """
    if len(text) > MAX_CONDITION:
        raise FindError(f"“{text[:24]}…” has {len(text):,} characters; a condition has {MAX_CONDITION} at most.")
    if found := ROW.fullmatch(text):
        return _rows(catalogue, text, int(found[1]), int(found[2] or found[1]))
    if found := _CONE.fullmatch(text):
        return _cone(catalogue, *map(float, found.groups()))

    def numbers(name: str) -> np.ndarray:
        return values(catalogue, quantity(name), *draw)

    if found := _MISSING.fullmatch(text):
        return np.isnan(numbers(found[1]))
    with np.errstate(invalid="ignore"):
        if found := _COMPARISON.fullmatch(text):
            return _OPERATORS[found[2]](numbers(found[1]), float(found[3]))
        if found := _BETWEEN.fullmatch(text):
            first, sign, name, other, second = found.groups()
            kept = _OPERATORS[_TURNED[sign]](numbers(name), float(first))
            if other is None:
                return kept
            low, high = (first, second) if sign[0] == "<" else (second, first)
            _check_ends(text, float(low), float(high), are_turned=sign[0] != other[0])
            return kept & _OPERATORS[other](numbers(name), float(second))
        if found := _RANGE.fullmatch(text):
            low, high = (float(end) if end else None for end in found.groups()[1:])
            if low is None and high is None:
                raise FindError(f"“{text[:40]}” has no ends. Write {found[1][:24]} 0.1..0.2, or 0.1.. or ..0.2.")
            _check_ends(text, -np.inf if low is None else low, np.inf if high is None else high)
            column = numbers(found[1])
            kept = np.isfinite(column)
            if low is not None:
                kept &= column >= low
            return kept if high is None else kept & (column <= high)
    member = np.zeros(catalogue.n, bool)
    if population := called(text):
        member[named_rows(catalogue, population.name)] = True
        return member
    if (row := row_of(catalogue, text)) is not None:
        member[row] = True
        return member
    raise FindError(f"“{text[:40]}” was not understood. {FORMS}")


def _check_ends(text: str, low: float, high: float, *, are_turned: bool = False) -> None:
    if are_turned:
        raise FindError(f"“{text[:40]}”: the two signs point in different directions. Write 0.1 < redshift < 0.2.")
    if low > high:
        raise FindError(f"“{text[:40]}”: {low:g} is larger than {high:g}. Write the smaller end first.")


def _rows(catalogue: Catalogue, text: str, first: int, last: int) -> Bool[np.ndarray, " galaxy"]:
    if not 1 <= first <= last <= catalogue.n:
        raise FindError(f"“{text[:40]}”: rows go from 1 to {catalogue.n:,}.")
    rows = np.arange(1, catalogue.n + 1)
    return (rows >= first) & (rows <= last)


def _cone(catalogue: Catalogue, ra: float, dec: float, radius: float) -> Bool[np.ndarray, " galaxy"]:
    """Return which galaxies lie within a radius of a position in the sky, all in degrees."""
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 < radius <= 180):
        raise FindError(
            f"cone({ra:g}, {dec:g}, {radius:g}): RA is 0 to 360, Dec -90 to 90, the radius 0 to 180 degrees."
        )
    longitude, latitude = (np.radians(catalogue.column(name).astype(float)) for name in SKY_NAMES)
    if not np.isfinite(longitude).any():
        raise FindError("This catalogue has no sky positions (columns ra and dec), so cone() cannot be used.")
    center = np.radians([ra, dec])
    # Haversine formula: an arc cosine loses precision at small angles.
    across = np.sin((latitude - center[1]) / 2) ** 2
    along = np.cos(center[1]) * np.cos(latitude) * np.sin((longitude - center[0]) / 2) ** 2
    return 2 * np.arcsin(np.sqrt(np.clip(across + along, 0, 1))) <= np.radians(radius)
