"""Twelve bins of starlight, and the lines that it predicts painted on it in the colours of their light."""

from typing import Final

import numpy as np
from jaxtyping import Float
from plotly import graph_objects as go

from components.theme import TOKENS, Scheme, figure_template
from model.bins import BIN_CENTERS, BIN_EDGES
from model.lines import LINES

DRAWN_DISPERSION: Final = 500.0
"""Velocity width of the drawn lines [km/s]: four times a galaxy's, so that a screen's pixel cannot hide one."""

_HEADROOM: Final = 2.4
"""Largest height of the picture over the brightest bin; a taller line is cut, and says so."""
_SHARE_OF_PEAK: Final = 2e-3
"""Part of a line's own peak below which it is not drawn."""


def continuum_figure(
    bin_flux: Float[np.ndarray, " bin"],
    wavelength_rest: Float[np.ndarray, " pixel"],
    smooth: Float[np.ndarray, " pixel"],
    line_flux: Float[np.ndarray, "line pixel"],
    scheme: Scheme,
) -> go.Figure:
    """Draw the bins as steps and each line on the smooth continuum.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean flux per bin [any unit].
    wavelength_rest : (pixel,) array
        Rest-frame vacuum wavelengths [Å].
    smooth : (pixel,) array
        Continuum through the bins, in the unit of `bin_flux`.
    line_flux : (10, pixel) array
        Each line's light alone, in the same unit.
    scheme : {"dark", "light"}
        Colour scheme.

    Returns
    -------
    go.Figure
        The picture.
    """
    token = TOKENS[scheme]
    figure = go.Figure(layout={"template": figure_template(scheme)})
    brightest = float(bin_flux.max())
    total = smooth + line_flux.sum(axis=0)
    top = min(1.06 * max(float(total.max()), brightest * 1.1), _HEADROOM * brightest)
    edges = np.repeat(BIN_EDGES, 2)[1:-1]
    figure.add_scatter(
        x=edges,
        y=np.repeat(bin_flux, 2),
        mode="lines",
        line={"color": "rgba(0,0,0,0)", "width": 0},
        fill="tozeroy",
        fillcolor=_faint(token["starlight"], 0.1),
        hoverinfo="skip",
    )
    for line, light in zip(LINES, line_flux, strict=True):
        seen = light > _SHARE_OF_PEAK * max(float(light.max()), 1e-30)
        if not seen.any():
            continue
        x, low = wavelength_rest[seen], smooth[seen]
        figure.add_scatter(
            x=np.concatenate([x, x[::-1]]),
            y=np.concatenate([np.minimum(low + light[seen], 1.2 * top), low[::-1]]),
            mode="lines",
            line={"color": token[line.accent], "width": 1},
            fill="toself",
            fillcolor=_faint(token[line.accent], 0.75),
            hoverinfo="skip",
        )
        if float((smooth + light).max()) > top:
            figure.add_annotation(
                x=line.wavelength,
                y=1,
                yref="paper",
                text=f"{line.symbol} ↑",
                showarrow=False,
                xanchor="right",
                yanchor="top",
                xshift=-5,
                font={"color": token[line.accent], "size": 11},
            )
    # A gap after each bin: the steps are twelve numbers, not one curve.
    figure.add_scatter(
        x=np.column_stack([BIN_EDGES[:-1], BIN_EDGES[1:], np.full(12, np.nan)]).ravel(),
        y=np.column_stack([bin_flux, bin_flux, np.full(12, np.nan)]).ravel(),
        mode="lines",
        line={"color": token["starlight"], "width": 2.5},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=BIN_CENTERS,
        y=bin_flux,
        mode="markers",
        marker={
            "color": token["card"],
            "size": 8,
            "line": {"color": token["starlight"], "width": 1.75},
        },
        customdata=np.column_stack([BIN_EDGES[:-1], BIN_EDGES[1:]]),
        hovertemplate="%{customdata[0]:.0f}–%{customdata[1]:.0f} Å<br>%{y:.4~g}<extra></extra>",
    )
    figure.update_layout(
        margin={"l": 44, "r": 10, "t": 26, "b": 30},
        uirevision="continuum",
        hovermode="closest",
        dragmode=False,
    )
    figure.update_xaxes(range=[3380, 7020], fixedrange=True, showgrid=False, dtick=600, tick0=3400, ticklabelstandoff=4)
    figure.update_yaxes(range=[0, top], fixedrange=True, nticks=6, tickformat="~g", ticklabelstandoff=6)
    for text, x, anchor in (("mean flux per bin, any unit", 0, "left"), ("rest frame, vacuum Å", 1, "right")):
        figure.add_annotation(
            text=text,
            x=x,
            y=1,
            xref="paper",
            yref="paper",
            xanchor=anchor,
            yanchor="bottom",
            yshift=6,
            showarrow=False,
            font={"size": 11, "color": token["muted"]},
        )
    return figure


def _faint(color: str, opacity: float) -> str:
    """Return ``#rrggbb`` as a colour that lets the page through."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
