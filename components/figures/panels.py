"""The explorer's panels: twelve empty, linked, transparent subplots that lie over the canvases."""

from typing import Any, Final

from plotly import graph_objects as go

from model.lines import LEADING_LINES

VERSIONS: Final = ("EW", "EW_PREDICTED", "EW_NOISY")
"""Column suffixes, left to right: observed, predicted, predicted + noise."""

# Gaps between panels as shares of the whole; the page places canvases and labels by the same shares.
GAP_X: Final = 0.012
GAP_Y: Final = 0.014
VIEW_MARGIN: Final = 0.04

CONFIG: Final[Any] = {
    "scrollZoom": True,
    "doubleClick": "reset",
    "displayModeBar": False,
    "responsive": True,
}


def domains(count: int, gap: float) -> list[tuple[float, float]]:
    """Return start and end of `count` equal parts of 0..1 with gaps between them."""
    size = (1 - gap * (count - 1)) / count
    return [(i * (size + gap), i * (size + gap) + size) for i in range(count)]


def padded(place_range: tuple[float, float]) -> list[float]:
    """Return the range that a view starts with: a little more than the points need."""
    low, high = place_range
    margin = VIEW_MARGIN * (high - low)
    return [low - margin, high + margin]


def panels_figure(x_range: tuple[float, float], y_range: tuple[float, float]) -> go.Figure:
    """Return the figure: three x axes and four y axes span all twelve panels, each kind moving as one.

    The colours are painted underneath (assets/raster.js). One empty trace a panel makes Plotly set it up.
    """
    axes: dict[str, Any] = {}
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    columns, rows = domains(len(VERSIONS), GAP_X), domains(len(LEADING_LINES), GAP_Y)
    for i, domain in enumerate(columns):
        name = _axis("x", i)
        axes[f"xaxis{name[1:]}"] = {
            **hidden,
            "domain": domain,
            "range": padded(x_range),
            "anchor": "y",
            "matches": None if i == 0 else "x",
        }
    for i, (low, high) in enumerate(rows):
        name = _axis("y", i)
        axes[f"yaxis{name[1:]}"] = {
            **hidden,
            "domain": (1 - high, 1 - low),
            "range": padded(y_range),
            "anchor": "x",
            "matches": None if i == 0 else "y",
        }
    traces = [
        go.Scatter(
            x=[None],
            y=[None],
            xaxis=_axis("x", column),
            yaxis=_axis("y", row),
            mode="markers",
            hoverinfo="skip",
        )
        for row in range(len(rows))
        for column in range(len(columns))
    ]
    return go.Figure(
        traces,
        {
            "template": None,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "showlegend": False,
            "dragmode": "pan",
            "hovermode": False,
            "uirevision": "the reader's view",
            **axes,
        },
    )


def _axis(letter: str, index: int) -> str:
    return letter if index == 0 else f"{letter}{index + 1}"
