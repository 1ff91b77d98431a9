"""What the explorer says of one galaxy: its name, its ten lines, and how to begin when none is chosen."""

import math

import numpy as np
from dash import dcc, html
from jaxtyping import Bool, Float

from components import ids, widgets
from components.aria import aria
from components.figures.spectrum import CONFIG
from model.lines import LINES
from model.network import Prediction

CAPTION = "Equivalent widths of ten lines: observed, predicted, predicted with noise"


def column() -> html.Div:
    """Return the cards beside the panels, inviting a click until a galaxy is chosen."""
    return html.Div(
        [
            widgets.card(
                html.Div(className="card-head", id=ids.GALAXY_HEAD, **aria(live="polite")),
                html.Div(dcc.Graph(id=ids.SPECTRUM, config=CONFIG), className="spectrum"),
                html.Div(id=ids.GALAXY_NOTE, className="spectrum-note muted"),
                invitation(),
                label="Spectrum of the chosen galaxy",
            ),
            widgets.card(html.Div(id=ids.GALAXY_LINES), label="Lines of the chosen galaxy", class_name="lines-card"),
        ],
        id=ids.EXPLORER,
        className="galaxy is-empty",
    )


def heading(target_id: str, redshift: float, log_luminosity: float, *, is_mock: bool) -> list[html.Span | html.H2]:
    """Return the galaxy's name, whether it is real, and where it stands."""
    return [
        html.H2(target_id),
        widgets.badge("mock" if is_mock else "real", "warn" if is_mock else "neutral"),
        html.Span(f"z {redshift:.3f} · log L {log_luminosity:.2f}", className="muted end"),
    ]


def lines_table(
    ew: Float[np.ndarray, " line"],
    ew_ivar: Float[np.ndarray, " line"],
    predicted: Prediction,
    noisy: Float[np.ndarray, " line"],
    cut: Bool[np.ndarray, " line"],
    *,
    is_mock: bool,
) -> html.Div:
    """Return the table of ten lines [Å].

    `noisy` holds the predictions with this realisation's noise; `cut` says which lines fall where DESI's cameras
    overlap, and have no observed value for that reason.
    """
    error = np.where(ew_ivar > 0, 1 / np.sqrt(np.where(ew_ivar > 0, ew_ivar, 1.0)), math.nan)
    rows = []
    for i, line in enumerate(LINES):
        value, low, high = (float(column[i]) for column in predicted)
        observed = float(ew[i])
        rows.append(
            [
                widgets.line_name(line),
                widgets.with_error(observed, float(error[i]), "camera gap" if cut[i] else "not detected"),
                widgets.with_interval(value, low, high),
                _noisy(float(noisy[i])),
                widgets.interval(line, value, low, high, observed),
            ]
        )
    unit = html.Span(" Å", className="muted")
    head = [
        "Line",
        [("mock truth" if is_mock else "observed"), unit],
        ["predicted, 68 %", unit],
        ["+ noise", unit],
        html.Span("where it lies", title="Bar: 16–84 % of predictions; tick: predicted; point: observed"),
    ]
    return widgets.line_table(head, rows, CAPTION)


def _noisy(value: float) -> html.Span:
    if math.isfinite(value) and value <= 0:
        return html.Span("not det.", className="muted", title="Noise took it to zero or below: not detected")
    return html.Span(widgets.number(value))


def invitation() -> html.Div:
    """Return what stands in the card before a galaxy is chosen."""
    return html.Div(
        [
            html.H2("Click a galaxy in any panel"),
            html.P(
                "Its spectrum, its ten emission lines and their predictions appear here, and it is ringed in all "
                "twelve panels. Or type its ID into the search field above."
            ),
            html.H3("How to read the panels"),
            html.P(
                "Every point is a galaxy; its place says what its starlight looks like. Left: the light of a line "
                "as catalogued. Middle: what the network expects from the starlight alone. Right: the same with "
                "measurement noise. Where left and right look alike, starlight tells the lines."
            ),
        ],
        className="invitation",
    )


def spectrum_note(*, is_mock: bool) -> list[html.Span | str]:
    """Return the legend of the spectrum, and what it is not."""
    starlight = html.Span("starlight", className="key-starlight")
    if is_mock:
        return [
            html.Span("all light", className="key-total"), " · ", starlight, " over its twelve bins. Synthesised from ",
            "this mock galaxy's bins and line widths; its noise is drawn.",
        ]  # fmt: skip
    return [
        starlight,
        " in the twelve bins that the network sees. This catalogue holds no spectra, so none is shown.",
    ]
