"""A galaxy's spectrum: all its light, the starlight over it, the twelve bins, and a close look at four lines."""

from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float
from plotly import graph_objects as go

from components.theme import TOKENS, Scheme, figure_template
from model.bins import BIN_EDGES
from model.lines import LEADING_LINES, LINES, Line

PANE_HALF_WIDTH: Final = 45.0
"""Rest wavelengths [Å] shown on either side of a line."""

PANE_GAP: Final = 0.015
PANE_TOP: Final = 0.27
MAIN_BOTTOM: Final = 0.4
HIGHEST_LINE: Final = 3.2
"""The main panel ends at this multiple of the brightest starlight: lines may leave it, their panes hold them whole."""

CONFIG: Final[dict[str, Any]] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}


class Spectrum(NamedTuple):
    """A spectrum on an even grid.

    Attributes
    ----------
    start, step : float
        First rest wavelength and pixel width [Å, vacuum].
    total, starlight : (pixel,) array
        Flux density [1e-17 erg/s/cm²/Å].
    """

    start: float
    step: float
    total: Float[np.ndarray, " pixel"]
    starlight: Float[np.ndarray, " pixel"]


def spectrum_figure(
    bin_flux: Float[np.ndarray, " bin"], spectrum: Spectrum | None, scheme: Scheme, kind: str = ""
) -> go.Figure:
    """Return the figure of one galaxy; without a spectrum it shows the twelve bins alone.

    Parameters
    ----------
    bin_flux : (12,) array
        What the network sees [1e-17 erg/s/cm²/Å].
    spectrum : Spectrum or None
        Its light, where there is any to show.
    scheme : {"dark", "light"}
        Colours.
    kind : str
        What the spectrum is, as "simulated", said in the figure.
    """
    token = TOKENS[scheme]
    bottom = MAIN_BOTTOM if spectrum else 0.0
    brightest = float(max(np.max(bin_flux), np.max(spectrum.starlight) if spectrum else 0.0))
    highest = float(np.max(spectrum.total)) if spectrum else 0.0
    top = max(1.25 * brightest, min(1.08 * highest, HIGHEST_LINE * brightest))
    figure = go.Figure(
        layout={
            "template": figure_template(scheme),
            "margin": {"l": 34, "r": 6, "t": 22, "b": 6 if spectrum else 24},
            "hovermode": False,
            "dragmode": False,
            "uirevision": "spectrum",
            "xaxis": {"range": [BIN_EDGES[0], BIN_EDGES[-1]], "showgrid": False, "fixedrange": True, "dtick": 500},
            "yaxis": {
                "domain": [bottom, 1],
                "range": [0, top],
                "fixedrange": True,
                "nticks": 5,
                "rangemode": "tozero",
            },
        }
    )
    _mark_lines(figure, token)
    if spectrum:
        figure.add_trace(_curve(spectrum.total, spectrum.start, spectrum.step, token["text"], 1))
        figure.add_trace(_curve(spectrum.starlight[::8], spectrum.start, 8 * spectrum.step, token["starlight"], 1.6))
    figure.add_trace(_bins(bin_flux, token["starlight"], faint=spectrum is not None))
    notes = [
        ("flux, 10⁻¹⁷ erg/s/cm²/Å", 0.0, "left"),
        (" · ".join(filter(None, ["rest frame, vacuum Å", kind])), 1.0, "right"),
    ]
    for text, x, anchor in notes:
        figure.add_annotation(
            text=text, x=x, y=1, xref="paper", yref="paper", xanchor=anchor, yanchor="bottom", yshift=4,
            showarrow=False, font={"size": 11, "color": token["muted"]},
        )  # fmt: skip
    if spectrum:
        for index, line in enumerate(LEADING_LINES):
            _add_pane(figure, index, line, spectrum, token)
    return figure


def _curve(
    flux: Float[np.ndarray, " pixel"], start: float, step: float, color: str, width: float, axes: str = ""
) -> go.Scatter:
    # An even grid travels as start and step: half the bytes.
    return go.Scatter(
        x0=start,
        dx=step,
        y=np.asarray(flux, np.float32),
        xaxis=f"x{axes}",
        yaxis=f"y{axes}",
        mode="lines",
        line={"color": color, "width": width},
        hoverinfo="skip",
    )


def _bins(bin_flux: Float[np.ndarray, " bin"], color: str, *, faint: bool) -> go.Scatter:
    """Return the bins as twelve level strokes."""
    edges = np.asarray(BIN_EDGES)
    x = np.column_stack([edges[:-1], edges[1:], np.full(len(edges) - 1, np.nan)]).ravel()
    y = np.column_stack([bin_flux, bin_flux, np.full(len(bin_flux), np.nan)]).ravel()
    return go.Scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="lines",
        line={"color": color, "width": 6 if faint else 3},
        opacity=0.32 if faint else 1.0,
        hoverinfo="skip",
    )


def _mark_lines(figure: go.Figure, token: dict[str, str]) -> None:
    """Draw a hairline of its light at each line."""
    for line in LINES:
        figure.add_shape(
            type="line", x0=line.wavelength, x1=line.wavelength, y0=0, y1=1, xref="x", yref="y domain",
            layer="below", line={"color": token[line.accent], "width": 1}, opacity=0.4,
        )  # fmt: skip


def _add_pane(figure: go.Figure, index: int, line: Line, spectrum: Spectrum, token: dict[str, str]) -> None:
    """Add the close look at a line, below the main panel."""
    count = len(LEADING_LINES)
    width = (1 - PANE_GAP * (count - 1)) / count
    left = index * (width + PANE_GAP)
    axes = str(index + 2)
    low, high = line.wavelength - PANE_HALF_WIDTH, line.wavelength + PANE_HALF_WIDTH
    first = max(0, int(np.floor((low - spectrum.start) / spectrum.step)))
    last = int(np.ceil((high - spectrum.start) / spectrum.step)) + 1
    start = spectrum.start + first * spectrum.step
    total, starlight = spectrum.total[first:last], spectrum.starlight[first:last]
    floor, ceiling = float(min(total.min(), starlight.min())), float(max(total.max(), starlight.max()))
    # At least a quarter of the starlight: a line that is not there must not be made of magnified noise.
    height = max(ceiling - floor, 0.25 * float(starlight.mean()))
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        {
            f"xaxis{axes}": {**hidden, "domain": [left, left + width], "range": [low, high], "anchor": f"y{axes}"},
            f"yaxis{axes}": {
                **hidden,
                "domain": [0, PANE_TOP],
                "range": [floor - 0.12 * height, floor + 1.42 * height],
                "anchor": f"x{axes}",
            },
        }
    )
    figure.add_shape(
        type="rect", x0=left, x1=left + width, y0=0, y1=PANE_TOP, xref="paper", yref="paper", layer="below",
        fillcolor=token["raised"], line={"width": 0},
    )  # fmt: skip
    figure.add_trace(_curve(total, start, spectrum.step, token["text"], 1.2, axes))
    figure.add_trace(_curve(starlight, start, spectrum.step, token["starlight"], 1.6, axes))
    figure.add_annotation(
        text=f"{line.symbol} λ{line.number}", x=left, y=PANE_TOP, xref="paper", yref="paper", xanchor="left",
        yanchor="top", xshift=4, yshift=-2, showarrow=False, font={"size": 11, "color": token[line.accent]},
    )  # fmt: skip
