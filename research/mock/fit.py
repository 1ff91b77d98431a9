"""Fit of the density from which mocks are drawn. Needs scikit-learn and optax; drawing does not."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, as_catalogue_types, check
from data.catalogue.survey import DESI
from model.distribution.catalogued import to_catalogued
from model.features import colors
from model.lines import LINE_NAMES
from model.training.distribution import fit_catalogued
from model.training.held_out import held_out_mask
from model.training.recipe import DistributionConfig
from model.training.sample import prepare
from research.mock.continuum import LUMINOSITY_AXIS, QUANTITIES, REDSHIFT_AXIS, ContinuumMixture, draw_continuum
from research.mock.density import Density
from research.mock.lines import draw_lines
from research.mock.raking import COLUMNS, columns_of, rake

N_COMPONENTS: Final = 60
MAX_ITERATIONS: Final = 60
RECIPE: Final = DistributionConfig(given_share=1.0, weight_decay=0.01)
"""Recipe of the lines' chain; the luminosity and redshift of a mock galaxy are always known."""
RECORDED: Final = ("width", "blocks", "hidden", "epochs", "batch", "learning_rate", "weight_decay")
"""Fields of the recipe that are used and recorded."""
CANDIDATES: Final = 400_000
"""Number of draws that are raked, for which their sampling error is smaller than that of the galaxies."""


def fit_density(
    table: pa.Table,
    *,
    n_components: int = N_COMPONENTS,
    recipe: DistributionConfig = RECIPE,
    candidates: int = CANDIDATES,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Density, dict[str, Any]]:
    """Fit all stages to the galaxies that are not held out.

    Parameters
    ----------
    table : pyarrow.Table
        Real galaxies with all lines' EWs and inverse variances.
    n_components : int
        Number of Gaussians of the continuum's mixture.
    recipe : DistributionConfig
        Sizes and rates of the chain's fit.
    candidates : int
        Number of draws that are raked.
    seed : int
        Random seed of the mixture's start, of the chain's, and of the draws that are raked.
    progress : callable
        Called with a sentence at each step.

    Returns
    -------
    density : Density
        Density for `research.mock.draw`.
    record : dict
        Record of the fit, to be stored with the density.

    Raises
    ------
    CatalogueError
        When the table violates the schema.
    """
    check(table)
    table = as_catalogue_types(table)
    table = table.filter(pa.array(~held_out_mask(table["TARGETID"].to_pylist())))
    quantities = quantities_of(table)
    progress(f"fitting {n_components} Gaussians to {len(quantities):,} continua")
    mixture, about = fit_continuum(quantities, n_components, seed)
    conditions = quantities[:, LUMINOSITY_AXIS], quantities[:, REDSHIFT_AXIS]
    lines = _line_columns(table)
    rows = prepare(_columns(table, FLUX_NAMES), *conditions, *lines, ~DESI.observable(conditions[1]))
    catalogued_lines = to_catalogued(rows.scales, rows.ew, rows.sigma, rows.cut)
    recipe = recipe._replace(seed=seed)
    catalogued = fit_catalogued(
        rows, recipe, catalogued_lines, lambda loss: progress(f"fitting the lines, loss {loss:.3f}")
    )
    progress(f"drawing {candidates:,} candidates")
    generator = np.random.default_rng((seed, candidates))  # another stream than that of a mock with this seed
    drawn = draw_continuum(mixture, candidates, generator)
    margins = rake(
        columns_of(quantities, *lines),
        columns_of(drawn, *draw_lines(rows.scales, catalogued, drawn, generator)),
        progress,
    )
    record = {
        "quantities": QUANTITIES,
        "columns": COLUMNS,
        "galaxies": len(quantities),
        "split": "int(sha256(TARGETID)) % 5 != 0",
        "components": n_components,
        "seed": seed,
        "continuum": about,
        "lines": {name: getattr(recipe, name) for name in RECORDED},
        "raked": {"candidates": candidates, "margins": len(margins)},
    }
    return Density(mixture, rows.scales, catalogued, margins), record


def fit_continuum(
    quantities: Float[np.ndarray, "galaxy quantity"], n_components: int, seed: int
) -> tuple[ContinuumMixture, dict[str, Any]]:
    """Fit the mixture over colours, luminosity and redshift."""
    from sklearn.mixture import GaussianMixture

    center, scale = quantities.mean(axis=0), quantities.std(axis=0)
    found = GaussianMixture(n_components, tol=1e-3, max_iter=MAX_ITERATIONS, reg_covar=1e-5, random_state=seed)
    found.fit((quantities - center) / scale)
    mixture = ContinuumMixture(
        np.asarray(found.weights_),
        np.asarray(found.means_),
        np.linalg.cholesky(np.asarray(found.covariances_)),
        center,
        scale,
        quantities.min(axis=0),
        quantities.max(axis=0),
    )
    return mixture, {"iterations": int(found.n_iter_), "mean_log_density": float(found.lower_bound_)}


def quantities_of(table: pa.Table) -> Float[np.ndarray, "galaxy quantity"]:
    """Return colours [dex], log luminosity and redshift of a standardised table."""
    continuum = [
        np.asarray(colors(_columns(table, FLUX_NAMES))),
        table["log_luminosity"].to_numpy(),
        table["redshift"].to_numpy(),
    ]
    return np.column_stack(continuum).astype(np.float64)


def _line_columns(table: pa.Table) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """Return EWs [Å] and inverse variances [1/Å²], NaN where missing."""
    ew, ivar = (_columns(table, tuple(name + suffix for name in LINE_NAMES)) for suffix in (EW_SUFFIX, IVAR_SUFFIX))
    return ew, ivar


def _columns(table: pa.Table, names: tuple[str, ...]) -> Float[np.ndarray, "galaxy column"]:
    return np.stack([table[name].to_numpy() for name in names], axis=1)
