"""The cards of one galaxy beside the panels: name, spectrum, and lines."""

import math
from collections.abc import Sequence

import dash_mantine_components as dmc
import numpy as np
from dash import html
from jaxtyping import Bool, Float

from components import ids
from components.widgets import fragments, widgets
from components.widgets.aria import aria
from model.bins import BIN_EDGES
from model.lines import LINE_COUNT, LINES
from model.predictions.predict import Prediction

CAPTION = (
    "Equivalent widths of the lines: observed, predicted, and the position of the observed value in the prediction"
)
FRAME = "galaxy-frame"
SMOOTHING = "galaxy-smoothing"
WAITING = "galaxy-waiting"


def column() -> html.Div:
    """Return the cards beside the panels, with an invitation until a galaxy is chosen."""
    return html.Div(
        [
            widgets.card(
                html.Div(className="card-head", id=ids.GALAXY_HEAD, **aria(live="polite")),
                fragments.place(
                    ids.SPECTRUM,
                    "Spectrum and starlight of the chosen galaxy, with enlarged views of its lines",
                    "spectrum",
                ),
                html.Div("Requesting the spectrum from the archive …", id=WAITING, className="waiting", hidden=True),
                _spectrum_controls(),
                html.Div(id=ids.GALAXY_NOTE, className="spectrum-note muted"),
                invitation(),
                label="Spectrum of the chosen galaxy",
            ),
            widgets.card(html.Div(id=ids.GALAXY_LINES), label="Lines of the chosen galaxy", class_name="lines-card"),
        ],
        id=ids.EXPLORER,
        className="galaxy is-empty",
    )


def _spectrum_controls() -> html.Div:
    """Return the controls of the spectrum's frame and smoothing."""
    frames = [{"value": "rest", "label": "Rest frame"}, {"value": "observed", "label": "As observed"}]
    smooth = [{"value": "0", "label": "Raw"}, {"value": "2", "label": "2 Å"}, {"value": "6", "label": "6 Å"}]
    return html.Div(
        [
            dmc.SegmentedControl(id=FRAME, value="rest", data=frames, size="xs", **aria(label="Frame")),
            html.Span("Smooth", className="muted"),
            dmc.SegmentedControl(id=SMOOTHING, value="0", data=smooth, size="xs", **aria(label="Smoothing")),
        ],
        className="spectrum-looks",
    )


def heading(
    target_id: str, redshift: float, log_luminosity: float, *, is_mock: bool, verdict: str | None
) -> list[html.Span | html.H2]:
    """Return the galaxy's name, real or mock, domain verdict, redshift and luminosity."""
    tones: dict[str, widgets.Tone] = {"inside": "good", "edge": "warn", "outside": "bad"}
    where = {"edge": "edge of"}.get(verdict or "", verdict)
    known = [widgets.badge(f"{where} the training domain", tones[verdict])] if verdict else []
    return [
        html.H2(target_id),
        widgets.badge("mock" if is_mock else "real", "warn" if is_mock else "neutral"),
        *known,
        html.Span(f"z {redshift:.3f} · log L {log_luminosity:.2f}", className="muted end"),
    ]


def lines_table(
    ew: Float[np.ndarray, " line"],
    ew_ivar: Float[np.ndarray, " line"],
    predicted: Prediction,
    p_detected: Float[np.ndarray, " line"],
    percentile: Float[np.ndarray, " line"],
    cut: Bool[np.ndarray, " line"],
    *,
    is_mock: bool,
) -> html.Div:
    """Return the table of the lines [Å].

    `percentile` is that of the observed EW in the predicted distribution, 0 to 1. `cut` is true for lines that fall
    where DESI's cameras overlap and therefore have no observed EW.
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
                _percent(float(p_detected[i])),
                _percentile(float(percentile[i])),
                widgets.interval(line, value, low, high, observed),
            ]
        )
    unit = html.Span(" Å", className="muted")
    listed = "Share of galaxies with this starlight in which DESI lists the line"
    among = (
        "Share of the galaxies with this starlight and a detected line whose EW is smaller; includes scatter and noise"
    )
    head = [
        "Line",
        [("mock truth" if is_mock else "observed"), unit],
        ["predicted, 68 %", unit],
        html.Span("detected", title=listed),
        html.Span("percentile", title=among),
        html.Span("position", title="Bar: 16–84 % of predictions; tick: predicted; point: observed"),
    ]
    return widgets.line_table(head, rows, CAPTION)


def _percent(share: float) -> str:
    if not math.isfinite(share):
        return widgets.NOTHING
    return f"{100 * share:.0f} %" if share < 0.995 else "> 99 %"


def _percentile(share: float) -> html.Strong | str:
    """Return a percentile, emphasised below 0.5 or above 99.5."""
    if not math.isfinite(share):
        return widgets.NOTHING
    text = "< 0.1" if share < 0.001 else "> 99.9" if share > 0.999 else f"{100 * share:.1f}" if _rare(share) else None
    return html.Strong(text, className="rare") if text else f"{100 * share:.0f}"


def _rare(share: float) -> bool:
    return share < 0.005 or share > 0.995


def invitation() -> html.Div:
    """Return the text of the card before a galaxy is chosen."""
    return html.Div(
        [
            html.H2("Click a galaxy in any panel"),
            html.P(
                f"Its spectrum, its {LINE_COUNT} emission lines and their predictions appear here, and a ring marks it "
                "in every panel. You can also type an ID into the search field above. The arrow keys then move to "
                "neighbouring galaxies, and Esc deselects the galaxy."
            ),
            html.H3("How to read the panels"),
            html.P(
                "Every point is a galaxy, and its position shows what its starlight looks like. The left column "
                "shows each line as catalogued, the middle column the prediction from the starlight alone, and the "
                "right column that prediction with measurement noise. Where the left and right columns look alike, "
                "starlight predicts the lines well."
            ),
        ],
        className="invitation",
    )


def spectrum_note(
    bin_flux: Float[np.ndarray, " bin"], reasons: Sequence[str], *, source: str, has_spectrum: bool, has_noise: bool
) -> list[html.Div | html.Details]:
    """Return the domain's reasons, the legend of the spectrum, its source, and the twelve bins as a table."""
    keys = [html.Span("starlight", className="key-starlight")]
    if has_spectrum:
        keys.insert(0, html.Span("all light", className="key-total"))
        keys.append(
            html.Span("median of 25 neighbours", className="key-neighbours", title="Galaxies with similar starlight")
        )
    keys.append(html.Span("masked", className="key-masked"))
    if has_noise:
        keys.append(html.Span("noise, ± 1 σ", className="key-noise"))
    bins = [
        html.Tr([html.Th(f"{BIN_EDGES[i]:.0f}–{BIN_EDGES[i + 1]:.0f} Å", scope="row"), html.Td(f"{flux:.4g}")])
        for i, flux in enumerate(bin_flux)
    ]
    table = html.Details(
        [
            html.Summary("Twelve bins as numbers"),
            html.Table(
                [html.Caption("Mean flux, 10⁻¹⁷ erg/s/cm²/Å, rest frame, lines masked"), html.Tbody(bins)],
                className="bins-table",
            ),
        ]
    )
    return [
        *(widgets.sentence(reason, "warn") for reason in reasons),
        html.Div(keys, className="keys"),
        html.Div(source),
        table,
    ]
