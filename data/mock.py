"""Mock galaxies: drawn from a density fitted on real ones, so that the product runs where no real galaxy is shipped.

The density is a Gaussian mixture over *normal scores*: each quantity is first mapped through its empirical quantiles
to a standard normal. One-dimensional distributions, bounds included, then come out right whatever the mixture, which
only has to learn how the quantities go together. `data.density` fits it; drawing needs numpy alone.

A line's strength is drawn below zero as well as above: at or below zero it is *not detected*, as in the sample. The
weak lines of tied doublets follow from the strong ones.
"""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from jaxtyping import Float
from safetensors import safe_open

from data.errors import CatalogueError
from data.overlap import is_cut
from data.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, N_BINS
from model.features import log_luminosity
from model.lines import LINE_NAMES, LINES

DENSITY_FILE: Final = Path(__file__).parent / "files" / "density.safetensors"

FREE_LINES: Final = tuple(index for index, line in enumerate(LINES) if line.tied_to is None)
TIED_LINES: Final = tuple(index for index, line in enumerate(LINES) if line.tied_to is not None)
STRONG_LINES: Final = tuple(LINE_NAMES.index(LINES[index].tied_to or "") for index in TIED_LINES)
"""For each tied line, the place of the line it follows."""

N_COLORS: Final = N_BINS - 1
QUANTITIES: Final = (
    *(f"color_{index:02d}" for index in range(N_COLORS)),
    "log_luminosity",
    "redshift",
    *(f"arcsinh_{LINE_NAMES[index]}{EW_SUFFIX}" for index in FREE_LINES),
    *(f"log10_{LINE_NAMES[index]}{IVAR_SUFFIX}" for index in FREE_LINES),
)
"""The axes of the density, in order."""
COLOR_AXES: Final = slice(0, N_COLORS)
LUMINOSITY_AXIS: Final = N_COLORS
REDSHIFT_AXIS: Final = N_COLORS + 1
EW_AXES: Final = slice(N_COLORS + 2, N_COLORS + 2 + len(FREE_LINES))
IVAR_AXES: Final = slice(N_COLORS + 2 + len(FREE_LINES), len(QUANTITIES))

SCORE_LIMIT: Final = 3.7
"""Normal scores beyond this (1 in 4,600 per quantity) are neither fitted nor drawn: outliers of the pipeline."""


class Ties(NamedTuple):
    """How the weak line of each tied doublet follows the strong one; arrays (tied line,) unless said otherwise.

    Attributes
    ----------
    ratio, ratio_scatter : array
        Median and scatter of log10(EW strong / EW weak) [dex].
    ivar_ratio, ivar_ratio_scatter : array
        The same of log10(ivar strong / ivar weak), after the part that follows from the EW ratio [dex].
    snr_edges : (tied line, step) array
        Lower edges of steps in the strong line's S/N.
    detected : (tied line, step) array
        Share of galaxies in the step whose weak line is detected, given that the strong one is.
    """

    ratio: Float[np.ndarray, " tied"]
    ratio_scatter: Float[np.ndarray, " tied"]
    ivar_ratio: Float[np.ndarray, " tied"]
    ivar_ratio_scatter: Float[np.ndarray, " tied"]
    snr_edges: Float[np.ndarray, "tied step"]
    detected: Float[np.ndarray, "tied step"]


class Density(NamedTuple):
    """A Gaussian mixture over the normal scores of `QUANTITIES`.

    Attributes
    ----------
    weights : (component,) array
        Mixture weights.
    means : (component, quantity) array
        Means.
    choleskys : (component, quantity, quantity) array
        Lower triangular factors of the covariances.
    score_knots : (knot,) array
        Normal scores at which the quantiles are tabulated.
    quantile_knots : (quantity, knot) array
        Value of each quantity at those scores.
    ties : Ties
        The tied doublets.
    """

    weights: Float[np.ndarray, " component"]
    means: Float[np.ndarray, "component quantity"]
    choleskys: Float[np.ndarray, "component quantity quantity"]
    score_knots: Float[np.ndarray, " knot"]
    quantile_knots: Float[np.ndarray, "quantity knot"]
    ties: Ties


def load_density(path: Path | str = DENSITY_FILE) -> tuple[Density, dict[str, Any]]:
    """Read a density and its record.

    Parameters
    ----------
    path : path
        A file that `catalogue fit-density` wrote; the embedded one by default.

    Returns
    -------
    density : Density
        Its arrays, in float64.
    record : dict
        How it was made.

    Raises
    ------
    CatalogueError
        When the file is missing or holds other quantities.
    """
    if not Path(path).is_file():
        raise CatalogueError(f"There is no density at {path}. Fit one: cli.py catalogue fit-density TABLE")
    with safe_open(path, framework="numpy") as stored:
        record = json.loads((stored.metadata() or {}).get("record", "{}"))
        arrays = {name: stored.get_tensor(name).astype(np.float64) for name in stored.keys()}  # noqa: SIM118
    if tuple(record.get("quantities", ())) != QUANTITIES:
        raise CatalogueError(f"{path} is not a density of this version's quantities. Fit it again: fit-density.")
    ties = Ties(**{name: arrays.pop(f"ties.{name}") for name in Ties._fields})
    return Density(**arrays, ties=ties), record


def draw(density: Density, n: int, seed: int = 0) -> pa.Table:
    """Draw mock galaxies.

    Parameters
    ----------
    density : Density
        From `load_density`.
    n : int
        How many, 1 to 10 million.
    seed : int
        Of the PCG64 generator; the same seed gives the same table.

    Returns
    -------
    pyarrow.Table
        The input columns of the catalogue's schema; ids ``MOCK-000001`` and on.

    Raises
    ------
    CatalogueError
        When `n` is out of range.
    """
    if not 1 <= n <= 10_000_000:
        raise CatalogueError(f"Cannot draw {n} galaxies; ask for 1 to 10,000,000.")
    generator = np.random.Generator(np.random.PCG64(seed))
    values = _draw_values(density, n, generator)
    redshift, luminosity = values[:, REDSHIFT_AXIS], values[:, LUMINOSITY_AXIS]
    flux = _fluxes(values[:, COLOR_AXES], luminosity, redshift)
    ew, ivar = _draw_lines(density.ties, values[:, EW_AXES], values[:, IVAR_AXES], generator)
    unseen = is_cut(redshift) | ~(ew > 0)
    ew[unseen] = ivar[unseen] = np.nan

    columns: dict[str, Any] = {"TARGETID": [f"MOCK-{number:06d}" for number in range(1, n + 1)]}
    columns["redshift"] = redshift.astype(np.float32)
    columns["log_luminosity"] = luminosity.astype(np.float32)
    columns |= {name: flux[:, index].astype(np.float32) for index, name in enumerate(FLUX_NAMES)}
    for index, name in enumerate(LINE_NAMES):
        columns[name + EW_SUFFIX] = ew[:, index].astype(np.float32)
        columns[name + IVAR_SUFFIX] = ivar[:, index].astype(np.float32)
    return pa.table(columns)


def _draw_values(density: Density, n: int, generator: np.random.Generator) -> Float[np.ndarray, "galaxy quantity"]:
    """Draw from the mixture, rejecting scores beyond the limit, and map scores to values."""
    kept = np.empty((0, len(QUANTITIES)))
    while len(kept) < n:
        component = generator.choice(len(density.weights), size=n, p=density.weights / density.weights.sum())
        noise = generator.standard_normal((n, len(QUANTITIES)))
        scores = np.empty_like(noise)
        for index in np.unique(component):
            rows = component == index
            scores[rows] = density.means[index] + noise[rows] @ density.choleskys[index].T
        kept = np.concatenate([kept, scores[np.abs(scores).max(axis=1) < SCORE_LIMIT]])
    columns = zip(kept[:n].T, density.quantile_knots, strict=True)
    return np.stack([np.interp(scores, density.score_knots, knots) for scores, knots in columns], axis=1)


def _fluxes(
    colors: Float[np.ndarray, "galaxy color"],
    luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
) -> Float[np.ndarray, "galaxy bin"]:
    """Rebuild the twelve fluxes [1e-17 erg/s/cm²/Å] that have these colours and this luminosity."""
    log_shape = np.concatenate([np.zeros((len(colors), 1)), np.cumsum(colors, axis=1)], axis=1)
    shape_luminosity = np.asarray(log_luminosity(10.0**log_shape, redshift), np.float64)
    return 10.0 ** (log_shape + (luminosity - shape_luminosity)[:, None])


def _draw_lines(
    ties: Ties,
    free_ew: Float[np.ndarray, "galaxy free"],
    free_ivar: Float[np.ndarray, "galaxy free"],
    generator: np.random.Generator,
) -> tuple[Float[np.ndarray, "galaxy line"], Float[np.ndarray, "galaxy line"]]:
    """EWs [Å] and inverse variances of all ten lines from the arcsinh and log10 of the free ones."""
    ew = np.full((len(free_ew), len(LINES)), np.nan)
    ivar = np.full_like(ew, np.nan)
    ew[:, FREE_LINES] = np.sinh(free_ew)
    ivar[:, FREE_LINES] = 10.0**free_ivar
    for tie, (weak, strong) in enumerate(zip(TIED_LINES, STRONG_LINES, strict=True)):
        excess = ties.ratio_scatter[tie] * generator.standard_normal(len(ew))
        noise_ratio = ties.ivar_ratio[tie] + ties.ivar_ratio_scatter[tie] * generator.standard_normal(len(ew))
        # A larger EW ratio comes from a brighter continuum under the weak line, which lowers its EW error alike.
        ivar[:, weak] = ivar[:, strong] / 10.0 ** (noise_ratio - 2 * excess)
        ew[:, weak] = ew[:, strong] / 10.0 ** (ties.ratio[tie] + excess)
        snr = ew[:, strong] * np.sqrt(ivar[:, strong])
        step = np.clip(np.searchsorted(ties.snr_edges[tie], snr, side="right") - 1, 0, None)
        ew[generator.random(len(ew)) > ties.detected[tie, step], weak] = np.nan
    return ew, ivar
