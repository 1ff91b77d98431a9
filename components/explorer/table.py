"""The content of the panels as a table."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from dash import html
from jaxtyping import Float

from components.widgets import widgets
from components.widgets.html import Element
from model.lines import LINES


class LineSummary(NamedTuple):
    """EWs [Å] of one line in the galaxies shown, NaN where not detected, and rho of observed and predicted.

    `held_out` is rho on held-out real galaxies; NaN if it was not measured.
    """

    line: str
    observed: Float[np.ndarray, " galaxy"]
    predicted: Float[np.ndarray, " galaxy"]
    noisy: Float[np.ndarray, " galaxy"]
    rho: float
    held_out: float = math.nan


def panel_table(summaries: Sequence[LineSummary], count: int, n: int, *, is_mock: bool) -> list[html.P | html.Div]:
    """Return a sentence and a table of medians, central 68 %, counts and rho, which is told apart on mock galaxies."""
    has_scores = is_mock and any(math.isfinite(each.held_out) for each in summaries)
    by_name = {line.name: line for line in LINES}
    rows = []
    for each in summaries:
        cells = [_spread(values) for values in (each.observed, each.predicted, each.noisy)]
        listed = [f"{np.count_nonzero(np.isfinite(values)):,}" for values in (each.observed, each.noisy)]
        rho = [_three(each.rho), *([_three(each.held_out)] if has_scores else [])]
        rows.append([widgets.line_name(by_name[each.line]), *cells, *listed, *rho])
    unit = html.Span(" Å", className="muted")
    head = ["Line", ["observed", unit], ["predicted", unit], ["+ noise", unit], "detected", "with noise"]
    head += ["ρ on mock galaxies" if is_mock else "ρ", *(["ρ on held-out real galaxies"] if has_scores else [])]
    galaxies = "mock galaxies" if is_mock else "galaxies"
    shown = f"{count:,} {galaxies}" if count == n else f"{count:,} of {n:,} {galaxies}"
    return [
        html.P(
            f"{shown}: median and central 68 % of the equivalent widths, and Spearman's ρ of predicted and observed."
            + (" Real galaxies that were held out of the training tell how well the network predicts." * has_scores)
        ),
        widgets.line_table(head, rows, "Equivalent widths of the galaxies shown"),
    ]


def _three(rho: float) -> str:
    return f"{rho:.3f}" if math.isfinite(rho) else widgets.NOTHING


def _spread(values: Float[np.ndarray, " galaxy"]) -> Element | str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return widgets.NOTHING
    low, middle, high = (float(edge) for edge in np.percentile(finite, [16, 50, 84]))
    return widgets.with_interval(middle, low, high)
