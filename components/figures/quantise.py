"""Columns as small integers for the raster layer: what the server sends and the page's manifest promises."""

import math
from typing import Final

import numpy as np
from jaxtyping import Float, UInt8, UInt16

PLACE_STEPS: Final = 65535
EW_STEPS: Final = 254
"""Codes 1..255 are values; 0 says that there is none."""

TOP_PERCENTILE: Final = 98.0

STRETCH: Final = 8.0
"""Colours follow arcsinh(STRETCH x EW / top): even steps below top / STRETCH, even ratios above. Faint and strong lines
both keep their differences."""


def span(place: Float[np.ndarray, " galaxy"]) -> tuple[float, float]:
    """Return the range of a map coordinate that its 16-bit steps divide."""
    low, high = float(np.min(place)), float(np.max(place))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def quantise_place(
    place: Float[np.ndarray, " galaxy"], place_range: tuple[float, float]
) -> UInt16[np.ndarray, " galaxy"]:
    """Return a map coordinate as 16-bit steps over its range."""
    low, high = place_range
    return np.rint((np.clip(place, low, high) - low) / (high - low) * PLACE_STEPS).astype("<u2")


def ew_top(ew: Float[np.ndarray, " galaxy"]) -> float:
    """Return the EW [Å] where a line's colours end: a high percentile, two digits, at least 1."""
    finite = ew[np.isfinite(ew)]
    top = float(np.percentile(finite, TOP_PERCENTILE)) if finite.size else 1.0
    digits = 1 - math.floor(math.log10(max(top, 1.0)))
    return max(1.0, round(top, digits))


def quantise_ew(ew: Float[np.ndarray, " galaxy"], top: float) -> UInt8[np.ndarray, " galaxy"]:
    """Return equivalent widths [Å] as codes: 0 not detected (missing or negative), 1..255 stretched from 0 to `top`.

    A prediction of exactly 0 is an answer, not a missing one.
    """
    detected = np.isfinite(ew) & (ew >= 0)
    share = np.arcsinh(np.where(detected, ew, 0.0) * (STRETCH / top)) / math.asinh(STRETCH)
    return np.where(detected, 1 + np.rint(np.clip(share, 0.0, 1.0) * EW_STEPS), 0).astype(np.uint8)


def ew_of_code(code: int, top: float) -> float:
    """Return the equivalent width [Å] in the middle of a code's step."""
    return math.sinh((code - 1) / EW_STEPS * math.asinh(STRETCH)) * top / STRETCH


def ew_ticks(top: float, apart: float = 0.14) -> list[tuple[float, float]]:
    """Return tick values [Å] of a colour bar and their places on it, 0 to 1: round numbers and the top."""
    ticks = [(0.0, 0.0)]
    for value in (0.3, 1, 3, 10, 30, 100, 300, 1000):
        place = math.asinh(value * STRETCH / top) / math.asinh(STRETCH)
        if place - ticks[-1][1] >= apart and 1 - place >= apart:
            ticks.append((float(value), place))
    return [*ticks, (top, 1.0)]
