"""How well a mock passes for real galaxies: what a classifier can tell, and each line's numbers side by side."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from data.distinguish import area_under_roc
from data.overlap import is_cut
from data.sample import Sample
from model.features import colors
from model.lines import LINE_NAMES


class Comparison(NamedTuple):
    """A mock against held-out real galaxies.

    Attributes
    ----------
    auc_continuum, auc_all : float
        Area under the ROC curve of boosted trees, cross-validated, that see colours, luminosity and redshift, or those
        and the EWs with their gaps; .5 cannot tell, 1 always can.
    undetected : (2, 10) array
        Share of galaxies, outside the camera gaps, in which a line is not detected: real, mock.
    median : (2, 10) array
        Median EW where detected [Å]: real, mock.
    """

    auc_continuum: float
    auc_all: float
    undetected: Float[np.ndarray, "2 line"]
    median: Float[np.ndarray, "2 line"]


def compare(mock: Sample, real: Sample, seed: int = 0) -> Comparison:
    """Compare a mock with the held-out galaxies of a real table.

    Parameters
    ----------
    mock : Sample
        All its rows are used.
    real : Sample
        Its held-out rows are used.
    seed : int
        Of the shuffling and the trees.

    Returns
    -------
    Comparison
        Areas and per-line numbers.
    """
    samples = (_rows(real, real.held_out), mock)
    n = min(len(samples[0].redshift), len(mock.redshift))
    continuum = [
        np.column_stack([colors(one.bin_flux), one.log_luminosity, one.redshift])[:n].astype(float) for one in samples
    ]
    whole = [np.column_stack([part, np.arcsinh(one.ew[:n])]) for part, one in zip(continuum, samples, strict=True)]
    seen = [~is_cut(one.redshift) for one in samples]
    undetected = [
        [np.isnan(one.ew[seen_here[:, line], line]).mean() for line in range(len(LINE_NAMES))]
        for one, seen_here in zip(samples, seen, strict=True)
    ]
    median = [np.nanmedian(one.ew, axis=0) for one in samples]
    return Comparison(
        area_under_roc(continuum[0], continuum[1], seed),
        area_under_roc(whole[0], whole[1], seed),
        np.array(undetected),
        np.array(median),
    )


def _rows(sample: Sample, rows: Bool[np.ndarray, " galaxy"]) -> Sample:
    ids = [target_id for target_id, use in zip(sample.target_ids, rows, strict=True) if use]
    return Sample(ids, *(column[rows] for column in sample[1:]))
