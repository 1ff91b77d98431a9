"""Types of still figures: the subset of Plotly's format that they use.

The browser draws these figures without Plotly (assets/pictures/). `schema.mjs` there has the same types, and throws if
a figure has any other key. Tests compare the two, and validate every figure with Plotly.
"""

from typing import Literal, NotRequired, TypedDict, cast

from components.theme import TOKENS, Scheme


class Bytes(TypedDict):
    """Numbers as base64: float32, or levels 0 to 255 with the shape "rows,columns"."""

    dtype: Literal["f4", "u1"]
    bdata: str
    shape: NotRequired[str]


class Font(TypedDict):
    """Font of a text."""

    size: int
    color: str


class Title(TypedDict, total=False):
    """Title of an axis."""

    text: str
    font: Font


class Margin(TypedDict):
    """Space around the plot: left, right, top, bottom [CSS pixels]."""

    l: int  # noqa: E741  # Plotly's name
    r: int
    t: int
    b: int


class Axis(TypedDict, total=False):
    """A linear axis: `domain` is its part of the plot, `anchor` the axis at which it lies.

    Ticks are at multiples of `dtick`, at `tickvals`, or at about `nticks` round numbers.
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
    """Style of a line; the shape "hv" draws steps."""

    width: float
    color: NotRequired[str]
    dash: NotRequired[str]
    shape: NotRequired[Literal["linear", "hv"]]


class Curve(TypedDict):
    """A line through points, an area, or both; an even grid of x is given by `x0` and `dx`."""

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
    """A grid of levels, coloured by interpolation of `colorscale`."""

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
    """Outline of a shape."""

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
    """A text. Plotly would draw an arrow without `showarrow` False."""

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
    """Defaults of a figure's layout."""

    font: Font
    xaxis: Axis
    yaxis: Axis


class Template(TypedDict):
    """Defaults of a colour scheme."""

    layout: TemplateLayout


class Layout(TypedDict):
    """Everything in a figure but its traces."""

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
    """A still figure."""

    data: list[Curve | Cells]
    layout: Layout


def template(scheme: Scheme) -> Template:
    """Return the defaults of figures in a colour scheme."""
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
    """Return the name of an axis in traces: "x", "x2", ..."""
    return letter if number == 1 else f"{letter}{number}"


def put_axis(layout: Layout, letter: Literal["x", "y"], number: int, axis: Axis) -> None:
    """Set the axis of this number (1 to 4) in a layout."""
    suffix = "" if number == 1 else str(number)
    cast("dict[str, Axis]", layout)[f"{letter}axis{suffix}"] = axis
