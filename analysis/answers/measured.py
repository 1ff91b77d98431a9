"""Equivalent widths that came along with an upload: found among its columns, and held against what is predicted."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float32

from analysis.surprise.outlier_score import covered_lines
from data.catalogue.schema import EW_SUFFIX, IVAR_SUFFIX
from data.columns.missing import without_sentinels
from data.uploads import FluxTable
from data.uploads.readers.raw_table import numbers
from model.lines import LINE_NAMES, LINES
from model.predictions.predict import Prediction
from model.statistics.metrics import Score, score_lines

MAX_EW: Final = 1e30
"""Beyond it a measured number is none."""
MIN_SCORED: Final = 10
"""Measured galaxies below which a rank correlation says nothing."""


class Measured(NamedTuple):
    """What an upload says of its galaxies' lines.

    Attributes
    ----------
    ew : (galaxy, 10) array
        Equivalent widths [Å], positive in emission; NaN where there is none.
    ew_ivar : (galaxy, 10) array
        Their inverse variances [Å^-2]; NaN where there is none.
    covered : (galaxy, 10) array
        True where the upload says something of a line: its EW, or by leaving it empty that it was not detected.
    """

    ew: Float32[np.ndarray, "galaxy line"]
    ew_ivar: Float32[np.ndarray, "galaxy line"]
    covered: Bool[np.ndarray, "galaxy line"]


def measured_lines(table: FluxTable) -> Measured | None:
    """Find the columns `{LINE}_EW` and `{LINE}_EW_IVAR` of an upload.

    Parameters
    ----------
    table : FluxTrainingTable
        From `data.uploads`.

    Returns
    -------
    Measured or None
        None when no line has an EW.
    """
    titles = {title.upper(): title for title in table.extra}
    given = np.array([name + EW_SUFFIX in titles for name in LINE_NAMES])
    if not given.any():
        return None
    ew, ew_ivar = np.full((2, len(table.ids), len(LINES)), np.nan, np.float32)
    for place, name in enumerate(LINE_NAMES):
        for values, suffix in ((ew, EW_SUFFIX), (ew_ivar, IVAR_SUFFIX)):
            if title := titles.get(name + suffix):
                values[:, place] = _read(table.extra[title])
    return Measured(ew, ew_ivar, covered_lines(ew, given, table.redshift))


def _read(cells: tuple[str, ...]) -> Float32[np.ndarray, " galaxy"]:
    """Read a column of EWs; what no EW can be is none."""
    values = without_sentinels(numbers(np.array(cells, dtype=object)))
    return np.where(np.abs(values) < MAX_EW, values, np.nan).astype(np.float32)


def scores(measured: Measured, predicted: Prediction) -> dict[str, Score]:
    """Compare predictions with the measured EWs that came along.

    Parameters
    ----------
    measured : Measured
        From `measured_lines`.
    predicted : Prediction
        EWs as catalogued, and their intervals [Å].

    Returns
    -------
    dict
        By line name, of the lines with at least 10 measured galaxies.
    """
    # A measured 0 has no ratio to its prediction; the numbers shown are rank and distance.
    with np.errstate(divide="ignore", invalid="ignore"):
        every = score_lines(measured.ew, predicted)
    return {name: score for name, score in every.items() if score.n >= MIN_SCORED}
