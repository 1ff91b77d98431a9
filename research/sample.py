"""Reading of a table of galaxies as arrays, for training and scoring."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from jaxtyping import Bool, Float

from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, as_catalogue_types, check
from data.errors import CatalogueError
from model.lines import LINE_NAMES
from model.predictions.batch import complete_many
from model.predictions.imputation import FEWEST_BINS
from model.storage.weights import load_params
from model.training.held_out import held_out_mask


class Sample(NamedTuple):
    """Galaxies with their observed equivalent widths.

    Attributes
    ----------
    target_ids : list of str
        TARGETIDs.
    redshift, log_luminosity : (galaxy,) arrays
        Redshift; log10 of [1e-17 erg/s/cm²/Å Mpc²].
    bin_flux : (galaxy, 12) array
        Mean continuum per bin [1e-17 erg/s/cm²/Å].
    ew, ew_ivar : (galaxy, line) arrays
        Observed equivalent widths [Å] and inverse variances [1/Å²]; NaN where missing.
    held_out : (galaxy,) array
        True for held-out galaxies, which must not be trained on.
    filled : (galaxy,) array
        True for galaxies that lack bins, which were filled in from the others.
    """

    target_ids: list[str]
    redshift: Float[np.ndarray, " galaxy"]
    log_luminosity: Float[np.ndarray, " galaxy"]
    bin_flux: Float[np.ndarray, "galaxy bin"]
    ew: Float[np.ndarray, "galaxy line"]
    ew_ivar: Float[np.ndarray, "galaxy line"]
    held_out: Bool[np.ndarray, " galaxy"]
    filled: Bool[np.ndarray, " galaxy"]


def read_parquet(path: str | os.PathLike[str]) -> pa.Table:
    """Read a Parquet table.

    Parameters
    ----------
    path : path
        A Parquet file.

    Returns
    -------
    pyarrow.Table
        Table of the file.

    Raises
    ------
    CatalogueError
        When the file is missing or is not Parquet.
    """
    if not Path(path).is_file():
        raise CatalogueError(f"There is no file {str(path)!r}. Check the path.")
    try:
        return pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise CatalogueError(f"{Path(path).name} is not a Parquet file ({error}). Convert it first.") from error


def _columns(table: pa.Table, names: list[str]) -> Float[np.ndarray, "galaxy column"]:
    missing = np.full(len(table), np.nan, np.float32)
    return np.column_stack(
        [table[name].to_numpy().astype(np.float32) if name in table.column_names else missing for name in names]
    )


def read_sample(path: str | os.PathLike[str], redshifts: tuple[float, float] = (-np.inf, np.inf)) -> Sample:
    """Read and check a table of galaxies, of which some may lack bins.

    Missing fluxes are filled in from at least `FEWEST_BINS` others, as predictions of such galaxies are.

    Parameters
    ----------
    path : path
        A Parquet file with the columns of the catalogue schema.
    redshifts : (float, float)
        Lowest and highest redshift of the galaxies to read.

    Returns
    -------
    Sample
        The rows, in the order of the file.

    Raises
    ------
    CatalogueError
        When the file cannot be read or violates the schema.
    """
    table = as_catalogue_types(read_parquet(path))
    if np.isfinite(redshifts).any() and "redshift" in table.column_names:
        table = table.filter((pc.field("redshift") >= redshifts[0]) & (pc.field("redshift") <= redshifts[1]))
        if not len(table):
            low, high = redshifts
            raise CatalogueError(
                f"{Path(path).name} has no galaxy at redshifts {low:g} to {high:g}. Give another range."
            )
    table, filled = _with_filled_bins(table)
    check(table)
    target_ids = table["TARGETID"].to_pylist()
    return Sample(
        target_ids,
        _columns(table, ["redshift"])[:, 0],
        _columns(table, ["log_luminosity"])[:, 0],
        _columns(table, list(FLUX_NAMES)),
        _columns(table, [name + EW_SUFFIX for name in LINE_NAMES]),
        _columns(table, [name + IVAR_SUFFIX for name in LINE_NAMES]),
        held_out_mask(target_ids),
        filled,
    )


def _with_filled_bins(table: pa.Table) -> tuple[pa.Table, Bool[np.ndarray, " galaxy"]]:
    """Return a table in which missing bins are filled in where enough others are there, and where that was."""
    flux = _columns(table, list(FLUX_NAMES))
    present = np.isfinite(flux)
    gaps = ~present.all(axis=1) & (present.sum(axis=1) >= FEWEST_BINS) & ((flux > 0) | ~present).all(axis=1)
    if gaps.any():
        flux[gaps] = complete_many(load_params(), flux[gaps])
        for place, name in enumerate(FLUX_NAMES):
            column = pa.array(flux[:, place], from_pandas=True)
            if name in table.column_names:
                table = table.set_column(table.column_names.index(name), name, column)
            else:
                table = table.append_column(name, column)
    return table, gaps


def without_bins(bin_flux: Float[np.ndarray, "galaxy bin"], bins: Iterable[int]) -> Float[np.ndarray, "galaxy bin"]:
    """Return a copy of the fluxes in which some bins are missing (NaN).

    Parameters
    ----------
    bin_flux : (galaxy, 12) array
        Mean continuum per bin.
    bins : iterable of int
        Indices of the bins to blank.

    Returns
    -------
    (galaxy, 12) array
        Copy of the fluxes, NaN in these bins.
    """
    flux = bin_flux.copy()
    flux[:, list(bins)] = np.nan
    return flux
