"""Figures of a population: mean continuum over the sample's, and histograms of EWs; plain data."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from jaxtyping import Float

from components.figures.curves import typed_array
from components.figures.schema import Curve, Figure, Layout, Line, axis_name, put_axis, template
from components.theme import TOKENS, Scheme
from model.bins import BIN_CENTERS
from model.lines import LEADING_LINES

if TYPE_CHECKING:
    from analysis.explorer.population import Continuum, Histogram

TICKS: Final = (0, 1, 3, 10, 30, 100, 300)


def continuum_figure(chosen: "Continuum", sample: "Continuum", scheme: Scheme) -> Figure:
    """Return the figure of a population's mean continuum and scatter, over those of the sample."""
    token = TOKENS[scheme]
    top = max(float(np.max(group.mean + group.scatter)) for group in (chosen, sample))
    return {
        "data": [
            _area(sample, token["muted"], 0.22),
            _line(sample.mean, token["muted"], "dot"),
            _area(chosen, token["starlight"], 0.3),
            _line(chosen.mean, token["starlight"], "solid"),
        ],
        "layout": {
            "template": template(scheme),
            "margin": {"l": 34, "r": 6, "t": 6, "b": 34},
            "xaxis": {
                "range": [float(BIN_CENTERS[0]), float(BIN_CENTERS[-1])],
                "title": {"text": "rest-frame wavelength, Å"},
                "showgrid": False,
                "nticks": 5,
            },
            "yaxis": {"range": [0, 1.05 * top], "title": {"text": "flux / mean flux"}, "nticks": 5},
        },
    }


def _area(group: "Continuum", color: str, opacity: float) -> Curve:
    x = np.asarray(BIN_CENTERS, float)
    low, high = group.mean - group.scatter, group.mean + group.scatter
    return {
        "type": "scatter",
        "x": typed_array(np.concatenate([x, x[::-1]])),
        "y": typed_array(np.concatenate([high, low[::-1]])),
        "fill": "toself",
        "mode": "none",
        "fillcolor": color,
        "opacity": opacity,
    }


def _line(mean: Float[np.ndarray, " bin"], color: str, dash: str) -> Curve:
    return {
        "type": "scatter",
        "x": typed_array(np.asarray(BIN_CENTERS)),
        "y": typed_array(mean),
        "mode": "lines",
        "line": {"color": color, "width": 2, "dash": dash},
    }


def histograms_figure(histograms: "Mapping[str, Histogram]", scheme: Scheme) -> Figure:
    """Return a figure with a histogram per leading line: observed as an area, the predicted ones as steps."""
    token = TOKENS[scheme]
    layout: Layout = {
        "template": template(scheme),
        "margin": {"l": 8, "r": 8, "t": 20, "b": 22},
    }
    figure: Figure = {"data": [], "layout": layout}
    gap, count = 0.03, len(LEADING_LINES)
    width = (1 - gap * (count - 1)) / count
    for index, line in enumerate(LEADING_LINES):
        found = histograms[line.name]
        scaled = np.arcsinh(found.edges)
        left = index * (width + gap)
        ticks = [tick for tick in TICKS if np.arcsinh(tick) <= scaled[-1]]
        if len(ticks) > 4:
            ticks = [tick for tick in ticks if tick != 1]
        x, y = axis_name("x", index + 1), axis_name("y", index + 1)
        put_axis(
            layout,
            "x",
            index + 1,
            {
                "domain": [left, left + width],
                "range": [0, float(scaled[-1])],
                "tickvals": np.arcsinh(ticks).round(4).tolist(),
                "ticktext": [str(tick) for tick in ticks],
                "showgrid": False,
                "anchor": y,
            },
        )
        top = max(float(np.max(shares, initial=0)) for shares in (found.observed, found.predicted, found.noisy))
        put_axis(layout, "y", index + 1, {"visible": False, "anchor": x, "range": [0, 1.05 * top or 1]})
        layout.setdefault("annotations", []).append(
            {
                "text": f"{line.label}, Å", "x": left, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left",
                "yanchor": "bottom", "showarrow": False, "font": {"size": 11, "color": token[line.accent]},
            }
        )  # fmt: skip
        area = _steps(scaled, found.observed, x, y, {"width": 0, "shape": "hv"})
        area |= {"fill": "tozeroy", "fillcolor": token["edge"], "opacity": 0.45}
        predicted: Line = {"color": token["starlight"], "width": 1.6, "shape": "hv"}
        noisy: Line = {"color": token["text"], "width": 1.4, "shape": "hv", "dash": "dot"}
        figure["data"] += [
            area,
            _steps(scaled, found.predicted, x, y, predicted),
            _steps(scaled, found.noisy, x, y, noisy),
        ]
    return figure


def _steps(edges: Float[np.ndarray, " edge"], shares: Float[np.ndarray, " bin"], x: str, y: str, line: Line) -> Curve:
    """Return shares as steps on a pair of axes."""
    return {
        "type": "scatter",
        "x": typed_array(edges),
        "y": typed_array(np.append(shares, shares[-1:])),
        "mode": "lines",
        "line": line,
        "xaxis": x,
        "yaxis": y,
    }
