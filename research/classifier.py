"""Classifier test: whether boosted trees can distinguish drawn galaxies from real ones."""

import numpy as np
from jaxtyping import Float, Int

from model.physics.diagnostics import HALPHA, HBETA, NII, OIII
from research.statistics.draw_scores import RATIOS


def line_columns(
    ew: Float[np.ndarray, "galaxy line"], ew_ivar: Float[np.ndarray, "galaxy line"]
) -> Float[np.ndarray, "galaxy column"]:
    """Return the input of the classifier: arcsinh EW, log ratios, log errors; NaN where a line is not detected.

    Parameters
    ----------
    ew, ew_ivar : (galaxy, line) arrays
        Equivalent widths [Å] and inverse variances [1/Å²]; <= 0 or NaN where not detected.

    Returns
    -------
    (galaxy, column) array
        Columns that reveal wrong ratios of tied lines, wrong errors, and a wrong pattern of missing lines.
    """
    detected = np.where((ew > 0) & (ew_ivar > 0), ew, np.nan).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_sigma = np.where(np.isfinite(detected), -0.5 * np.log10(ew_ivar), np.nan)
        pairs = [*RATIOS.values(), (NII, HALPHA), (OIII, HBETA)]
        ratios = [np.log10(detected[:, above] / detected[:, below]) for above, below in pairs]
    return np.column_stack([np.arcsinh(detected), *ratios, log_sigma])


def area_under_roc(
    real: Float[np.ndarray, "galaxy column"],
    drawn: Float[np.ndarray, "other column"],
    seed: int = 0,
    pairs: tuple[Int[np.ndarray, " galaxy"], Int[np.ndarray, " other"]] | None = None,
) -> float:
    """Return the area under the ROC curve of boosted trees that classify rows as real or drawn.

    The trees are cross-validated in three shuffled folds.

    Parameters
    ----------
    real, drawn : (galaxy, column) arrays
        Rows to classify; the trees treat NaN as a value.
    seed : int
        Random seed of the folds and the trees.
    pairs : tuple of arrays, optional
        Group number of each row; rows of one group (a galaxy and its draw) are always in the same fold.

    Returns
    -------
    float
        Area under the ROC curve: .5 for indistinguishable rows, 1 for a perfect classification.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_score
    from threadpoolctl import threadpool_limits

    kind = StratifiedKFold if pairs is None else StratifiedGroupKFold
    # With one thread: on busy cores, the trees' threads would spend their time waiting for each other.
    with threadpool_limits(1):
        areas = cross_val_score(
            HistGradientBoostingClassifier(random_state=seed),
            np.vstack([real, drawn]),
            np.repeat([0, 1], [len(real), len(drawn)]),
            groups=None if pairs is None else np.concatenate(pairs),
            cv=kind(3, shuffle=True, random_state=seed),
            scoring="roc_auc",
        )
    return float(areas.mean())
