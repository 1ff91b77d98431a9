"""Whether a classifier can tell drawn galaxies from real ones."""

import numpy as np
from jaxtyping import Float

from model.distribution_metrics import HALPHA, HBETA, NII, OIII, RATIOS


def line_columns(
    ew: Float[np.ndarray, "galaxy line"], ew_ivar: Float[np.ndarray, "galaxy line"]
) -> Float[np.ndarray, "galaxy column"]:
    """Lay out lines for a classifier: arcsinh EW, log ratios, log errors; NaN where a line is not listed.

    Parameters
    ----------
    ew, ew_ivar : (galaxy, 10) arrays
        Equivalent widths [Å] and inverse variances [1/Å²]; what is <= 0 or NaN is not listed.

    Returns
    -------
    (galaxy, column) array
        A broken tie, a wrong error and a wrong pattern of gaps each show in it.
    """
    listed = np.where((ew > 0) & (ew_ivar > 0), ew, np.nan).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_sigma = np.where(np.isfinite(listed), -0.5 * np.log10(ew_ivar), np.nan)
        pairs = [*RATIOS.values(), (NII, HALPHA), (OIII, HBETA)]
        ratios = [np.log10(listed[:, above] / listed[:, below]) for above, below in pairs]
    return np.column_stack([np.arcsinh(listed), *ratios, log_sigma])


def area_under_roc(
    real: Float[np.ndarray, "galaxy column"], drawn: Float[np.ndarray, "other column"], seed: int = 0
) -> float:
    """Tell drawn from real rows by boosted trees, cross-validated in three shuffled folds.

    Parameters
    ----------
    real, drawn : (galaxy, column) arrays
        NaN is a value like any other to the trees.
    seed : int
        Of the folds and the trees.

    Returns
    -------
    float
        Area under the ROC curve: .5 cannot tell, 1 always can.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    labels = np.repeat([0, 1], [len(real), len(drawn)])
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    trees = HistGradientBoostingClassifier(random_state=seed)
    return float(cross_val_score(trees, np.vstack([real, drawn]), labels, cv=folds, scoring="roc_auc").mean())
