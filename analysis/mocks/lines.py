"""Equivalent widths of a mock's lines from fluxes or luminosities, and the continuum beside them.

A line's equivalent width is its light over the continuum per Å beside it, so the continuum needs a scale: bins in a
unit of flux or of luminosity, or a column log_luminosity. Between fluxes and luminosities, the redshift gives the
distance.
"""

from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from analysis.batch.rows import Columns, given_fluxes, numbers_of
from data.columns import units
from data.columns.lines import LineColumns, Quantity
from data.columns.missing import fluxes_without_sentinels, without_sentinels
from data.errors import CatalogueError
from model.bins import BIN_CENTERS, LUMINOSITY_BIN
from model.lines import LINE_NAMES
from model.numerics.constants import CM_PER_MPC
from model.physics.cosmology import luminosity_distance
from model.physics.levels import continuum_levels
from model.physics.luminosities import FLUX_UNIT, SOLAR_LUMINOSITY

Scale = Literal["flux", "luminosity", "log_luminosity"]
"""What gives the continuum its scale: bins in a unit of flux or of luminosity, or the column of that name."""
_LUMINOSITY_UNIT: Final = 1e40
"""Unit of luminosity densities after `units.to_f_lambda` [erg/s/Å]."""
_SPHERE: Final = 4 * np.pi * CM_PER_MPC**2 * FLUX_UNIT / SOLAR_LUMINOSITY
"""Luminosity [Lsun] of a source with a flux of 1e-17 erg/s/cm² at a distance of 1 Mpc."""
_PADDED: Final = 1024
"""Distances are computed for multiples of so many galaxies, so that few shapes are compiled."""


def scale_of(quantity: Quantity, unit: str, optional: dict[str, str]) -> Scale | None:
    """Return what gives the continuum its scale; None for equivalent widths, which need none.

    Parameters
    ----------
    quantity : {"EW", "flux", "luminosity"}
        What the lines are.
    unit : str
        Unit of the twelve fluxes; "" if none is stated.
    optional : dict
        Columns of the table by "log_luminosity" and "redshift".

    Raises
    ------
    CatalogueError
        If the table does not give what the conversion needs; the message says what would do.
    """
    if quantity == "EW":
        return None
    known = units.flux_unit(unit or units.RELATIVE)
    scale: Scale
    if known.absolute:
        scale = "flux"
    elif known.name not in (units.RELATIVE, units.RELATIVE_NU):
        scale = "luminosity"
    elif "log_luminosity" in optional:
        scale = "log_luminosity"
    else:
        raise CatalogueError(
            f"The lines are {'fluxes' if quantity == 'flux' else 'luminosities'}, but the twelve fluxes of the "
            "continuum state no unit, and there is no column log_luminosity: their equivalent widths are unknown. "
            "State the unit of the continuum, such as 'Lsun / Angstrom' or 'erg / (s cm2 Angstrom)'."
        )
    if (scale == "flux" or quantity == "flux") and "redshift" not in optional:
        raise CatalogueError(
            f"The lines are of the kind {quantity} and the continuum is scaled by its {scale.replace('_', ' ')}: "
            "equivalent widths in the rest frame need a column redshift."
        )
    return scale


def read_lines(batch: pa.RecordBatch, lines: LineColumns) -> Float[np.ndarray, "galaxy line"]:
    """Return the lines of a piece of a table in the unit of `data.columns.lines.TARGETS`; NaN where missing."""
    found = np.full((batch.num_rows, len(LINE_NAMES)), np.nan)
    for place, name in enumerate(LINE_NAMES):
        parts = []
        for title in lines.columns.get(name, ()):
            # Text in place of a number counts as missing.
            ignored = np.full(batch.num_rows, "", object)
            parts.append(without_sentinels(numbers_of(batch[title], title, ignored)) * lines.factors[title])
        if parts:
            found[:, place] = np.sum(parts, axis=0)
    return found


def scaled_bins(batch: pa.RecordBatch, found: Columns, scale: Scale | None) -> Float[np.ndarray, "galaxy bin"]:
    """Return the twelve bins with their scale, [1e-17 erg/s/cm²/Å] or [1e40 erg/s/Å]; NaN where none is needed.

    Of an observed flux per frequency or of photons this is still that of wavelengths at rest; see `equivalent_widths`.
    """
    if scale not in ("flux", "luminosity"):
        return np.full((batch.num_rows, len(BIN_CENTERS)), np.nan)
    given = given_fluxes(batch, found, np.full(batch.num_rows, "", object))
    return units.to_f_lambda(fluxes_without_sentinels(given), BIN_CENTERS, found.unit)[0]


def equivalent_widths(
    lines: Float[np.ndarray, "galaxy line"],
    quantity: Quantity,
    scale: Scale | None,
    unit: str,
    table: dict[str, Any],
) -> Float[np.ndarray, "galaxy line"]:
    """Return rest-frame equivalent widths [Å].

    Parameters
    ----------
    lines : (galaxy, line) array
        From `read_lines`.
    quantity : {"EW", "flux", "luminosity"}
        What they are.
    scale : str or None
        From `scale_of`.
    unit : str
        Unit of the twelve fluxes.
    table : dict
        "bin_flux" (galaxy, 12), "scaled_bins" from `scaled_bins`, "log_luminosity" and "redshift" (galaxy,).

    Returns
    -------
    (galaxy, line) array
        NaN where a line is missing or the continuum's scale is unknown.
    """
    if scale is None:
        return lines
    redshift = np.asarray(table["redshift"], np.float64)
    bins = np.asarray(table["bin_flux"] if scale == "log_luminosity" else table["scaled_bins"], np.float64)
    usable = (np.isfinite(bins) & (bins > 0)).all(axis=1, keepdims=True)
    levels = np.asarray(continuum_levels(np.where(usable, bins, 1.0)))
    # The light of 1 Å of continuum beside each line: [1e-17 erg/s/cm²] if the scale is a flux, else [Lsun].
    if scale == "flux":
        known = units.flux_unit(unit)
        powers = 2 * known.per.endswith("frequency") + known.per.startswith("photon")
        per_angstrom = levels * (1 + redshift[:, None]) ** (1 - powers)
    elif scale == "luminosity":
        per_angstrom = levels * (_LUMINOSITY_UNIT / SOLAR_LUMINOSITY)
    else:
        own = 10.0 ** np.asarray(table["log_luminosity"], np.float64)
        per_angstrom = levels / bins[:, LUMINOSITY_BIN, None] * _SPHERE * own[:, None]
    if quantity == "flux" and scale != "flux":
        lines = lines * _sphere(redshift)
    elif quantity == "luminosity" and scale == "flux":
        per_angstrom = per_angstrom * _sphere(redshift)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(usable, lines / per_angstrom, np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def _sphere(redshift: np.ndarray) -> Float[np.ndarray, "galaxy 1"]:
    """Return the luminosity [Lsun] of a flux of 1e-17 erg/s/cm²; NaN where there is no redshift > 0."""
    padded = np.full(-(-max(len(redshift), 1) // _PADDED) * _PADDED, np.nan, np.float32)
    padded[: len(redshift)] = np.where(redshift > 0, redshift, np.nan)
    distance = np.asarray(luminosity_distance(padded), np.float64)[: len(redshift), None]
    return _SPHERE * distance**2
