"""The figure of a galaxy's spectrum: flux, starlight, the twelve bins, and zoomed panes of the lines.

It is plain data: Plotly's Python objects validate every attribute, which would take 100 ms per click. The tests
validate it instead.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from components.figures import curves
from components.figures.schema import Figure, Layout, template
from components.theme import TOKENS, Scheme
from model.bins import BIN_EDGES
from model.lines import LINES

if TYPE_CHECKING:
    from data.spectrum import Spectrum

PANES: Final[tuple[tuple[str, tuple[float, float], str], ...]] = (
    ("[O II]", (3690.0, 3770.0), "violet"),
    ("Hβ  [O III]", (4835.0, 5035.0), "green"),
    ("[N II]  Hα  [S II]", (6525.0, 6755.0), "red"),
)
"""Zoomed panes: title, rest wavelengths [Å], colour of the title."""

PANE_MARGIN: Final = 18.0
"""What `pane_grid` has beyond each pane [Å]: three standard deviations of the widest smoothing, 6 Å."""

PANE_GAP: Final = 0.015
PANE_TOP: Final = 0.27
MAIN_BOTTOM: Final = 0.4
HIGHEST_LINE: Final = 3.2
"""Upper limit of the main panel in units of the brightest bin; the panes show higher lines completely."""

COARSE: Final = 4
"""Every fourth pixel of the starlight is drawn in the main panel: stellar templates are coarser than pixels."""

NOISE_COARSE: Final = 16
"""Every sixteenth pixel of the noise is drawn, because it varies slowly."""


class Look(NamedTuple):
    """How a spectrum is drawn.

    Attributes
    ----------
    stretch : float
        1 for rest wavelengths, 1 + redshift for observed ones.
    smoothing : float
        Standard deviation of the smoothing [Å]; 0 for none.
    kind : str
        Origin of the spectrum, such as "simulated".
    """

    stretch: float = 1.0
    smoothing: float = 0.0
    kind: str = ""


def pane_grid() -> Float[np.ndarray, " pixel"]:
    """Return the rest wavelengths of the zoomed panes and of their margins, one pixel per Å [Å]."""
    return np.concatenate([np.arange(low - PANE_MARGIN, high + PANE_MARGIN, 1.0) for _, (low, high), _ in PANES])


def spectrum_figure(
    bin_flux: Float[np.ndarray, " bin"],
    light: "Spectrum | None",
    scheme: Scheme,
    look: Look,
    neighbours_flux: Float[np.ndarray, " pixel"] | None = None,
) -> Figure:
    """Return the figure of one galaxy; without a spectrum it shows only the twelve bins.

    Parameters
    ----------
    bin_flux : (12,) array
        Mean continuum in the twelve bins [1e-17 erg/s/cm²/Å].
    light : Spectrum or None
        Its spectrum, if there is one.
    scheme : {"dark", "light"}
        Colour scheme.
    look : Look
        Frame, smoothing and origin of the spectrum.
    neighbours_flux : array, optional
        Its starlight with its neighbours' median lines, on `pane_grid`; drawn in the panes, smoothed as its flux.
    """
    token = TOKENS[scheme]
    stretch = look.stretch
    brightest = float(np.max(bin_flux))
    highest = float(np.nanmax(light.flux)) if light else 0.0
    top = max(1.25 * brightest, min(1.08 * highest, HIGHEST_LINE * brightest))
    frame = "rest frame" if stretch == 1 else "as observed"
    layout: Layout = {
        "template": template(scheme),
        "margin": {"l": 30, "r": 6, "t": 22, "b": 4 if light else 22},
        "xaxis": {
            "range": [stretch * float(BIN_EDGES[0]), stretch * float(BIN_EDGES[-1])],
            "showgrid": False,
            "dtick": 500,
            "anchor": "y",
        },
        "yaxis": {"domain": [MAIN_BOTTOM if light else 0.0, 1], "range": [0, top], "nticks": 5},
        "shapes": [
            *(curves.band(low * stretch, high * stretch, token["edge"]) for low, high in masked_windows()),
            *(curves.marker(line.wavelength * stretch, token[line.accent]) for line in LINES),
        ],
        "annotations": [
            curves.note("10⁻¹⁷ erg/s/cm²/Å", 0.0, "left", token),
            curves.note(" · ".join(filter(None, [f"{frame}, vacuum Å", look.kind])), 1.0, "right", token),
        ],
    }
    edges = stretch * np.asarray(BIN_EDGES)
    figure: Figure = {"data": [], "layout": layout}
    if light:
        _add_light(figure, light, look, token, neighbours_flux)
    figure["data"].append(curves.steps(edges, bin_flux, token["starlight"], faint=light is not None))
    if light and light.continuum is not None:
        x = stretch * light.wavelength_rest[::COARSE]
        figure["data"].append(curves.curve(x, light.continuum[::COARSE], token["starlight"], 1.6))
    return figure


def masked_windows() -> list[tuple[float, float]]:
    """Return the ranges of rest wavelengths that are masked in the bins [Å]; overlapping ranges are merged."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(line.window for line in LINES):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def _add_light(
    figure: Figure,
    light: "Spectrum",
    look: Look,
    token: dict[str, str],
    neighbours_flux: Float[np.ndarray, " pixel"] | None,
) -> None:
    """Add the noise, the flux, and the zoomed panes."""
    x = look.stretch * light.wavelength_rest
    pixel = float(np.median(np.diff(light.wavelength_rest)))
    smooth = curves.smoothed(light.flux, look.smoothing / pixel) if look.smoothing else None
    middle = light.continuum if light.continuum is not None else curves.smoothed(light.flux, 20 / pixel)
    if light.ivar is not None:
        figure["data"].append(curves.noise_band(x, middle, light.ivar, NOISE_COARSE, token["muted"]))
    faint = 0.3 if smooth is not None else 1.0
    figure["data"].append(curves.curve(*curves.in_pairs(x, light.flux), token["text"], 1, opacity=faint))
    if smooth is not None:
        step = max(1, int(look.smoothing / pixel / 2))
        figure["data"].append(curves.curve(x[::step], smooth[::step], token["text"], 1.2))
    shown, grid = light.flux if smooth is None else smooth, pane_grid()
    total = sum(high - low for _, (low, high), _ in PANES)
    left = 0.0
    for index, (title, (low, high), accent) in enumerate(PANES):
        width = (high - low) / total * (1 - PANE_GAP * (len(PANES) - 1))
        inside = (light.wavelength_rest >= low) & (light.wavelength_rest <= high)
        pane = curves.Pane(index + 2, (left, left + width), (look.stretch * low, look.stretch * high))
        curves.add_pane(figure, pane, (0.0, PANE_TOP), x[inside], shown[inside], middle[inside], token)
        if neighbours_flux is not None:
            near = (grid >= low - PANE_MARGIN) & (grid < high + PANE_MARGIN)
            flux = neighbours_flux[near]
            if look.smoothing:  # as the galaxy's flux, or the neighbours' lines would seem the stronger ones
                flux = curves.smoothed(flux, look.smoothing)
            kept = (grid[near] >= low) & (grid[near] < high)
            drawn = curves.curve(
                look.stretch * grid[near][kept], flux[kept], token["cyan"], 1.4, axes=pane.axes, dash="dot"
            )
            figure["data"].append(drawn)
        label = curves.note(title, left, "left", token)
        figure["layout"].setdefault("annotations", []).append(
            {
                **label,
                "y": PANE_TOP,
                "yanchor": "top",
                "yshift": -2,
                "xshift": 3,
                "font": {"size": 11, "color": token[accent]},
            }
        )
        left += width + PANE_GAP
