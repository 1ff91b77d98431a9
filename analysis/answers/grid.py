"""An uploaded table as the page shows it: columns of its grid, histograms, coordinates in the figures."""

from typing import Any, Final

import numpy as np
from jaxtyping import Float

from analysis.answers.answer import PredictOutput
from analysis.answers.measured import Measured
from data.uploads import FluxTable
from data.uploads.readers.numbers import as_typed
from model.lines import LINES
from model.physics.diagnostics import bpt_point, whan_point
from model.predictions.batch import place_many
from model.predictions.params import Params

SHOWN_ROWS: Final = 10_000
"""Rows in the grid; the download has all."""
SHOWN_POINTS: Final = 2_000
"""Galaxies on the map and in the diagrams."""
BINS: Final = 24
TOP_PERCENTILE: Final = 99.0


def rows_of_grid(
    table: FluxTable, answers: PredictOutput, measured: Measured | None, model: str | None = None
) -> dict[str, Any]:
    """Return the columns of the page's grid, with the values that the form takes when a row is opened.

    Parameters
    ----------
    table, answers, measured
        The upload, its predictions, and its measured EWs.
    model : str, optional
        Name of the model that predicts; without one there is no "answer".

    Returns
    -------
    dict
        Lists over the first `SHOWN_ROWS` rows, None where a number is missing: "name", "bins" (text), "luminosity",
        "redshift", "variant", "domain", "problem", "ew" (one per line and row); with measured EWs also "measured",
        "ivar" and "covered" (likewise); with outlier scores also "surprise", "surprise_line", "surprise_sigma"; with
        noisy or missing bins "answer", what the browser's networks, which know neither, would get wrong.
    """
    n = min(SHOWN_ROWS, len(table.ids))
    nothing = np.full(n, np.nan)
    luminosity = nothing if table.log_luminosity is None else table.log_luminosity[:n]
    redshift = nothing if table.redshift is None else table.redshift[:n]
    shown: dict[str, Any] = {
        "name": list(table.ids[:n]),
        "bins": [as_typed(row) for row in table.bin_flux[:n]],
        "luminosity": [f"{value:.4g}" if np.isfinite(value) else "" for value in luminosity],
        "redshift": [f"{value:.5g}" if np.isfinite(value) else "" for value in redshift],
        "variant": answers.variants[:n],
        "domain": answers.domain.verdict[:n] if answers.domain else [""] * n,
        "problem": answers.problems[:n],
        "ew": rounded(np.asarray(answers.catalogued.ew)[:n]),
    }
    if measured is not None:
        shown |= {"measured": rounded(measured.ew[:n]), "ivar": rounded(measured.ew_ivar[:n])}
        shown["covered"] = measured.covered[:n].tolist()
    if answers.surprise is not None:
        probability, line, sigma, _ = answers.surprise
        shown |= {"surprise": rounded(probability[:n]), "surprise_sigma": rounded(sigma[:n])}
        shown["surprise_line"] = [LINES[place].label for place in line[:n]]
    if model is not None and table.bin_flux_ivar is not None:
        uncertain = np.asarray(~np.isinf(table.bin_flux_ivar[:n]).all(axis=1))
        shown["answer"] = [_answer(answers, row, model) if uncertain[row] else None for row in range(n)]
    return shown


def _answer(answers: PredictOutput, row: int, model: str) -> dict[str, Any]:
    """Return the intervals of a galaxy with noisy or missing bins."""
    listed, free = answers.catalogued, answers.intrinsic
    return {
        "model": model,
        "listed": [rounded(np.asarray(part)[row]) for part in (listed.ew, listed.p16, listed.p84)],
        "free": free and [rounded(np.asarray(part)[row]) for part in free],
    }


def rounded(values: Float[np.ndarray, "..."]) -> Any:
    """Return numbers as lists for JSON, rounded to four digits, with None for NaN.

    Parameters
    ----------
    values : array
        Of any shape.

    Returns
    -------
    list
        Nested as the array's shape.
    """
    if values.ndim > 1:
        return [rounded(row) for row in values]
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in values.tolist()]


def histograms(
    predicted: Float[np.ndarray, "galaxy line"], measured: Float[np.ndarray, "galaxy line"] | None
) -> list[dict[str, Any]]:
    """Return histograms of predicted equivalent widths, and of measured ones of the same galaxies.

    Parameters
    ----------
    predicted : (galaxy, 10) array
        As catalogued [Å]; NaN where a row has a problem.
    measured : (galaxy, 10) array or None
        [Å]; NaN where not measured.

    Returns
    -------
    list of dict
        For each line: "edges" [Å], evenly spaced in arcsinh; "n", the number of galaxies; "predicted" and "measured",
        galaxies per bin. Where a line is measured in some galaxies, only those are counted; else "measured" is None.
    """
    counted = []
    for place in range(len(LINES)):
        expected = predicted[:, place]
        seen = None if measured is None else measured[:, place]
        if seen is not None:
            both = np.isfinite(expected) & np.isfinite(seen)
            expected, seen = (expected[both], seen[both]) if both.any() else (expected, None)
        expected = expected[np.isfinite(expected)]
        every = expected if seen is None else np.concatenate([expected, seen])
        top = max(float(np.percentile(every, TOP_PERCENTILE)) if len(every) else 1.0, 1.0)
        edges = np.sinh(np.linspace(0.0, np.arcsinh(top), BINS + 1))
        # Values beyond the ends are counted in the outermost bins, so that the counts add up to n.
        counts = [
            None if values is None else np.histogram(np.clip(values, 0.0, edges[-1]), edges)[0].tolist()
            for values in (expected, seen)
        ]
        counted.append(
            {
                "edges": [float(f"{edge:.4g}") for edge in edges],
                "n": len(expected),
                "predicted": counts[0],
                "measured": counts[1],
            }
        )
    return counted


def places_of(params: Params, table: FluxTable, answers: PredictOutput) -> dict[str, list[list[float]]]:
    """Return the coordinates of a table's galaxies on the map and in the diagrams.

    Parameters
    ----------
    params : Params
        From `load_params`.
    table, answers
        The upload and its predictions. Of more than `SHOWN_POINTS` usable galaxies every k-th is taken.

    Returns
    -------
    dict
        Lists of [x, y] for "map", "bpt" and "whan".
    """
    usable = np.flatnonzero([not problem for problem in answers.problems])
    rows = usable[:: max(1, -(-len(usable) // SHOWN_POINTS))]
    ew = np.asarray(answers.catalogued.ew)[rows]
    none = np.full_like(ew, np.nan)
    pairs = {"map": np.asarray(place_many(params, table.bin_flux[rows]).position) if params.map is not None else ew[:0]}
    pairs |= {
        name: np.stack(place(ew, none)[:2], axis=-1) for name, place in (("bpt", bpt_point), ("whan", whan_point))
    }
    return {name: np.round(xy[np.isfinite(xy).all(axis=1)], 4).tolist() for name, xy in pairs.items()}
