"""Figures of predicted against observed EWs, and of residuals against colour."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.figures.evaluation.frame import (
    Figure,
    band,
    figure,
    heat,
    legend,
    line,
    powers,
)
from components.theme import TOKENS, Scheme
from model.lines import Line

if TYPE_CHECKING:
    from research.evaluation.record.schema import Bands, Cells

_DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot")


def agreement_figure(cells: "Cells", observed: "Bands", scheme: Scheme) -> Figure:
    """Draw the density of galaxies in predicted and observed EW, with the line of equality.

    Parameters
    ----------
    cells : Cells
        Counts in log10 of predicted (x) and observed (y) EW [Å].
    observed : Bands
        Percentiles of log10 of observed EW [Å], in bins of log10 of predicted EW.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    dict
        A Plotly figure.
    """
    token = TOKENS[scheme]
    low, high = cells.x_range
    dashed = {"dash": "dot", "width": 1}
    traces = [
        heat(cells, scheme),
        line([low, high], [low, high], token["text"], line={"width": 1.25}),
        line(observed.at, observed.p50, token["cyan"], line={"width": 2}),
        *(line(observed.at, edge, token["cyan"], line={"width": 1.25}) for edge in (observed.p16, observed.p84)),
        *(line(observed.at, edge, token["cyan"], line=dashed) for edge in (observed.p2, observed.p98)),
    ]
    axis = powers(low, high)
    return figure(
        scheme,
        traces,
        {**axis, "title": {"text": "predicted EW [Å]", "standoff": 6}},
        {**axis, "title": {"text": "observed EW [Å]", "standoff": 2}},
    )


def residual_figure(
    residual: "Bands", others: Mapping[str, list[float]], titles: Mapping[str, str], of: Line, scheme: Scheme
) -> Figure:
    """Draw log10 of observed over predicted EW against colour: bands of our network, medians of other methods.

    Parameters
    ----------
    residual : Bands
        Percentiles in bins of colour [dex].
    others : mapping
        Medians in the same bins, by method.
    titles : mapping
        Titles of the methods.
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
    accent, x = token[of.accent], residual.at
    traces = [
        band(x, residual.p2, residual.p98, accent, 0.14),
        band(x, residual.p16, residual.p84, accent, 0.26),
        line([x[0], x[-1]], [0, 0], token["edge"], line={"width": 1}),
    ]
    for (name, median), dash in zip(others.items(), _DASHES, strict=False):
        traces.append(
            {
                **line(x, median, token["muted"], line={"width": 1.25, "dash": dash}),
                "name": titles[name],
                "showlegend": True,
                "hoverinfo": "name",
            }
        )
    traces.append({**line(x, residual.p50, accent, line={"width": 2.5}), "name": "this network", "showlegend": True})
    edge = max(0.3, 1.05 * max(*map(abs, residual.p2), *map(abs, residual.p98)))
    ticks = {math.log10(value): f"{value:g}" for value in (0.1, 0.2, 0.5, 1, 2, 5, 10)}
    return figure(
        scheme,
        traces,
        {"range": [x[0], x[-1]], "title": {"text": "colour, log F(4150) / F(3550) [dex], redder →", "standoff": 6}},
        {
            "range": [-edge, edge],
            "tickmode": "array",
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "title": {"text": "observed / predicted", "standoff": 2},
        },
        legend=legend(scheme),
        margin={"l": 46, "r": 10, "t": 58, "b": 40},
    )
