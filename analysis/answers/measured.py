"""Measured equivalent widths in an upload: read from its columns, and compared with the predictions."""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Float32

from analysis.outliers.outlier_score import covered_lines
from data.catalogue.schema import EW_SUFFIX, IVAR_SUFFIX
from data.columns.missing import without_sentinels
from data.uploads import FluxTable
from data.uploads.readers.raw_table import numbers
from model.lines import LINE_NAMES, LINES
from model.predictions.predict import Prediction
from model.statistics.point_scores import Score, score_lines

MAX_EW: Final = 1e30
"""EWs [Å] of this size or larger count as missing."""
MIN_SCORED: Final = 10
"""Fewest measured galaxies for which a line is scored."""


class Measured(NamedTuple):
    """The measured lines of an upload.

    Attributes
    ----------
    ew : (galaxy, 10) array
        Equivalent widths [Å], positive in emission; NaN where missing.
    ew_ivar : (galaxy, 10) array
        Their inverse variances [1/Å²]; NaN where missing.
    covered : (galaxy, 10) array
        True where the upload has the line's EW, or where an empty cell means that the line was not detected.
    """

    ew: Float32[np.ndarray, "galaxy line"]
    ew_ivar: Float32[np.ndarray, "galaxy line"]
    covered: Bool[np.ndarray, "galaxy line"]


def measured_lines(table: FluxTable) -> Measured | None:
    """Read the columns `{LINE}_EW` and `{LINE}_EW_IVAR` of an upload.

    Parameters
    ----------
    table : FluxTable
        From `data.uploads`.

    Returns
    -------
    Measured or None
        None if no line has a column of EWs.
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
    """Return a column of EWs [Å] as float32, NaN for sentinels and for `MAX_EW` or more."""
    values = without_sentinels(numbers(np.array(cells, dtype=object)))
    return np.where(np.abs(values) < MAX_EW, values, np.nan).astype(np.float32)


def scores(measured: Measured, predicted: Prediction) -> dict[str, Score]:
    """Compare predictions with the measured EWs.

    Parameters
    ----------
    measured : Measured
        From `measured_lines`.
    predicted : Prediction
        EWs as catalogued, and their intervals [Å].

    Returns
    -------
    dict
        By line name, for lines with at least `MIN_SCORED` measured galaxies.
    """
    # A measured EW of 0 makes the bias infinite; the page shows rank correlation and NMAD alone.
    with np.errstate(divide="ignore", invalid="ignore"):
        every = score_lines(measured.ew, predicted)
    return {name: score for name, score in every.items() if score.n >= MIN_SCORED}
