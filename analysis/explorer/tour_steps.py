"""The steps of the explorer's tour, with numbers computed from the catalogue."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from analysis.explorer.selections import named_rows
from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX, PREDICTION_SUFFIXES
from model.physics.diagnostics import STARBURST
from model.statistics.point_scores import spearman

STRONGEST = 0.1
"""Share of the galaxies that count as having the strongest Hα in the last step."""


THREE: Final = ["observed", "predicted", "noise"]
"""The columns of panels that most steps show."""


class Step(NamedTuple):
    """One step: its title, its sentences, the named population that it selects or None, and what the panels show.

    `view` holds the fields of the panels' state that the step sets; all others stay as the visitor chose them.
    """

    title: str
    sentences: tuple[str, ...]
    population: str | None
    view: Mapping[str, Any]


class Medians(NamedTuple):
    """One line in a population: galaxies, share in which the line is not detected, observed and predicted median [Å].

    Both medians are over the galaxies in which the line is detected.
    """

    n: int
    missing: float
    observed: float
    predicted: float


@lru_cache(maxsize=4)
def steps(catalogue: Catalogue, held_out: tuple[float, float] | None = None) -> tuple[Step, ...]:
    """Return the tour of a catalogue.

    Parameters
    ----------
    catalogue : Catalogue
        Source of every other number in the sentences.
    held_out : (float, float), optional
        Rank correlation of Hα on held-out real galaxies, from the colours alone and with everything else that is given.

    Returns
    -------
    tuple of Step
        In order.
    """
    burst, forming, valley, quiet = (
        _medians(catalogue, name, "HALPHA") for name in ("Starburst", "Star-forming", "Green valley", "Quiescent")
    )
    hosts, plain = (_medians(catalogue, name, "OIII_5007") for name in ("Seyfert hosts", "Star-forming"))
    rho, found = _found(catalogue)
    galaxy = "mock galaxy" if catalogue.is_mock else "galaxy"
    galaxies = "mock galaxies" if catalogue.is_mock else "galaxies"
    return (
        Step(
            "Which galaxies have strong lines?",
            (
                f"Every point is a {galaxy}, placed only by the colours of its starlight, without using its lines. "
                "Yet in the left column the strong lines are not scattered at random. Five more steps follow.",
                *(("All counts and widths of this tour are those of mock galaxies.",) if catalogue.is_mock else ()),
            ),
            None,
            {"view": "map", "zoom": None, "color": "lines", "columns": THREE},
        ),
        Step(
            "The strongest lines: starbursts",
            (
                f"{burst.n:,} {galaxies} have an EW(Hα) above {STARBURST:g} Å. They lie close together at one end "
                "of the map, because young, hot, blue stars ionise the gas.",
                f"From the starlight alone, the network predicts {burst.predicted:.0f} Å for a typical galaxy of "
                f"this group, and {burst.observed:.0f} Å is observed. The network finds these galaxies, but predicts "
                "less extreme values than observed.",
            ),
            "Starburst",
            {"view": "map", "zoom": None, "columns": ["observed", "predicted"]},
        ),
        Step(
            "The majority: star-forming galaxies",
            (
                f"{forming.n:,} {galaxies} form stars steadily. Their typical EW(Hα) is {forming.observed:.0f} Å, "
                f"and the prediction is {forming.predicted:.0f} Å. The prediction follows the observation along the "
                "whole arc.",
            ),
            "Star-forming",
            {"view": "map", "zoom": None, "columns": THREE},
        ),
        Step(
            "Green valley and quiescent galaxies",
            (
                f"In the green valley ({valley.n:,} {galaxies}), EW(Hα) falls to {valley.observed:.1f} Å, and the "
                f"prediction is {valley.predicted:.1f} Å. Beyond it lie {quiet.n:,} quiescent {galaxies}; in "
                f"{100 * quiet.missing:.0f} % of them Hα is not detected at all. Old, red starlight comes with "
                "hardly any lines. The panels now show colour and luminosity: these galaxies are the red and "
                "luminous ones.",
            ),
            "Quiescent",
            {"view": "colour", "zoom": None, "columns": THREE},
        ),
        Step(
            "What starlight does not show: active nuclei",
            (
                f"{hosts.n:,} {galaxies} host a Seyfert nucleus. Their EW([O III]) is {hosts.observed:.1f} Å, "
                f"whereas their starlight predicts {hosts.predicted:.1f} Å (star-forming galaxies: "
                f"{plain.observed:.1f} and {plain.predicted:.1f} Å). The light of the nucleus does not appear in "
                "the continuum, so the prediction misses it. The panels now show the BPT diagram: compare the "
                "observed and the predicted positions.",
            ),
            "Seyfert hosts",
            {"view": "bpt", "zoom": None, "columns": ["observed", "predicted"], "places": "own"},
        ),
        Step(
            "Find the strong lines yourself",
            (
                "Where the Predicted column shows a strong line, the line is usually strong: of the tenth of "
                f"{galaxies} with the strongest Hα, {100 * found:.0f} % are among the tenth that the network "
                f"predicts to be strongest (10 % by chance). The rank correlation is ρ = {rho:.2f}"
                f"{' on mock galaxies' if catalogue.is_mock else ' in this catalogue'}.{_on_held_out(held_out)}",
                "To try this, draw a lasso around an area with strong predicted lines, and read below which galaxies "
                "it contains.",
            ),
            None,
            {"view": "map", "zoom": None, "columns": THREE},
        ),
    )


def _on_held_out(rho: tuple[float, float] | None) -> str:
    if rho is None:
        return ""
    return (
        f" On real galaxies that were held out of the training it is {rho[0]:.3f} from the colours alone, and "
        f"{rho[1]:.3f} with luminosity and redshift."
    )


def _medians(catalogue: Catalogue, name: str, line: str) -> Medians:
    rows = named_rows(catalogue, name)
    observed = np.asarray(catalogue.column(line + EW_SUFFIX))[rows]
    predicted = np.asarray(catalogue.column(line + PREDICTION_SUFFIXES[0]))[rows]
    seen = np.isfinite(observed)
    missing = 1 - float(seen.mean()) if len(rows) else float("nan")
    middle = [float(np.median(values[seen])) if seen.any() else float("nan") for values in (observed, predicted)]
    return Medians(len(rows), missing, *middle)


def _found(catalogue: Catalogue) -> tuple[float, float]:
    """Return the rank correlation of Hα, and the share of its strongest tenth that is also predicted to be in it."""
    observed = np.asarray(catalogue.column("HALPHA_EW"))
    predicted = np.asarray(catalogue.column("HALPHA" + PREDICTION_SUFFIXES[0]))
    seen = np.isfinite(observed) & np.isfinite(predicted)
    if seen.sum() < 1 / STRONGEST:
        return float("nan"), float("nan")
    observed, predicted = observed[seen], predicted[seen]
    strong, expected = (values >= np.quantile(values, 1 - STRONGEST) for values in (observed, predicted))
    return spearman(observed, predicted), float(expected[strong].mean())
