"""The map of continua as hexagonal cells of real galaxies: a calm background for one galaxy's place."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float
from plotly import graph_objects as go

from components.theme import Scheme, ew_colors, figure_template

_LEVELS: Final = 32
_HEXAGON: Final = np.column_stack(
    [np.cos(np.deg2rad(np.arange(30, 391, 60))), np.sin(np.deg2rad(np.arange(30, 391, 60)))]
)


class Frame(NamedTuple):
    """What the picture of the map spans, in map coordinates."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @property
    def aspect(self) -> float:
        """Width over height, so that a map unit is as long across as up."""
        return (self.x_range[1] - self.x_range[0]) / (self.y_range[1] - self.y_range[0])

    def share(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place lies in the picture, from its left and from its top [%]."""
        left, right = self.x_range
        bottom, top = self.y_range
        return 100 * (x - left) / (right - left), 100 * (top - y) / (top - bottom)

    def length(self, dx: float, dy: float) -> tuple[float, float]:
        """Return how wide and high a length is in the picture [%]."""
        return (
            100 * dx / (self.x_range[1] - self.x_range[0]),
            100 * dy / (self.y_range[1] - self.y_range[0]),
        )


def frame_around(center: Float[np.ndarray, "cell 2"], radius: float) -> Frame:
    """Return the frame that holds all cells and a little air."""
    low, high = center.min(axis=0) - 2 * radius, center.max(axis=0) + 2 * radius
    return Frame((float(low[0]), float(high[0])), (float(low[1]), float(high[1])))


def color_top(ew: Float[np.ndarray, " cell"]) -> float:
    """Return the equivalent width of the last colour [Å]; the scale below it is arcsinh from 0."""
    return float(np.nanpercentile(ew, 99))


def map_figure(
    center: Float[np.ndarray, "cell 2"],
    radius: float,
    ew: Float[np.ndarray, " cell"],
    frame: Frame,
    scheme: Scheme,
) -> go.Figure:
    """Fill each cell with the colour of its equivalent width.

    The figure has no margins, so `Frame.share` tells where a place lies on it.

    Parameters
    ----------
    center : (cell, 2) array
        Centres of pointy-topped hexagons in map coordinates.
    radius : float
        From a hexagon's centre to its corners.
    ew : (cell,) array
        Equivalent width [Å]; cells that have none are left empty.
    frame : Frame
        What the picture spans.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    go.Figure
        One filled path per colour, so that the cells stay sharp at every size.
    """
    figure = go.Figure(layout={"template": figure_template(scheme)})
    shade = np.arcsinh(ew) / np.arcsinh(color_top(ew))
    level = np.clip(np.nan_to_num(shade, nan=-1) * _LEVELS, -1, _LEVELS - 1).astype(int)
    colors = ew_colors(scheme)
    gap = np.full((1, 2), np.nan)
    for chosen in np.unique(level[np.isfinite(ew)]):
        rings = [np.vstack([place + radius * _HEXAGON, gap]) for place in center[level == chosen]]
        path = np.vstack(rings).astype(np.float32)
        color = colors[round(chosen * (len(colors) - 1) / (_LEVELS - 1))]
        figure.add_scatter(
            x=path[:, 0],
            y=path[:, 1],
            mode="lines",
            fill="toself",
            fillcolor=color,
            # The outline closes the hairlines that antialiasing leaves between neighbours.
            line={"color": color, "width": 0.5},
            hoverinfo="skip",
        )
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False)
    figure.update_xaxes(range=frame.x_range, visible=False, fixedrange=True)
    figure.update_yaxes(range=frame.y_range, visible=False, fixedrange=True)
    return figure
