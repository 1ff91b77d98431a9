"""Which starlight drives a line: a bar per bin."""

import numpy as np
from jaxtyping import Float
from plotly import graph_objects as go

from components.theme import TOKENS, Scheme, figure_template
from model.bins import BIN_CENTERS, BIN_EDGES
from model.lines import Line


def jacobian_figure(sensitivity: Float[np.ndarray, " bin"], line: Line, scheme: Scheme) -> go.Figure:
    """Draw dEW / dln(flux) / 100 [Å] of one line for the twelve bins; what lowers the line is paler.

    Parameters
    ----------
    sensitivity : (12,) array
        From `model.sensitivity.ew_sensitivity`, one line's row.
    line : Line
        The line, for its colour.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    go.Figure
        The bars.
    """
    token = TOKENS[scheme]
    # Per 1 % of light: the size of change that one can picture.
    change = sensitivity / 100
    largest = max(float(np.abs(change).max()), 1e-6)
    digits = 1 if largest >= 2 else 2 if largest >= 0.2 else 3
    figure = go.Figure(layout={"template": figure_template(scheme)})
    figure.add_bar(
        x=BIN_CENTERS,
        y=change,
        width=230,
        marker={"color": token[line.accent], "opacity": np.where(change >= 0, 0.95, 0.5)},
        text=[f"{value:+.{digits}f}".replace("-", "−") for value in change],
        textposition="outside",
        textfont={"size": 11, "color": token["muted"]},
        cliponaxis=False,
        customdata=np.column_stack([BIN_EDGES[:-1], BIN_EDGES[1:]]),
        hovertemplate="%{customdata[0]:.0f}–%{customdata[1]:.0f} Å<br>1 % more light here: %{y:+.3~f} Å<extra></extra>",
    )
    figure.update_layout(margin={"l": 44, "r": 10, "t": 18, "b": 24}, dragmode=False)
    figure.update_xaxes(range=[3380, 7020], fixedrange=True, showgrid=False, dtick=600, tick0=3400, ticklabelstandoff=4)
    figure.update_yaxes(
        range=[
            -1.25 * max(-float(change.min()), 0.15 * largest),
            1.25 * float(max(change.max(), 0.15 * largest)),
        ],
        fixedrange=True,
        showgrid=False,
        showticklabels=False,
        zeroline=True,
        zerolinecolor=token["edge"],
        zerolinewidth=1,
    )
    return figure
