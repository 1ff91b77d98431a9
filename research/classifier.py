"""Whether a classifier can tell drawn galaxies from real ones."""

import numpy as np
from jaxtyping import Float, Int

from model.statistics.scores import HALPHA, HBETA, NII, OIII, RATIOS


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
    real: Float[np.ndarray, "galaxy column"],
    drawn: Float[np.ndarray, "other column"],
    seed: int = 0,
    pairs: tuple[Int[np.ndarray, " galaxy"], Int[np.ndarray, " other"]] | None = None,
) -> float:
    """Tell drawn from real rows by boosted trees, cross-validated in three shuffled folds.

    Parameters
    ----------
    real, drawn : (galaxy, column) arrays
        NaN is a value like any other to the trees.
    seed : int
        Of the folds and the trees.
    pairs : tuple of arrays, optional
        A number for each row; rows of one number (a galaxy and its draw) never stand on both sides of a fold.

    Returns
    -------
    float
        Area under the ROC curve: .5 cannot tell, 1 always can.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_score
    from threadpoolctl import threadpool_limits

    kind = StratifiedKFold if pairs is None else StratifiedGroupKFold
    # One thread: where another process wants the cores too, the trees' threads spend their time waiting for each other.
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
