"""Encode numbers as small integers, which the browser decodes (assets/raster/scales.mjs).

Code 0 means that there is no value. Colours take one byte per galaxy, coordinates two.
"""

import math
from typing import Final, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, UInt8, UInt16

TOP_PERCENTILE: Final = 99.9
SOFT_SHARE: Final = 1 / 64
"""EWs are encoded evenly in arcsinh(EW / soft), where soft is this share of the largest EW: in even steps below soft,
and in even ratios of about 2 % above. The browser can apply any stretch without visible steps of colour."""

HOME_PERCENTILES: Final = (0.5, 99.5)
HOME_MARGIN: Final = 0.06


class Scale(NamedTuple):
    """A scale of codes.

    Attributes
    ----------
    kind : {"linear", "arcsinh"}
        Whether steps are even in the value or in arcsinh(value / soft).
    low, high : float
        Values of the first and the last code; values beyond are clipped, but negative ones on an arcsinh scale get 0.
    soft : float
        See `kind`; in the unit of the values.
    """

    kind: Literal["linear", "arcsinh"]
    low: float
    high: float
    soft: float = 1.0


def steps(bits: int) -> int:
    """Return the largest code of this many bits."""
    return (1 << bits) - 1


def linear(values: Float[np.ndarray, " galaxy"]) -> Scale:
    """Return the linear scale from the smallest to the largest value."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return Scale("linear", low, high) if high > low else Scale("linear", low - 0.5, high + 0.5)


def widths(ew: Float[np.ndarray, " galaxy"]) -> Scale:
    """Return the arcsinh scale of a line's EWs [Å], from 0 to their 99.9th percentile, at least 1 Å."""
    finite = ew[np.isfinite(ew)]
    top = float(np.percentile(finite, TOP_PERCENTILE)) if finite.size else 1.0
    digits = 1 - math.floor(math.log10(max(top, 1.0)))
    top = max(1.0, round(top, digits))
    return Scale("arcsinh", 0.0, top, top * SOFT_SHARE)


def encode(
    values: Float[np.ndarray, " galaxy"], scale: Scale, bits: int = 8
) -> UInt8[np.ndarray, " galaxy"] | UInt16[np.ndarray, " galaxy"]:
    """Return values as codes: 0 if missing, else 1 to the largest.

    On an arcsinh scale, an EW of exactly 0 counts as a value, and a negative one as missing (not detected).
    """
    known = np.isfinite(values) & ((values >= 0) | (scale.kind == "linear"))
    place = _stretch(np.where(known, values, scale.low).astype(float), scale)
    low, high = _stretch(np.array([scale.low, scale.high]), scale)
    share = np.clip((place - low) / (high - low), 0.0, 1.0)
    last = steps(bits)
    return np.where(known, 1 + np.rint(share * (last - 1)), 0).astype("<u2" if bits == 16 else np.uint8)


def home(values: Float[np.ndarray, " galaxy"]) -> tuple[float, float]:
    """Return the initial range of an axis: the central 99 % of the values, and a margin of 6 %."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(edge) for edge in np.percentile(finite, HOME_PERCENTILES))
    margin = HOME_MARGIN * (high - low) or 0.5
    return low - margin, high + margin


def _stretch(values: Float[np.ndarray, " value"], scale: Scale) -> Float[np.ndarray, " value"]:
    return np.arcsinh(values / scale.soft) if scale.kind == "arcsinh" else values
