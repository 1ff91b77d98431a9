"""Ten intervals on one scale, so that strong and faint lines compare at a glance."""

import math

import numpy as np
from dash import html
from jaxtyping import Float

from components.aria import aria
from model.lines import LINES


def interval_bars(
    ew: Float[np.ndarray, " line"], p16: Float[np.ndarray, " line"], p84: Float[np.ndarray, " line"]
) -> list[html.Span]:
    """Draw each line's 16-84 % interval as a bar with its median as a tick.

    Parameters
    ----------
    ew, p16, p84 : (10,) array
        Median and percentiles [Å]; a network without intervals gives NaN and gets ticks alone.

    Returns
    -------
    list of html.Span
        One per line. The scale is arcsinh from 0 Å to beyond the largest of them.
    """
    values = np.concatenate([ew, p16, p84])
    top = math.asinh(1.1 * max(float(np.nanmax(values)), 1.0)) if np.isfinite(values).any() else 1.0

    def percent(value: float) -> float:
        return 100 * min(max(math.asinh(max(value, 0.0)) / top, 0.0), 1.0)

    bars = []
    for line, middle, low, high in zip(LINES, ew, p16, p84, strict=True):
        accent = {"background": f"var(--{line.accent})"}
        parts = []
        if math.isfinite(low) and math.isfinite(high):
            span = {"left": f"{percent(low):.1f}%", "width": f"{percent(high) - percent(low):.1f}%"}
            parts.append(html.Span(className="interval-bar", style=span | accent))
        if math.isfinite(middle):
            style = {"left": f"{percent(middle):.1f}%"} | accent
            parts.append(html.Span(className="interval-tick", style=style))
        # The numbers stand in the same row: to a screen reader the drawing says nothing new.
        bars.append(html.Span(parts, className="interval interval-wide", **aria(hidden="true")))
    return bars
