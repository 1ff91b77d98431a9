"""Parts that figures of an evaluation share: layout, logarithmic ticks, heat maps, lines, bands, notes."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from components.theme import TOKENS, Scheme, ew_colors, template_json

if TYPE_CHECKING:
    from research.evaluation.record.schema import Cells

Figure = dict[str, Any]
CONFIG: Final[Any] = {"displayModeBar": False, "responsive": True}
_STOPS: Final = 17
_TICKS: Final = [digit * 10.0**power for power in range(-3, 4) for digit in (1, 3)]


def figure(scheme: Scheme, traces: list[Figure], x: Mapping[str, Any], y: Mapping[str, Any], **layout: Any) -> Figure:
    """Return a figure of traces and two axes; `x`, `y` and `layout` override the shared settings."""
    shared = {"fixedrange": True, "zeroline": False, "ticklabelstandoff": 4, "automargin": False}
    return {
        "data": traces,
        "layout": {
            "template": template_json(scheme),
            "margin": {"l": 46, "r": 10, "t": 8, "b": 40},
            "dragmode": False,
            "hovermode": "closest",
            "showlegend": any(trace.get("showlegend") for trace in traces),
            "xaxis": {**shared, **x},
            "yaxis": {**shared, **y},
            **layout,
        },
    }


def powers(low: float, high: float) -> Figure:
    """Return the ticks of an axis that shows log10 of an equivalent width [Å]."""
    shown = [tick for tick in _TICKS if low <= math.log10(tick) <= high]
    return {
        "range": [low, high],
        "tickmode": "array",
        "tickvals": [math.log10(tick) for tick in shown],
        "ticktext": [f"{tick:g}" for tick in shown],
    }


def heat(cells: "Cells", scheme: Scheme, hover: str = "%{text} galaxies<extra></extra>") -> Figure:
    """Return the cells as a heat map, coloured by the logarithm of their counts."""
    (left, right), (bottom, top) = cells.x_range, cells.y_range
    columns, rows = cells.size
    z: list[list[float | None]] = [[None] * columns for _ in range(rows)]
    text: list[list[str]] = [[""] * columns for _ in range(rows)]
    for i, j, count in zip(cells.x, cells.y, cells.count, strict=True):
        z[j][i], text[j][i] = round(math.log10(count), 3), str(count)
    colors = ew_colors(scheme)
    return {
        "type": "heatmap",
        "x0": left + (right - left) / columns / 2,
        "dx": (right - left) / columns,
        "y0": bottom + (top - bottom) / rows / 2,
        "dy": (top - bottom) / rows,
        "z": z,
        "text": text,
        "hoverongaps": False,
        "hovertemplate": hover,
        "showscale": False,
        "colorscale": [[k / (_STOPS - 1), colors[round(k * (len(colors) - 1) / (_STOPS - 1))]] for k in range(_STOPS)],
    }


def legend(scheme: Scheme) -> Figure:
    """Return a legend in one row above the figure, without click actions."""
    return {
        "orientation": "h",
        "x": 0,
        "y": 1,
        "yanchor": "bottom",
        "font": {"size": 11, "color": TOKENS[scheme]["muted"]},
        "bgcolor": "rgba(0,0,0,0)",
        "itemclick": False,
        "itemdoubleclick": False,
    }


def line(x: list[float], y: list[float], color: str, **more: Any) -> Figure:
    """Return a line without markers or hover text."""
    style = {"color": color, "width": 1.5, **more.pop("line", {})}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": style,
        "hoverinfo": "skip",
        "showlegend": False,
        **more,
    }


def band(x: list[float], low: list[float], high: list[float], color: str, opacity: float) -> Figure:
    """Return the area between two curves."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return {
        **line([*x, *reversed(x)], [*high, *reversed(low)], color, line={"width": 0}),
        "fill": "toself",
        "fillcolor": f"rgba({red},{green},{blue},{opacity})",
    }


def note(text: str, x: float, y: float, scheme: Scheme, **more: Any) -> Figure:
    """Return a small text inside a figure; `x` and `y` are shares of the plot."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": 11, "color": TOKENS[scheme]["muted"]},
        **more,
    }
