"""The card of a galaxy's outlier score: all measured lines together, and each line by itself."""

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from jaxtyping import Bool, Float

from components.explorer import outlier_ranking
from components.predict.form import head
from components.widgets import widgets
from model.lines import LINES

if TYPE_CHECKING:
    from analysis.outliers.outlier_score import Verdict

RARE: Final = 1e-3
"""Galaxies with a lower probability are outliers, as in the explorer's list."""
UNUSUAL: Final = 0.05


def card(
    measured: Float[np.ndarray, " line"] | None,
    ew: Float[np.ndarray, " line"],
    percentile: Float[np.ndarray, " line"] | None,
    covered: Bool[np.ndarray, " line"] | None,
    verdict: "Verdict | None",
) -> Any:
    """Return the card of the outlier score; None if no line was measured."""
    if measured is None or percentile is None or covered is None or not covered.any():
        return None
    rows = [
        [
            widgets.line_name(line),
            widgets.with_error(float(seen), math.nan),
            widgets.number(float(expected)),
            _place(float(place)),
        ]
        for line, seen, expected, place, known in zip(LINES, measured, ew, percentile, covered, strict=True)
        if known
    ]
    titles = ["Line", "measured Å", "predicted Å", "galaxies below"]
    return widgets.card(
        head("Did starlight predict this?", "lines measured in your file, compared with the prediction as catalogued"),
        verdict_sentence(verdict),
        widgets.line_table(titles, rows, "Measured and predicted lines"),
        label="Did starlight predict this?",
    )


def verdict_sentence(verdict: "Verdict | None") -> Any:
    """Return a sentence on the probability of all lines together, and on the line that departs most."""
    if verdict is None or not math.isfinite(float(verdict.probability[0])):
        return widgets.sentence(
            "The lines cannot be tested together, because these weights include no joint distribution of them."
        )
    probability, sigma = float(verdict.probability[0]), float(verdict.sigma[0])
    line = LINES[int(verdict.line[0])]
    departs = (
        f"{line.label} departs most: {sigma:+.1f} σ given starlight and the other lines "
        f"(expected {widgets.number(float(verdict.expected[0, int(verdict.line[0])]))} Å)."
    ).replace("-", "−")
    odds = outlier_ranking.odds(probability)
    many = odds.endswith("%")
    share = f"{odds} of the draws for such starlight are" if many else f"{odds} draws for such starlight is"
    share += " as unlikely"
    if probability < RARE:
        return widgets.sentence(f"Starlight did not predict these lines: {share}. {departs}", "bad")
    if probability < UNUSUAL:
        return widgets.sentence(f"Unusual lines for such starlight: {share}. {departs}", "warn")
    return widgets.sentence(f"Starlight predicted these lines: {share}.", "good")


def _place(share: float) -> str:
    percent = 100 * share
    if not math.isfinite(percent):
        return widgets.NOTHING
    return f"{percent:.1f} %" if 0.05 <= percent <= 99.95 else ("< 0.1 %" if percent < 1 else "> 99.9 %")
