"""The BPT and WHAN diagrams: density of a sample, dividing curves, and positions.

Figures are plain data, with the density in binary. The page draws a galaxy's own point over the figure.
"""

import base64
import math
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from components.figures.schema import Axis, Cells, Curve, Figure, Margin, Note, template
from components.theme import TOKENS, Scheme
from model.physics.diagnostics import (
    BPT_CLASSES,
    HALPHA,
    HBETA,
    KAUFFMANN,
    KEWLEY,
    NII,
    OIII,
    WHAN_CLASSES,
    WHAN_PASSIVE,
    WHAN_RATIO,
    WHAN_STRONG,
    WHAN_WEAK,
    DiagramPoint,
    curve_height,
)

CELLS: Final = 44
MARGIN: Final[Margin] = {"l": 34, "r": 6, "t": 6, "b": 34}


class Frame(NamedTuple):
    """The ranges of a diagram's axes [dex], and their titles."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_title: str
    y_title: str


BPT: Final = Frame((-1.5, 0.6), (-1.2, 1.3), "log [N II] / Hα", "log [O III] / Hβ")
WHAN: Final = Frame((-1.5, 0.6), (-0.8, 2.5), "log [N II] / Hα", "log EW(Hα) / Å")

BPT_CURVES: Final = ((KAUFFMANN, True), (KEWLEY, False))
"""Dividing curves from bottom to top, and whether they are dashed."""

Label = tuple[str, float, float]
PANEL_LABELS: Final[dict[str, tuple[Label, ...]]] = {
    "bpt": ((BPT_CLASSES[0], -1.2, -0.62), (BPT_CLASSES[2], 0.16, 0.62)),
    "whan": (
        (WHAN_CLASSES[0], -1.4, 2.35),
        (WHAN_CLASSES[1], 0.2, 2.35),
        (WHAN_CLASSES[2], 0.25, 0.58),
        (WHAN_CLASSES[3], 0.25, 0.05),
        (WHAN_CLASSES[4], 0.25, -0.7),
    ),
}
"""Names of regions, and their positions in a panel of the explorer [dex]."""


def for_browser() -> dict[str, Any]:
    """Return curves, limits, classes and labels of the diagrams for assets/raster/diagrams.mjs."""
    labels = {
        name: [{"text": text, "x": x, "y": y} for text, x, y in written] for name, written in PANEL_LABELS.items()
    }
    return {
        "lines": {"halpha": HALPHA, "hbeta": HBETA, "nii": NII, "oiii": OIII},
        "bpt": {
            "curves": [{**curve._asdict(), "dashed": dashed} for curve, dashed in BPT_CURVES],
            "classes": list(BPT_CLASSES),
            "labels": labels["bpt"],
        },
        "whan": {
            "ratio": WHAN_RATIO,
            "strong": WHAN_STRONG,
            "weak": WHAN_WEAK,
            "passive": WHAN_PASSIVE,
            "classes": list(WHAN_CLASSES),
            "labels": labels["whan"],
        },
    }


def density(frame: Frame, points: DiagramPoint) -> Float[np.ndarray, "row column"]:
    """Return the square root, which keeps sparse cells visible, of the counts in cells over their maximum."""
    x, y = np.asarray(points.x), np.asarray(points.y)
    known = np.isfinite(x) & np.isfinite(y)
    counts, _, _ = np.histogram2d(y[known], x[known], bins=CELLS, range=[frame.y, frame.x])
    return np.sqrt(counts / max(float(counts.max()), 1.0))


def diagram_figure(
    frame: Frame,
    sample: Float[np.ndarray, "row column"],
    scheme: Scheme,
    chosen: Float[np.ndarray, "row column"] | None = None,
) -> Figure:
    """Return a diagram.

    Parameters
    ----------
    frame : Frame
        `BPT` or `WHAN`.
    sample : array
        Density of the whole sample, from `density`.
    scheme : {"dark", "light"}
        Colours.
    chosen : array, optional
        Density of a selection, drawn over it in an accent.
    """
    token = TOKENS[scheme]
    axis: Axis = {"showgrid": False, "showline": True, "nticks": 5}
    layers = [_cells(frame, sample, token["muted"], 0.75 if chosen is None else 0.45)]
    if chosen is not None:
        layers.append(_cells(frame, chosen, token["cyan"], 1.0))
    return {
        "data": [*layers, *(_bpt_curves(token) if frame is BPT else _whan_lines(frame, token))],
        "layout": {
            "template": template(scheme),
            "margin": MARGIN,
            "xaxis": {**axis, "range": list(frame.x), "title": {"text": frame.x_title}},
            "yaxis": {**axis, "range": list(frame.y), "title": {"text": frame.y_title}},
            "annotations": _names(frame, token["muted"]),
        },
    }


def _cells(frame: Frame, share: np.ndarray, color: str, opacity: float) -> Cells:
    levels = np.rint(255 * share).astype(np.uint8)
    width, height = ((high - low) / CELLS for low, high in (frame.x, frame.y))
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return {
        "type": "heatmap",
        "z": {
            "dtype": "u1",
            "bdata": base64.b64encode(levels.tobytes()).decode(),
            "shape": f"{CELLS},{CELLS}",
        },
        "x0": frame.x[0] + width / 2,
        "dx": width,
        "y0": frame.y[0] + height / 2,
        "dy": height,
        "zmin": 0,
        "zmax": 255,
        "colorscale": [
            (0, f"rgba({red},{green},{blue},0)"),
            (1 / 255, f"rgba({red},{green},{blue},{0.12 * opacity:.3f})"),
            (1, f"rgba({red},{green},{blue},{opacity})"),
        ],
    }


def _stroke(x: list[float], y: list[float], color: str, dash: str) -> Curve:
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"color": color, "width": 1.2, "dash": dash},
    }


def _bpt_curves(token: dict[str, str]) -> list[Curve]:
    strokes = []
    for curve, dashed in BPT_CURVES:
        x = np.linspace(BPT.x[0], curve.pole - 0.02, 60)
        y = curve_height(curve, x)
        kept = y > BPT.y[0] - 0.2
        strokes.append(
            _stroke(x[kept].round(3).tolist(), y[kept].round(3).tolist(), token["text"], "dot" if dashed else "solid")
        )
    return strokes


def _whan_lines(frame: Frame, token: dict[str, str]) -> list[Curve]:
    left, right = frame.x
    weak, strong, passive = (math.log10(value) for value in (WHAN_WEAK, WHAN_STRONG, WHAN_PASSIVE))
    return [
        _stroke([left, right], [weak, weak], token["text"], "solid"),
        _stroke([WHAN_RATIO, WHAN_RATIO], [weak, frame.y[1]], token["text"], "solid"),
        _stroke([WHAN_RATIO, right], [strong, strong], token["text"], "dot"),
        _stroke([left, 0.0, right], [passive, passive, passive - right], token["text"], "dot"),  # Hα, then [N II]
    ]


def _names(frame: Frame, color: str) -> list[Note]:
    if frame is BPT:
        words = (
            (-1.45, -1.12, BPT_CLASSES[0], "left", "bottom"),
            (0.56, -1.12, BPT_CLASSES[1], "right", "bottom"),
            (0.56, 1.24, BPT_CLASSES[2], "right", "top"),
        )
    else:
        words = (
            (-1.45, 2.42, WHAN_CLASSES[0], "left", "top"),
            (0.56, 2.42, WHAN_CLASSES[1].split()[0], "right", "top"),
            (0.56, 0.62, WHAN_CLASSES[2].split()[0], "right", "middle"),
            (-1.45, 0.38, WHAN_CLASSES[3], "left", "top"),
            (-1.45, -0.38, WHAN_CLASSES[4], "left", "top"),
        )
    return [
        {
            "x": x, "y": y, "text": text, "xanchor": x_anchor, "yanchor": y_anchor, "showarrow": False,
            "font": {"size": 10, "color": color},
        }
        for x, y, text, x_anchor, y_anchor in words
    ]  # fmt: skip


def share(frame: Frame, x: float, y: float) -> tuple[float, float] | None:
    """Return a point as shares of the plot from the left and the top, clipped to its edge; None if not finite."""
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    (x0, x1), (y0, y1) = frame.x, frame.y
    return min(max((x - x0) / (x1 - x0), 0.0), 1.0), min(max((y1 - y) / (y1 - y0), 0.0), 1.0)
