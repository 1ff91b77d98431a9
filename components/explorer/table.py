"""The content of the panels as a table."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from dash import html
from jaxtyping import Float

from components.widgets import widgets
from components.widgets.html import Element
from model.lines import LINES


class LineSummary(NamedTuple):
    """EWs [Å] of one line in the galaxies shown, NaN where not detected, and rho of observed and predicted."""

    line: str
    observed: Float[np.ndarray, " galaxy"]
    predicted: Float[np.ndarray, " galaxy"]
    noisy: Float[np.ndarray, " galaxy"]
    rho: float


def panel_table(summaries: Sequence[LineSummary], count: int, n: int) -> list[html.P | html.Div]:
    """Return a sentence and a table of medians, central 68 %, counts and rho."""
    by_name = {line.name: line for line in LINES}
    rows = []
    for each in summaries:
        cells = [_spread(values) for values in (each.observed, each.predicted, each.noisy)]
        listed = [f"{np.count_nonzero(np.isfinite(values)):,}" for values in (each.observed, each.noisy)]
        rho = f"{each.rho:.3f}" if np.isfinite(each.rho) else widgets.NOTHING
        rows.append([widgets.line_name(by_name[each.line]), *cells, *listed, rho])
    unit = html.Span(" Å", className="muted")
    head = ["Line", ["observed", unit], ["predicted", unit], ["+ noise", unit], "detected", "with noise", "ρ"]
    shown = f"{count:,} galaxies" if count == n else f"{count:,} of {n:,} galaxies"
    return [
        html.P(
            f"{shown}: median and central 68 % of the equivalent widths, and Spearman's ρ of predicted and observed."
        ),
        widgets.line_table(head, rows, "Equivalent widths of the galaxies shown"),
    ]


def _spread(values: Float[np.ndarray, " galaxy"]) -> Element | str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return widgets.NOTHING
    low, middle, high = (float(edge) for edge in np.percentile(finite, [16, 50, 84]))
    return widgets.with_interval(middle, low, high)
