"""The language of still pictures: the words of Plotly's that they use, and no others.

The browser draws these figures itself (assets/pictures/): `model.mjs` is the same language there, and throws where a
figure says anything else. Tests keep the two sides the same, and have Plotly read every figure.
"""

from typing import Literal, NotRequired, TypedDict, cast

from components.theme import TOKENS, Scheme


class Bytes(TypedDict):
    """Numbers in base64: float32, or levels 0 to 255 with the shape "rows,columns"."""

    dtype: Literal["f4", "u1"]
    bdata: str
    shape: NotRequired[str]


class Font(TypedDict):
    """Of words."""

    size: int
    color: str


class Title(TypedDict, total=False):
    """Of an axis."""

    text: str
    font: Font


class Margin(TypedDict):
    """Around the plot: left, right, top, bottom [CSS pixels]."""

    l: int  # noqa: E741  # Plotly's word
    r: int
    t: int
    b: int


class Axis(TypedDict, total=False):
    """A linear axis: `domain` is its part of the plot, `anchor` the axis that it lies at.

    Ticks lie at steps of `dtick`, at `tickvals`, or at about `nticks` round numbers.
    """

    range: list[float]
    domain: list[float]
    anchor: str
    visible: bool
    dtick: float
    tickvals: list[float]
    ticktext: list[str]
    nticks: int
    tickfont: Font
    title: Title
    showgrid: bool
    showline: bool
    gridcolor: str
    linecolor: str


class Line(TypedDict):
    """A stroke; "hv" draws steps."""

    width: float
    color: NotRequired[str]
    dash: NotRequired[str]
    shape: NotRequired[Literal["linear", "hv"]]


class Curve(TypedDict):
    """A line through points, an area, or both; an even grid of x is said as `x0` and `dx`."""

    type: Literal["scatter"]
    y: list[float] | Bytes
    mode: Literal["lines", "none"]
    x: NotRequired[list[float] | Bytes]
    x0: NotRequired[float]
    dx: NotRequired[float]
    line: NotRequired[Line]
    fill: NotRequired[Literal["toself", "tozeroy"]]
    fillcolor: NotRequired[str]
    opacity: NotRequired[float]
    xaxis: NotRequired[str]
    yaxis: NotRequired[str]


class Cells(TypedDict):
    """A grid of levels, coloured between the stops of `colorscale`."""

    type: Literal["heatmap"]
    z: Bytes
    x0: float
    dx: float
    y0: float
    dy: float
    zmin: float
    zmax: float
    colorscale: list[tuple[float, str]]


class Edge(TypedDict):
    """Of a shape."""

    width: float
    color: NotRequired[str]


class Shape(TypedDict):
    """A straight line or a rectangle, below the curves."""

    type: Literal["line", "rect"]
    x0: float
    x1: float
    y0: float
    y1: float
    xref: str
    yref: str
    line: Edge
    fillcolor: NotRequired[str]
    opacity: NotRequired[float]


class Note(TypedDict):
    """A word; `showarrow` is there for Plotly, which draws an arrow unless it is told not to."""

    text: str
    x: float
    y: float
    xanchor: str
    yanchor: str
    showarrow: Literal[False]
    font: Font
    xref: NotRequired[str]
    yref: NotRequired[str]
    xshift: NotRequired[float]
    yshift: NotRequired[float]


class TemplateLayout(TypedDict):
    """What a figure is like unless it says otherwise."""

    font: Font
    xaxis: Axis
    yaxis: Axis


class Template(TypedDict):
    """Of a scheme."""

    layout: TemplateLayout


class Layout(TypedDict):
    """All but the traces."""

    template: Template
    margin: Margin
    shapes: NotRequired[list[Shape]]
    annotations: NotRequired[list[Note]]
    xaxis: NotRequired[Axis]
    xaxis2: NotRequired[Axis]
    xaxis3: NotRequired[Axis]
    xaxis4: NotRequired[Axis]
    yaxis: NotRequired[Axis]
    yaxis2: NotRequired[Axis]
    yaxis3: NotRequired[Axis]
    yaxis4: NotRequired[Axis]


class Figure(TypedDict):
    """A still picture."""

    data: list[Curve | Cells]
    layout: Layout


def template(scheme: Scheme) -> Template:
    """Return what the figures of a scheme share."""
    token = TOKENS[scheme]
    words: Font = {"size": 11, "color": token["muted"]}
    axis: Axis = {
        "gridcolor": token["hairline"],
        "linecolor": token["hairline"],
        "title": {"font": words},
        "tickfont": words,
    }
    return {"layout": {"font": {"size": 12, "color": token["text"]}, "xaxis": axis, "yaxis": axis}}


def axis_name(letter: Literal["x", "y"], number: int) -> str:
    """Return what traces call an axis: "x", "x2", ..."""
    return letter if number == 1 else f"{letter}{number}"


def put_axis(layout: Layout, letter: Literal["x", "y"], number: int, axis: Axis) -> None:
    """Give a layout its axis of a number, 1 to 4."""
    suffix = "" if number == 1 else str(number)
    cast("dict[str, Axis]", layout)[f"{letter}axis{suffix}"] = axis
