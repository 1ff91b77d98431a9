"""Drawing of mock galaxies: continua, their lines, and the selection of candidates.

Numbers are computed in float64 and rounded, so that a seed gives the same galaxies on any machine.
"""

from typing import Any, Final

import jax
import numpy as np
import pyarrow as pa
from jaxtyping import Float

from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, MOCK_PREFIX
from data.errors import CatalogueError
from model.lines import LINE_NAMES
from model.physics.luminosities import log_luminosity
from research.mock.continuum import LUMINOSITY_AXIS, N_COLORS, REDSHIFT_AXIS, draw_continuum
from research.mock.density import Density
from research.mock.lines import ROWS, draw_lines
from research.mock.raking import columns_of, keep_probability

BITS: Final = 16
"""Binary digits after rounding: finer than any error, and few enough to remove differences between processors."""


def draw(density: Density, n: int, seed: int = 0) -> pa.Table:
    """Draw mock galaxies.

    Parameters
    ----------
    density : Density
        From `load_density`.
    n : int
        Number of galaxies, 1 to 10 million.
    seed : int
        Seed of the PCG64 generator; the first galaxies of a seed do not depend on `n`.

    Returns
    -------
    pyarrow.Table
        Input columns of the catalogue's schema, with ids from ``MOCK-000001``.

    Raises
    ------
    CatalogueError
        When `n` is out of range.
    """
    if not 1 <= n <= 10_000_000:
        raise CatalogueError(f"Cannot draw {n} galaxies; ask for 1 to 10,000,000.")
    generator = np.random.Generator(np.random.PCG64(seed))
    blocks: list[tuple[np.ndarray, ...]] = []
    while sum(len(block[0]) for block in blocks) < n:
        blocks.append(_block(density, generator))
    quantities, ew, ivar = (np.concatenate(column)[:n] for column in zip(*blocks, strict=True))
    redshift = quantities[:, REDSHIFT_AXIS]
    flux = rounded(_fluxes(quantities[:, :N_COLORS], quantities[:, LUMINOSITY_AXIS], redshift))

    columns: dict[str, Any] = {"TARGETID": [f"{MOCK_PREFIX}{number:06d}" for number in range(1, n + 1)]}
    columns["redshift"] = redshift.astype(np.float32)
    columns["log_luminosity"] = rounded(_log_luminosity(flux, redshift)).astype(np.float32)
    columns |= {name: flux[:, index].astype(np.float32) for index, name in enumerate(FLUX_NAMES)}
    for index, name in enumerate(LINE_NAMES):
        columns[name + EW_SUFFIX] = ew[:, index].astype(np.float32)
        columns[name + IVAR_SUFFIX] = ivar[:, index].astype(np.float32)
    return pa.table(columns)


def _block(density: Density, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw `ROWS` candidates; return quantities, EWs and inverse variances of those that are kept."""
    quantities = draw_continuum(density.continuum, ROWS, generator)
    quantities[:, REDSHIFT_AXIS] = rounded(quantities[:, REDSHIFT_AXIS])
    ew, ivar = map(rounded, draw_lines(density.scales, density.catalogued, quantities, generator))
    kept = generator.random(ROWS) < keep_probability(density.margins, columns_of(quantities, ew, ivar))
    return quantities[kept], ew[kept], ivar[kept]


def rounded(values: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Round to `BITS` binary digits."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.round(fraction * 2**BITS) / 2**BITS, exponent)


def _fluxes(
    colors: Float[np.ndarray, "galaxy color"],
    luminosity: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
) -> Float[np.ndarray, "galaxy bin"]:
    """Return the twelve fluxes [1e-17 erg/s/cm²/Å] with these colours and this luminosity."""
    log_shape = np.concatenate([np.zeros((len(colors), 1)), np.cumsum(colors, axis=1)], axis=1)
    return 10.0 ** (log_shape + (luminosity - _log_luminosity(10.0**log_shape, redshift))[:, None])


def _log_luminosity(
    flux: Float[np.ndarray, "galaxy bin"], redshift: Float[np.ndarray, " galaxy"]
) -> Float[np.ndarray, " galaxy"]:
    with jax.enable_x64(True):
        return np.asarray(log_luminosity(flux, redshift))
