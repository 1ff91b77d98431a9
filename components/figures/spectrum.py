"""A galaxy's spectrum: all its light, the starlight over it, the twelve bins, and a close look at four lines.

The figure is plain data: Plotly's Python objects validate every attribute, which costs 100 ms for a figure that a click
redraws. The tests validate it instead.
"""

import base64
from typing import Any, Final, Protocol

import numpy as np
from jaxtyping import Float

from components.theme import TOKENS, Scheme, template_json
from model.bins import BIN_EDGES
from model.lines import LEADING_LINES, LINES, Line

PANE_HALF_WIDTH: Final = 45.0
"""Rest wavelengths [Å] shown on either side of a line."""

PANE_GAP: Final = 0.015
PANE_TOP: Final = 0.27
MAIN_BOTTOM: Final = 0.4
HIGHEST_LINE: Final = 3.2
"""The main panel ends at this multiple of the brightest starlight: lines may leave it, their panes hold them whole."""

COARSE: Final = 2
"""The templates are coarser than the pixels: every second pixel draws the same starlight."""

CONFIG: Final[Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}

Json = dict[str, Any]


class Spectrum(Protocol):
    """A spectrum on an even grid of rest-frame vacuum wavelengths [Å]; fluxes in 1e-17 erg/s/cm²/Å."""

    @property
    def wavelength_rest(self) -> Float[np.ndarray, " pixel"]:
        """Wavelengths [Å]."""
        ...

    @property
    def flux(self) -> Float[np.ndarray, " pixel"]:
        """All light."""
        ...

    @property
    def continuum(self) -> Float[np.ndarray, " pixel"] | None:
        """The light of stars alone, where it is known."""
        ...


def spectrum_figure(
    bin_flux: Float[np.ndarray, " bin"], spectrum: Spectrum | None, scheme: Scheme, kind: str = ""
) -> Json:
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
    starlight = spectrum.continuum if spectrum else None
    brightest = float(max(np.max(bin_flux), np.max(starlight) if starlight is not None else 0.0))
    highest = float(np.nanmax(spectrum.flux)) if spectrum else 0.0
    top = max(1.25 * brightest, min(1.08 * highest, HIGHEST_LINE * brightest))
    layout: Json = {
        "template": template_json(scheme),
        "margin": {"l": 30, "r": 6, "t": 22, "b": 4 if spectrum else 22},
        "hovermode": False,
        "dragmode": False,
        "xaxis": {
            "range": [float(BIN_EDGES[0]), float(BIN_EDGES[-1])],
            "showgrid": False,
            "fixedrange": True,
            "dtick": 500,
            "anchor": "y",
        },
        "yaxis": {
            "domain": [MAIN_BOTTOM if spectrum else 0.0, 1],
            "range": [0, top],
            "fixedrange": True,
            "nticks": 5,
        },
        "shapes": [_marker(line, token) for line in LINES],
        "annotations": [
            _note("flux, 10⁻¹⁷ erg/s/cm²/Å", 0.0, "left", token),
            _note(" · ".join(filter(None, ["rest frame, vacuum Å", kind])), 1.0, "right", token),
        ],
    }
    figure: Json = {"data": [_bins(bin_flux, token["starlight"], faint=spectrum is not None)], "layout": layout}
    if spectrum:
        start, step = _grid(spectrum)
        figure["data"].insert(0, _curve(spectrum.flux, start, step, token["text"], 1))
        if starlight is not None:
            figure["data"].append(_curve(starlight[::COARSE], start, COARSE * step, token["starlight"], 1.6))
        for index, line in enumerate(LEADING_LINES):
            _add_pane(figure, index, line, spectrum, token)
    return figure


def typed_array(values: Float[np.ndarray, " value"]) -> dict[str, str]:
    """Return numbers the way plotly.js takes them as bytes: float32 in base64, a third of their length in digits."""
    return {"dtype": "f4", "bdata": base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()}


def _grid(spectrum: Spectrum) -> tuple[float, float]:
    """Return the first wavelength and the pixel width [Å]."""
    first, last = float(spectrum.wavelength_rest[0]), float(spectrum.wavelength_rest[-1])
    return first, (last - first) / (len(spectrum.wavelength_rest) - 1)


def _curve(
    flux: Float[np.ndarray, " pixel"], start: float, step: float, color: str, width: float, axes: str = ""
) -> Json:
    # An even grid travels as start and step: half the bytes.
    return {
        "type": "scatter",
        "x0": start,
        "dx": step,
        "y": typed_array(flux),
        "xaxis": f"x{axes}",
        "yaxis": f"y{axes}",
        "mode": "lines",
        "line": {"color": color, "width": width},
        "hoverinfo": "skip",
    }


def _bins(bin_flux: Float[np.ndarray, " bin"], color: str, *, faint: bool) -> Json:
    """Return the bins as twelve level strokes."""
    edges = np.asarray(BIN_EDGES)
    gap = np.full(len(bin_flux), np.nan)
    return {
        "type": "scatter",
        "x": typed_array(np.column_stack([edges[:-1], edges[1:], gap]).ravel()),
        "y": typed_array(np.column_stack([bin_flux, bin_flux, gap]).ravel()),
        "mode": "lines",
        "line": {"color": color, "width": 6 if faint else 3},
        "opacity": 0.4 if faint else 1.0,
        "hoverinfo": "skip",
    }


def _marker(line: Line, token: dict[str, str]) -> Json:
    """Return a hairline of a line's own light where it lies."""
    return {
        "type": "line",
        "x0": line.wavelength,
        "x1": line.wavelength,
        "y0": 0,
        "y1": 1,
        "xref": "x",
        "yref": "y domain",
        "layer": "below",
        "line": {"color": token[line.accent], "width": 1},
        "opacity": 0.4,
    }


def _note(text: str, x: float, anchor: str, token: dict[str, str]) -> Json:
    return {
        "text": text,
        "x": x,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": anchor,
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 11, "color": token["muted"]},
    }


def _add_pane(figure: Json, index: int, line: Line, spectrum: Spectrum, token: dict[str, str]) -> None:
    """Add the close look at a line, below the main panel."""
    count = len(LEADING_LINES)
    width = (1 - PANE_GAP * (count - 1)) / count
    left = index * (width + PANE_GAP)
    axes = str(index + 2)
    low, high = line.wavelength - PANE_HALF_WIDTH, line.wavelength + PANE_HALF_WIDTH
    start, step = _grid(spectrum)
    first = max(0, int((low - start) / step))
    last = int((high - start) / step) + 2
    start += first * step
    total = spectrum.flux[first:last]
    curves = [total] if spectrum.continuum is None else [total, spectrum.continuum[first:last]]
    floor, ceiling = min(float(np.nanmin(curve)) for curve in curves), max(float(np.nanmax(curve)) for curve in curves)
    # At least a quarter of the starlight: a line that is not there must not be made of magnified noise.
    height = max(ceiling - floor, 0.25 * float(np.nanmean(curves[-1])))
    hidden = {"visible": False, "fixedrange": True}
    layout = figure["layout"]
    layout[f"xaxis{axes}"] = {**hidden, "domain": [left, left + width], "range": [low, high], "anchor": f"y{axes}"}
    layout[f"yaxis{axes}"] = {
        **hidden,
        "domain": [0, PANE_TOP],
        "range": [floor - 0.12 * height, floor + 1.42 * height],
        "anchor": f"x{axes}",
    }
    layout["shapes"].append(
        {
            "type": "rect",
            "x0": left,
            "x1": left + width,
            "y0": 0,
            "y1": PANE_TOP,
            "xref": "paper",
            "yref": "paper",
            "layer": "below",
            "fillcolor": token["raised"],
            "line": {"width": 0},
        }
    )
    label = _note(f"{line.symbol} λ{line.number}", left, "left", token)
    layout["annotations"].append(
        {**label, "y": PANE_TOP, "yanchor": "top", "yshift": -2, "xshift": 3}
        | {"font": {"size": 11, "color": token[line.accent]}}
    )
    figure["data"] += [
        _curve(curve, start, step, color, width, axes)
        for curve, color, width in zip(curves, (token["text"], token["starlight"]), (1.2, 1.6), strict=False)
    ]
