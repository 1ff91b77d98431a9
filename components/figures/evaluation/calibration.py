"""Figures of the coverage of intervals, and of the ranks of observed EWs among draws."""

from collections.abc import Mapping, Sequence
from typing import Final

from components.figures.evaluation.frame import Figure, figure, legend, note
from components.theme import TOKENS, Scheme
from model.lines import LINES, Line

_KINDS: Final = (
    ("network, 16–84 %", 0.68, "circle"),
    ("draws, central 68 %", 0.68, "diamond"),
    ("draws, central 95 %", 0.95, "square"),
)


def coverage_figure(shares: Sequence[Mapping[str, float | None]], scheme: Scheme) -> Figure:
    """Draw the share of observed EWs within each kind of interval, with one column of marks per line.

    Parameters
    ----------
    shares : sequence of mappings
        By line name, in the order "network 68 %", "draws 68 %", "draws 95 %".
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    dict
        A Plotly figure; bars behind the marks show the nominal shares.
    """
    token = TOKENS[scheme]
    labels = [line.label for line in LINES]
    bars = [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": 100 * nominal - half,
            "y1": 100 * nominal + half,
            "fillcolor": token["raised"],
            "line": {"width": 0},
            "layer": "below",
        }
        for nominal, half in ((0.68, 2), (0.95, 1))
    ]
    traces = []
    for index, ((name, nominal, symbol), found) in enumerate(zip(_KINDS, shares, strict=True)):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "showlegend": any(value is not None for value in found.values()),
                "x": [position + 0.16 * (index - 1) for position in range(len(LINES))],
                "y": [None if value is None else round(100 * value, 2) for value in found.values()],
                "text": labels,
                "marker": {
                    "symbol": symbol,
                    "size": 9,
                    "color": [token[line.accent] for line in LINES] if index else token["card"],
                    "line": {"color": [token[line.accent] for line in LINES], "width": 1.75},
                },
                "hovertemplate": f"%{{text}}<br>{name}: %{{y:.1f}} %, nominal {100 * nominal:.0f} %<extra></extra>",
            }
        )
    return figure(
        scheme,
        traces,
        {
            "range": [-0.6, len(LINES) - 0.4],
            "tickmode": "array",
            "tickvals": list(range(len(LINES))),
            "ticktext": labels,
            "tickangle": -40,
            "showgrid": False,
        },
        {"range": [60, 100], "dtick": 10, "title": {"text": "inside [%]", "standoff": 2}},
        shapes=bars,
        margin={"l": 46, "r": 10, "t": 34, "b": 74},
        legend=legend(scheme),
    )


def rank_figure(pit: Sequence[float], of: Line, scheme: Scheme) -> Figure:
    """Draw the ranks of observed EWs among the draws of their galaxy; calibrated draws give a flat histogram.

    Parameters
    ----------
    pit : sequence of float
        Density in equal bins of the rank from 0 to 1.
    of : Line
        The line, for its colour.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    dict
        A Plotly figure.
    """
    token = TOKENS[scheme]
    width = 1 / len(pit)
    bars = {
        "type": "bar",
        "x": [round((k + 0.5) * width, 4) for k in range(len(pit))],
        "y": list(pit),
        "width": 0.9 * width,
        "marker": {"color": token[of.accent], "opacity": 0.8},
        "hovertemplate": "rank %{x:.2f}: %{y:.2f} times the uniform share<extra></extra>",
    }
    even = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "line": {"color": token["text"]}}
    return figure(
        scheme,
        [bars],
        {"range": [0, 1], "dtick": 0.25, "showgrid": False, "title": {"text": "rank among the draws", "standoff": 6}},
        {"range": [0, max(1.4, 1.1 * max(pit))], "title": {"text": "relative to uniform", "standoff": 2}},
        shapes=[even | {"line": {"color": token["text"], "width": 1.25}}],
        annotations=[note("even: calibrated", 0.99, 1, scheme, xanchor="right", yref="y", yanchor="bottom")],
    )
