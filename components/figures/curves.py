"""Parts of a spectrum's figure as plain data: curves, steps, bands, markers, and zoomed panes."""

import base64
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from components.figures.schema import Axis, Bytes, Curve, Figure, Note, Shape, axis_name, put_axis

EVEN: Final = 1e-3
"""A grid with steps equal to within this share of a step is sent as start and step."""


class Pane(NamedTuple):
    """A zoomed pane: the number of its axes, its left and right edge (0 to 1), its wavelengths [Å]."""

    axes: int
    place: tuple[float, float]
    span: tuple[float, float]


def typed_array(values: Float[np.ndarray, " value"]) -> Bytes:
    """Return numbers as plotly.js accepts them in binary: float32 as base64, a third of their length as text."""
    return {"dtype": "f4", "bdata": base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()}


def put_grid(trace: Curve, x: Float[np.ndarray, " pixel"]) -> Curve:
    """Set the x values of a curve and return it; an even grid is set as start and step, which halves the bytes."""
    steps = np.diff(x)
    if len(steps) and np.ptp(steps) < EVEN * abs(float(steps.mean())):
        trace["x0"], trace["dx"] = float(x[0]), float(steps.mean())
    else:
        trace["x"] = typed_array(x)
    return trace


def curve(
    x: Float[np.ndarray, " pixel"],
    y: Float[np.ndarray, " pixel"],
    color: str,
    width: float,
    *,
    axes: int = 1,
    opacity: float = 1.0,
    dash: str = "solid",
) -> Curve:
    """Return a line through points; `axes` is the number of its axes."""
    trace: Curve = {
        "type": "scatter",
        "y": typed_array(y),
        "xaxis": axis_name("x", axes),
        "yaxis": axis_name("y", axes),
        "mode": "lines",
        "line": {"color": color, "width": width, "dash": dash},
        "opacity": opacity,
    }
    return put_grid(trace, x)


def steps(edges: Float[np.ndarray, " edge"], values: Float[np.ndarray, " bin"], color: str, *, faint: bool) -> Curve:
    """Return bins as horizontal lines."""
    gap = np.full(len(values), np.nan)
    return {
        "type": "scatter",
        "x": typed_array(np.column_stack([edges[:-1], edges[1:], gap]).ravel()),
        "y": typed_array(np.column_stack([values, values, gap]).ravel()),
        "mode": "lines",
        "line": {"color": color, "width": 6 if faint else 3},
        "opacity": 0.4 if faint else 1.0,
    }


def noise_band(
    x: Float[np.ndarray, " pixel"],
    middle: Float[np.ndarray, " pixel"],
    ivar: Float[np.ndarray, " pixel"],
    coarse: int,
    color: str,
) -> Curve:
    """Return the area within one standard deviation of a curve, at every `coarse`-th pixel."""
    kept = ivar[::coarse] > 0
    at, level = x[::coarse][kept], np.asarray(middle)[::coarse][kept]
    sigma = 1 / np.sqrt(ivar[::coarse][kept])
    return {
        "type": "scatter",
        "x": typed_array(np.concatenate([at, at[::-1]])),
        "y": typed_array(np.concatenate([level + sigma, (level - sigma)[::-1]])),
        "fill": "toself",
        "mode": "none",
        "fillcolor": color,
        "opacity": 0.35,
    }


def smoothed(flux: Float[np.ndarray, " pixel"], pixels: float) -> Float[np.ndarray, " pixel"]:
    """Return a curve smoothed by a Gaussian of this standard deviation [pixels].

    Gaps are interpolated, and the end values are repeated beyond the ends.
    """
    reach, known = max(1, int(np.ceil(3 * pixels))), np.isfinite(flux)
    if not known.all():
        flux = np.interp(np.arange(len(flux)), np.flatnonzero(known), flux[known])
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / pixels) ** 2)
    padded = np.pad(np.asarray(flux, float), reach, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def in_pairs(x: Float[np.ndarray, " pixel"], y: Float[np.ndarray, " pixel"]) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of pairs of pixels, which halves the bytes and is still finer than the figure's pixels."""
    even = len(x) // 2 * 2
    return x[:even].reshape(-1, 2).mean(axis=1), y[:even].reshape(-1, 2).mean(axis=1)


def band(low: float, high: float, color: str) -> Shape:
    """Return a shaded range of wavelengths, behind all else."""
    return {
        "type": "rect",
        "x0": low,
        "x1": high,
        "y0": 0,
        "y1": 1,
        "xref": "x",
        "yref": "y domain",
        "fillcolor": color,
        "opacity": 0.16,
        "line": {"width": 0},
    }


def marker(wavelength: float, color: str) -> Shape:
    """Return a thin vertical line at a wavelength."""
    return {
        "type": "line",
        "x0": wavelength,
        "x1": wavelength,
        "y0": 0,
        "y1": 1,
        "xref": "x",
        "yref": "y domain",
        "line": {"color": color, "width": 1},
        "opacity": 0.4,
    }


def note(text: str, x: float, anchor: str, token: dict[str, str]) -> Note:
    """Return a text above the figure."""
    return {
        "text": text,
        "x": x,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": anchor,
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 11, "color": token["muted"]},
    }


def add_pane(
    figure: Figure,
    pane: Pane,
    heights: tuple[float, float],
    x: Float[np.ndarray, " pixel"],
    light: Float[np.ndarray, " pixel"],
    starlight: Float[np.ndarray, " pixel"],
    token: dict[str, str],
) -> None:
    """Add a zoomed pane to a figure, with flux and starlight."""
    layout, axes = figure["layout"], pane.axes
    (left, right), (bottom, top) = pane.place, heights
    level: Axis = {"visible": False, "domain": [bottom, top], "range": [0, 1], "anchor": axis_name("x", axes)}
    put_axis(
        layout,
        "x",
        axes,
        {"visible": False, "domain": [left, right], "range": list(pane.span), "anchor": axis_name("y", axes)},
    )
    put_axis(layout, "y", axes, level)
    layout.setdefault("shapes", []).append(
        {
            "type": "rect",
            "x0": left,
            "x1": right,
            "y0": bottom,
            "y1": top,
            "xref": "paper",
            "yref": "paper",
            "fillcolor": token["raised"],
            "line": {"width": 0},
        }
    )
    if not np.isfinite(light).any():
        return
    both = np.concatenate([light, starlight])
    floor, ceiling = float(np.nanmin(both)), float(np.nanmax(both))
    # At least a quarter of the starlight, so that noise is not magnified to look like a line.
    height = max(ceiling - floor, 0.25 * abs(float(np.nanmean(starlight))))
    level["range"] = [floor - 0.12 * height, floor + 1.42 * height]
    figure["data"] += [
        curve(x, light, token["text"], 1.2, axes=axes),
        curve(x, starlight, token["starlight"], 1.6, axes=axes),
    ]
