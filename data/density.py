"""Fitting the density of real galaxies from which the mock is drawn."""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float
from safetensors.numpy import save

from data.mock import (
    COLOR_AXES,
    EW_AXES,
    FREE_LINES,
    LUMINOSITY_AXIS,
    QUANTITIES,
    REDSHIFT_AXIS,
    SCORE_LIMIT,
    STRONG_LINES,
    TIED_LINES,
    Density,
    Ties,
)
from data.overlap import is_cut
from data.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, check, standardize
from model.features import colors
from model.lines import LINE_NAMES
from model.split import held_out_mask
from model.weights import write_atomically

N_COMPONENTS: Final = 40
MAX_ITERATIONS: Final = 80
N_KNOTS: Final = 149
N_STEPS: Final = 12
"""Steps of the strong line's S/N in which the weak line's detections are counted."""
MIN_IVAR: Final = 1e-6
"""Inverse variances [Å^-2] below this (errors above 1000 Å) are failures of the fit, not errors."""


def fit_density(
    table: pa.Table,
    *,
    n_components: int = N_COMPONENTS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Density, dict[str, Any]]:
    """Fit the joint density of continua, redshifts, EWs and inverse variances on the galaxies not held out.

    Parameters
    ----------
    table : pyarrow.Table
        Real galaxies with all lines' EWs and inverse variances.
    n_components : int
        Gaussians in the mixture.
    seed : int
        Of the imputation and the mixture's start.
    progress : callable
        Told a sentence before each step.

    Returns
    -------
    density : Density
        For `data.mock.draw`.
    record : dict
        How it was made, to be stored with it.

    Raises
    ------
    CatalogueError
        When the table breaks a rule of the schema.
    """
    from sklearn.mixture import GaussianMixture

    check(table)
    table = standardize(table)
    table = table.filter(pa.array(~held_out_mask(table["TARGETID"].to_pylist())))
    ew, ivar = line_arrays(table)
    progress("filling in undetected and cut lines")
    values = _quantities(table, ew, ivar, np.random.Generator(np.random.PCG64(seed)))
    score_knots = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, N_KNOTS)
    quantile_knots = np.quantile(values, [NormalDist().cdf(score) for score in score_knots], axis=0).T
    inside = ((values > quantile_knots[:, 0]) & (values < quantile_knots[:, -1])).all(axis=1)
    scores = np.stack(
        [np.interp(values[inside, axis], quantile_knots[axis], score_knots) for axis in range(len(QUANTITIES))],
        axis=1,
    )
    progress(f"fitting {n_components} Gaussians to {len(scores)} galaxies")
    mixture = GaussianMixture(n_components, tol=1e-3, max_iter=MAX_ITERATIONS, reg_covar=1e-4, random_state=seed)
    mixture.fit(scores)
    density = Density(
        np.asarray(mixture.weights_),
        np.asarray(mixture.means_),
        np.linalg.cholesky(np.asarray(mixture.covariances_)),
        score_knots,
        quantile_knots,
        fit_ties(ew, ivar, is_cut(table["redshift"].to_numpy())),
    )
    record = {
        "quantities": QUANTITIES,
        "galaxies": len(scores),
        "left_out_as_outliers": int(np.count_nonzero(~inside)),
        "split": "int(sha256(TARGETID)) % 5 != 0",
        "components": n_components,
        "iterations": int(mixture.n_iter_),
        "converged": bool(mixture.converged_),
        "mean_log_density": float(mixture.lower_bound_),
        "seed": seed,
    }
    return density, record


def save_density(density: Density, record: dict[str, Any], path: Path) -> None:
    """Write a density as safetensors, float32, with its record as metadata."""
    arrays = density._asdict() | {f"ties.{name}": array for name, array in density.ties._asdict().items()}
    del arrays["ties"]
    tensors = {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
    write_atomically(path, save(tensors, metadata={"record": json.dumps(record)}))


def line_arrays(table: pa.Table) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """EWs [Å] and inverse variances [Å^-2] of a standardised table; NaN where missing."""
    ew = np.stack([table[name + EW_SUFFIX].to_numpy() for name in LINE_NAMES], axis=1).astype(np.float64)
    ivar = np.stack([table[name + IVAR_SUFFIX].to_numpy() for name in LINE_NAMES], axis=1).astype(np.float64)
    return ew, np.maximum(ivar, MIN_IVAR)


def _quantities(
    table: pa.Table,
    ew: Float[np.ndarray, "galaxy line"],
    ivar: Float[np.ndarray, "galaxy line"],
    generator: np.random.Generator,
) -> Float[np.ndarray, "galaxy quantity"]:
    """Assemble the density's quantities for every galaxy, with undetected and cut lines filled in."""
    flux = np.stack([table[name].to_numpy() for name in FLUX_NAMES], axis=1)
    values = np.empty((len(flux), len(QUANTITIES)))
    values[:, COLOR_AXES] = np.asarray(colors(flux))
    values[:, LUMINOSITY_AXIS] = table["log_luminosity"].to_numpy()
    values[:, REDSHIFT_AXIS] = table["redshift"].to_numpy()
    cut = is_cut(values[:, REDSHIFT_AXIS])[:, FREE_LINES]
    strength, log_ivar = np.arcsinh(ew[:, FREE_LINES]), np.log10(ivar[:, FREE_LINES])
    continuum = values[:, : EW_AXES.start]
    _fill_undetected(continuum, strength, log_ivar, cut, generator)
    _fill_cut(continuum, strength, log_ivar, cut)
    values[:, EW_AXES.start :] = np.concatenate([strength, log_ivar], axis=1)
    return values


def _fill_undetected(
    continuum: Float[np.ndarray, "galaxy feature"],
    strength: Float[np.ndarray, "galaxy free"],
    log_ivar: Float[np.ndarray, "galaxy free"],
    cut: Bool[np.ndarray, "galaxy free"],
    generator: np.random.Generator,
) -> None:
    """Put undetected lines below zero, as far as the noise of the nearest galaxy with a detection goes (in place)."""
    for line in range(strength.shape[1]):
        given = np.isfinite(strength[:, line])
        undetected = ~given & ~cut[:, line]
        donor = _nearest(continuum, undetected, given)
        log_ivar[undetected, line] = log_ivar[donor, line]
        noise = np.abs(generator.standard_normal(len(donor))) / np.sqrt(10.0 ** log_ivar[donor, line])
        strength[undetected, line] = np.arcsinh(-noise)


def _fill_cut(
    continuum: Float[np.ndarray, "galaxy feature"],
    strength: Float[np.ndarray, "galaxy free"],
    log_ivar: Float[np.ndarray, "galaxy free"],
    cut: Bool[np.ndarray, "galaxy free"],
) -> None:
    """Copy lines cut in a camera overlap from the galaxy most alike in continuum and in the other lines (in place)."""
    whole = np.asarray(~cut.any(axis=1))
    for pattern in np.unique(cut[~whole], axis=0):
        rows = (cut == pattern).all(axis=1)
        # Redshift set the cut itself, so it is no part of the likeness.
        likeness = np.concatenate([continuum[:, :-1], strength[:, ~pattern], log_ivar[:, ~pattern]], axis=1)
        donor = _nearest(likeness, rows, whole)
        for array in (strength, log_ivar):
            array[np.ix_(rows, pattern)] = array[np.ix_(donor, pattern)]


def _nearest(
    features: Float[np.ndarray, "galaxy feature"],
    asking: Bool[np.ndarray, " galaxy"],
    giving: Bool[np.ndarray, " galaxy"],
) -> np.ndarray:
    """For each galaxy asking, the row of the nearest galaxy giving, in features scaled by their 16-84 % range."""
    from sklearn.neighbors import NearestNeighbors

    low, high = np.quantile(features[giving], [0.16, 0.84], axis=0)
    scaled = features / (high - low)
    search = NearestNeighbors(n_neighbors=1).fit(scaled[giving])
    return np.flatnonzero(giving)[search.kneighbors(scaled[asking], return_distance=False)[:, 0]]


def fit_ties(
    ew: Float[np.ndarray, "galaxy line"],
    ivar: Float[np.ndarray, "galaxy line"],
    cut: Bool[np.ndarray, "galaxy line"],
) -> Ties:
    """Measure how the weak line of each tied doublet follows the strong one.

    Parameters
    ----------
    ew, ivar : (galaxy, 10) array
        Observed EWs [Å] and inverse variances [Å^-2], NaN where missing.
    cut : (galaxy, 10) array of bool
        From `data.overlap.is_cut`.

    Returns
    -------
    Ties
        Medians, scatters (1.4826 median absolute deviation) and detected shares per step of S/N.
    """
    rows = []
    for weak, strong in zip(TIED_LINES, STRONG_LINES, strict=True):
        both = np.isfinite(ew[:, weak]) & np.isfinite(ew[:, strong])
        ratio = np.log10(ew[both, strong] / ew[both, weak])
        middle, scatter = _middle_and_scatter(ratio)
        ivar_ratio = np.log10(ivar[both, strong] / ivar[both, weak]) + 2 * (ratio - middle)
        uncut = np.isfinite(ew[:, strong]) & ~cut[:, strong] & ~cut[:, weak]
        snr = ew[uncut, strong] * np.sqrt(ivar[uncut, strong])
        edges = np.quantile(snr, np.arange(N_STEPS) / N_STEPS)
        step = np.searchsorted(edges, snr, side="right") - 1
        detected = np.bincount(step, weights=np.isfinite(ew[uncut, weak])) / np.bincount(step)
        rows.append((middle, scatter, *_middle_and_scatter(ivar_ratio), edges, detected))
    return Ties(*(np.array(column) for column in zip(*rows, strict=True)))


def _middle_and_scatter(values: Float[np.ndarray, " galaxy"]) -> tuple[float, float]:
    middle = float(np.median(values))
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))
