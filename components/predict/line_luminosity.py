"""The cards below the predictions: luminosities, magnitudes, neighbours, and the download of a spectrum."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import dash_mantine_components as dmc
import numpy as np
from dash import dcc, html
from jaxtyping import Float

from components.predict.form import footnote, head
from components.predict.predicted_lines import download_menu
from components.widgets import widgets
from components.widgets.aria import aria
from components.widgets.html import Element
from model.lines import LEADING_LINES, LINES

SPECTRUM: Final = "predict-spectrum-save"
PAINTED: Final[Mapping[str, str]] = {
    "bins": "The lines are added to a smooth curve through the twelve bins, which has no stellar absorption lines.",
    "spectrum": "The lines in your spectrum are masked as in training, and the predicted lines are added in their "
    "place.",
}


class Neighbour(NamedTuple):
    """A galaxy with similar starlight: its name, its distance (rms difference of a bin), its EWs [Å]."""

    name: str
    distance: float
    ew: Float[np.ndarray, " line"]


def light_cards(dispersions: tuple[float, float], resolutions: tuple[float, float]) -> html.Div:
    """Return the cards, which the server fills when a bin is released."""
    cards = [
        widgets.card(
            head("Fluxes and luminosities", "as catalogued; 68 % of such galaxies"),
            html.Div(id="predict-light"),
            footnote("In the fibre, not corrected for dust. [O II] is the sum of both lines."),
            label="Fluxes and luminosities",
        ),
        widgets.card(
            head("In magnitudes", "contribution of the lines"),
            html.Div(id="predict-bands"),
            footnote(
                "Bands that lie within 3400–7000 Å in the rest frame. LSST: throughputs 1.9; DESI: DECam, Abbott+18."
            ),
            label="In magnitudes",
        ),
        widgets.card(
            head("Nearest galaxies", html.Span(id="predict-neighbours-title")),
            html.Div(id="predict-neighbours"),
            footnote("EW [Å]: observed. Difference: root mean square of the differences of the twelve bins."),
            label="Nearest galaxies",
        ),
        widgets.card(
            head("Spectrum with its lines", ""),
            html.P(
                "The continuum with the predicted lines added, as your spectrograph would observe them.",
                className="muted",
            ),
            html.Div(
                [
                    _number("predict-dispersion", "Gas dispersion [km/s]", 120, dispersions, 10),
                    _number("predict-fwhm", "Instrument FWHM [Å]", 0, resolutions, 0.5),
                ],
                className="form-foot",
            ),
            html.Div(download_menu(SPECTRUM, "Download spectrum"), className="actions"),
            html.P(PAINTED["bins"], id="predict-painted", className="muted footnote"),
            label="Spectrum with its lines",
        ),
    ]
    return html.Div([html.Div(id="predict-surprise"), html.Div(cards, className="predict-light")])


def _number(name: str, label: str, value: float, limits: tuple[float, float], step: float) -> dmc.NumberInput:
    low, high = limits
    return dmc.NumberInput(id=name, label=label, value=value, min=low, max=high, step=step, size="xs", w=150)


def light_table(luminosity: Float[np.ndarray, "3 line"] | None, flux: Float[np.ndarray, "3 line"] | None) -> html.Div:
    """Return a table of fluxes and luminosities with intervals, or a sentence on what they need."""
    if luminosity is None:
        return widgets.sentence(
            "Enter a log luminosity to get line luminosities. Enter a redshift as well to get line fluxes."
        )
    rows = []
    for place, line in enumerate(LINES):
        cells: list[Any] = [_scaled(flux[:, place]) if flux is not None else widgets.NOTHING]
        rows.append([widgets.line_name(line), *cells, _logarithm(luminosity[:, place])])
    titles = ["Line", "10⁻¹⁷ erg/s/cm²", "log erg/s"]
    table = widgets.line_table(titles, rows, "Fluxes and luminosities of the predicted lines")
    if flux is not None:
        return table
    return html.Div([table, widgets.sentence("Enter a redshift above 0 to get fluxes.")])


def _scaled(values: Float[np.ndarray, " 3"]) -> Element:
    return widgets.with_interval(*map(float, values))


def _logarithm(values: Float[np.ndarray, " 3"]) -> html.Span:
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, low, high = (float(value) for value in np.log10(values))
    if not math.isfinite(middle):
        return html.Span(widgets.NOTHING)
    interval = f" {low:.2f}–{high:.2f}" if math.isfinite(low) and math.isfinite(high) else ""
    return html.Span([f"{middle:.2f}", html.Span(interval, className="muted")])


def bands_table(changes: Mapping[str, float] | None) -> html.Div:
    """Return a table of the lines' effect on each band [mag], or a sentence on what it needs."""
    if changes is None:
        return widgets.sentence("Enter a redshift above 0; it determines which bands the lines fall into.")
    covered = {name: change for name, change in changes.items() if math.isfinite(change)}
    if not covered:
        return widgets.sentence("At this redshift, no band lies completely within 3400–7000 Å in the rest frame.")
    deepest = max(abs(change) for change in covered.values()) or 1.0
    rows = [[name, _bar(change / deepest), f"{change:+.3f}".replace("-", "−")] for name, change in covered.items()]
    missing = [name for name in changes if name not in covered]
    table = widgets.line_table(["Band", "", "mag"], rows, "Contribution of the predicted lines in each band")
    return html.Div([table, footnote(f"Not covered: {', '.join(missing)}.") if missing else None])


def _bar(share: float) -> html.Span:
    return html.Span(html.Span(style={"width": f"{100 * abs(share):.0f}%"}), className="mag-bar", **aria(hidden="true"))


def neighbours_table(neighbours: Sequence[Neighbour], catalogue: str) -> html.Div:
    """Return a table of the nearest galaxies, with links to the explorer."""
    places = [LINES.index(line) for line in LEADING_LINES]
    rows = []
    for one in neighbours:
        address = f"/?{urlencode({'catalogue': catalogue, 'galaxy': one.name})}"
        cells = [widgets.number(float(one.ew[place])) for place in places]
        rows.append([dcc.Link(one.name, href=address), f"{100 * one.distance:.1f} %", *cells])
    titles = ["Galaxy", "Difference", *(line.symbol for line in LEADING_LINES)]
    return widgets.line_table(titles, rows, "The nearest galaxies of the catalogue")
