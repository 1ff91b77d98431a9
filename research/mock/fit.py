"""Fitting the density of real galaxies from which mocks are drawn. Needs scikit-learn and optax; drawing does not."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, check
from data.catalogue.schema import standardize as standard_table
from data.catalogue.survey import DESI
from model.distribution.catalogued import as_listed
from model.features import colors
from model.lines import LINE_NAMES
from model.training.distribution import fit_listing
from model.training.held_out import held_out_mask
from model.training.recipe import DistributionConfig
from model.training.sample import prepare
from research.mock.continuum import LUMINOSITY_AXIS, QUANTITIES, REDSHIFT_AXIS, ContinuumMixture, draw_continuum
from research.mock.density import Density
from research.mock.lines import draw_lines
from research.mock.raking import COLUMNS, columns_of, rake

N_COMPONENTS: Final = 60
MAX_ITERATIONS: Final = 60
RECIPE: Final = DistributionConfig(known=1.0, weight_decay=0.01)
"""Of the lines: a mock galaxy's luminosity and redshift are always known."""
RECORDED: Final = ("width", "blocks", "hidden", "epochs", "batch", "learning_rate", "weight_decay")
"""What is used of the recipe."""
CANDIDATES: Final = 400_000
"""Draws that are raked: so many that their own chance is small beside that of the galaxies."""


def fit_density(
    table: pa.Table,
    *,
    n_components: int = N_COMPONENTS,
    recipe: DistributionConfig = RECIPE,
    candidates: int = CANDIDATES,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Density, dict[str, Any]]:
    """Fit all stages on the galaxies not held out.

    Parameters
    ----------
    table : pyarrow.Table
        Real galaxies with all lines' EWs and inverse variances.
    n_components : int
        Gaussians of the continuum's mixture.
    recipe : DrawRecipe
        Choices of the chain's fit.
    candidates : int
        Draws that are raked.
    seed : int
        Of the mixture's start, the chain's, and the draws that are raked.
    progress : callable
        Told a sentence at each step.

    Returns
    -------
    density : Density
        For `research.mock.draw`.
    record : dict
        How it was made, to be stored with it.

    Raises
    ------
    CatalogueError
        When the table breaks a rule of the schema.
    """
    check(table)
    table = standard_table(table)
    table = table.filter(pa.array(~held_out_mask(table["TARGETID"].to_pylist())))
    quantities = quantities_of(table)
    progress(f"fitting {n_components} Gaussians to {len(quantities):,} continua")
    mixture, about = fit_continuum(quantities, n_components, seed)
    known = quantities[:, LUMINOSITY_AXIS], quantities[:, REDSHIFT_AXIS]
    lines = _line_columns(table)
    rows = prepare(_columns(table, FLUX_NAMES), *known, *lines, ~DESI.observable(known[1]))
    listed = as_listed(rows.scales, rows.ew, rows.sigma, rows.cut)
    recipe = recipe._replace(seed=seed)
    listing = fit_listing(rows, recipe, listed, lambda loss: progress(f"fitting the lines, loss {loss:.3f}"))
    progress(f"drawing {candidates:,} candidates")
    generator = np.random.default_rng((seed, candidates))  # not the stream of the mock with this seed
    drawn = draw_continuum(mixture, candidates, generator)
    margins = rake(
        columns_of(quantities, *lines),
        columns_of(drawn, *draw_lines(rows.scales, listing, drawn, generator)),
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
    return Density(mixture, rows.scales, listing, margins), record


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
    """Colours [dex], log luminosity and redshift of a standardised table."""
    continuum = [
        np.asarray(colors(_columns(table, FLUX_NAMES))),
        table["log_luminosity"].to_numpy(),
        table["redshift"].to_numpy(),
    ]
    return np.column_stack(continuum).astype(np.float64)


def _line_columns(table: pa.Table) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """EWs [Å] and inverse variances [Å^-2], NaN where missing."""
    ew, ivar = (_columns(table, tuple(name + suffix for name in LINE_NAMES)) for suffix in (EW_SUFFIX, IVAR_SUFFIX))
    return ew, ivar


def _columns(table: pa.Table, names: tuple[str, ...]) -> Float[np.ndarray, "galaxy column"]:
    return np.stack([table[name].to_numpy() for name in names], axis=1)
