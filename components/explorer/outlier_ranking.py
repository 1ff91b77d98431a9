"""Lines that starlight did not predict: the galaxies with the least probable lines, and the button that ranks them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dash import dcc, html

from components.widgets import widgets
from components.widgets.aria import aria
from model.lines import LINE_COUNT, Line

START, TICK, BODY, CARD = (f"unpredicted-{name}" for name in ("start", "tick", "body", "card"))
TITLE = "Lines that starlight did not predict"


class Surprise(NamedTuple):
    """One galaxy: row, name, line that departs most, its EWs [Å], departure in sigma, and probability of all lines."""

    row: int
    target_id: str
    line: Line
    observed: float
    expected: float
    sigma: float
    probability: float


def card() -> html.Section:
    """Return the card; a callback fills it with a description, the progress or the list."""
    return widgets.card(
        html.Div(
            [html.H2(TITLE), html.Span("galaxies with improbable lines for their starlight", className="muted")],
            className="card-head",
        ),
        html.Div(id=BODY, **aria(live="polite")),
        html.Button("Rank them", id=START, type="button", className="chip chip-tour", n_clicks=0, hidden=True),
        dcc.Interval(id=TICK, interval=1500, disabled=True),
        label=TITLE,
        class_name="unpredicted",
    )


def offer(n: int) -> html.P:
    """Return the description that is shown before a catalogue is ranked."""
    return html.P(
        f"All {n:,} galaxies can be ranked by the joint probability of their {LINE_COUNT} lines under the network's "
        "distribution, which includes noise. The ranking takes minutes and is made once for this catalogue. The page "
        "stays usable meanwhile.",
        className="muted",
    )


def running(share: float) -> html.Div:
    """Return the progress bar of a ranking."""
    percent = f"{100 * share:.0f}"
    return html.Div(
        [
            html.Div(
                html.Div(style={"width": f"{percent}%"}),
                className="progress",
                role="progressbar",
                **aria(valuenow=percent, valuemin="0", valuemax="100", label="Ranking galaxies"),
            ),
            html.P(
                f"Drawing the lines of each galaxy 96 times: {percent} % of the galaxies are done.", className="muted"
            ),
        ]
    )


def ranked(surprises: Sequence[Surprise], among: str, rare: int, n: int) -> list[Any]:
    """Return the list, and the number of galaxies with a probability below 1/1000 among all `n`."""
    head = [
        "Galaxy",
        "line that departs most",
        "observed Å",
        html.Span(
            "expected Å", title="Median of the draws for such starlight, with scatter, noise and detection limits"
        ),
        html.Span(
            "given the other lines",
            title="Departure from the prediction, given the starlight and the galaxy's other lines",
        ),
        html.Span(f"all {LINE_COUNT} together", title="Share of the draws whose lines are jointly as unlikely"),
    ]
    rows = [
        [
            widgets.galaxy_link(one.row, one.target_id),
            widgets.line_name(one.line),
            widgets.with_error(one.observed, float("nan")),
            widgets.number(one.expected),
            f"{one.sigma:+.1f} σ".replace("-", "−"),
            odds(one.probability),
        ]
        for one in surprises
    ]
    summary = (
        f"In {among}, {rare:,} of {n:,} galaxies have lines that are as improbable as one draw in 1,000 or more so; by "
        f"chance there would be {n / 1000:.0f}. Choose a galaxy to compare its spectrum with the median spectrum of "
        "its neighbours, which have similar starlight."
    )
    return [html.P(summary, className="muted"), widgets.line_table(head, rows, TITLE)]


def odds(probability: float) -> str:
    """Return a probability as "1 in N", or as a percentage above about one half."""
    if not probability > 0:
        return widgets.NOTHING
    one_in = 1 / probability
    return f"1 in {one_in:,.0f}" if one_in >= 1.95 else f"{100 * probability:.0f} %"
