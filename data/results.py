"""Predictions for an uploaded table, and the CSV that carries them back: every row, in order, ids as text."""

import csv
import io
from collections.abc import Iterable
from typing import Final

import numpy as np
from jaxtyping import Bool, Float32

from data.errors import UploadError
from data.fluxes import Form, read_redshift
from data.schema import FLUX_NAMES
from data.uploads import FluxTable
from model.batch import predict_many, sample_many
from model.lines import LINE_NAMES, LINES
from model.network import Params, Prediction
from model.weights import DEFAULT, available_models, load_params, load_sidecar

_SUFFIXES: Final = ("_EW", "_EW_P16", "_EW_P84")
_UNITS: Final = (
    "*_EW: rest-frame equivalent width [Angstrom], positive in emission, as DESI's catalogue would list it "
    "where the line is detected; *_EW_P16, *_EW_P84: its 16th and 84th percentile [Angstrom]. "
    "Fluxes are in the unit of the input."
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def predict_rows(
    params: Params,
    bin_flux: Float32[np.ndarray, "galaxy bin"],
    log_luminosity: Float32[np.ndarray, " galaxy"] | None,
    usable: Bool[np.ndarray, " galaxy"],
) -> tuple[Prediction, tuple[str, ...]]:
    """Predict the usable rows of a table, each with its luminosity where it gives one.

    Parameters
    ----------
    params : Params
        From `load_params`.
    bin_flux : (galaxy, 12) array
        Mean continuum per bin, any unit.
    log_luminosity : (galaxy,) array or None
        NaN where a row gives none.
    usable : (galaxy,) array
        Rows to predict.

    Returns
    -------
    Prediction
        Arrays (galaxy, 10) [Å]; NaN in the other rows.
    tuple of str
        The variant that predicted each row, "colors" or "luminosity"; "" where none did.
    """
    known = np.zeros_like(usable)
    if log_luminosity is not None and params.luminosity is not None:
        known = usable & np.isfinite(log_luminosity)
    prediction = Prediction(*np.full((3, len(usable), len(LINES)), np.nan, np.float32))
    for rows, luminosity in ((usable & ~known, None), (known, log_luminosity)):
        if rows.any():
            part = predict_many(params, bin_flux[rows], None if luminosity is None else luminosity[rows])
            for whole, values in zip(prediction, part, strict=True):
                np.asarray(whole)[rows] = values
    variants = np.where(usable, np.where(known, "luminosity", "colors"), "")
    return prediction, tuple(variants.tolist())


def predict_table(params: Params, table: FluxTable) -> tuple[Prediction, tuple[str, ...]]:
    """Predict every usable row of an upload; see `predict_rows`.

    Parameters
    ----------
    params : Params
        From `load_params`.
    table : FluxTable
        From `uploads.read`.

    Returns
    -------
    Prediction
        Arrays (galaxy, 10) [Å]; NaN where the row has a problem.
    tuple of str
        The variant that predicted each row; "" where none did.
    """
    usable = np.array([not problem for problem in table.problems])
    return predict_rows(params, table.bin_flux, table.log_luminosity, usable)


def draw_lines(params: Params, form: Form, noise: str, seed: int, redshift: str = "") -> list[float] | None:
    """Draw one realisation of a typed galaxy's lines.

    Parameters
    ----------
    params : Params
        From `load_params`.
    form : Form
        From `data.fluxes.read_form`, without problems.
    noise : {"intrinsic", "observed"}
        Without or with DESI's noise and selection.
    seed : int
        Number of the realisation.
    redshift : str
        As typed; sharpens the noise where it can be used.

    Returns
    -------
    list of float or None
        Equivalent widths [Å] of the ten lines, <= 0 where not detected; None when the weights have no distribution.
    """
    luminosity = None if form.log_luminosity is None else np.array([form.log_luminosity], np.float32)
    if (params.intrinsic_colors if luminosity is None else params.intrinsic_luminosity) is None:
        return None
    try:
        known = np.array([read_redshift(redshift, "redshift")], np.float32)
    except UploadError:
        known = None
    flux = form.bin_flux[None] / form.bin_flux.mean()
    intrinsic, observed = sample_many(seed, params, flux, luminosity, known)
    return np.asarray(intrinsic if noise == "intrinsic" else observed.ew)[0].astype(float).tolist()


def known_model(name: str) -> str:
    """Return the name of a model if there is one, else the default's: a page's request must not name a path."""
    return name if name in available_models() else DEFAULT


def table_as_csv(table: FluxTable, model: str) -> str:
    """Predict a table and write it as CSV, with the weights' checksum above the header.

    Parameters
    ----------
    table : FluxTable
        From `uploads.read`.
    model : str
        Name of the weights.

    Returns
    -------
    str
        See `write_csv`.
    """
    source = f"Galactic Neon, weights {model}, sha256 {load_sidecar(model)['sha256']}"
    return write_csv(table, *predict_table(load_params(model), table), source)


def write_csv(table: FluxTable, prediction: Prediction, variants: Iterable[str], source: str) -> str:
    """Write the input and its predictions as CSV.

    Parameters
    ----------
    table : FluxTable
        What was uploaded; its other columns come back unchanged.
    prediction : Prediction
        From `predict_table`.
    variants : iterable of str
        From `predict_table`.
    source : str
        What predicted, for the comment above the header.

    Returns
    -------
    str
        The file. Comments above the header (#) carry the units; `uploads.read` skips them.
    """
    out = io.StringIO()
    for comment in (source, _UNITS):
        out.write(f"# {' '.join(comment.split())}\n")
    writer = csv.writer(out, lineterminator="\n")
    predicted = [name + suffix for name in LINE_NAMES for suffix in _SUFFIXES]
    optional = {
        name: values
        for name, values in (("log_luminosity", table.log_luminosity), ("redshift", table.redshift))
        if values is not None
    }
    # A measured EW that came along keeps its values under a name of its own.
    extra = {f"INPUT_{name}" if name in predicted else name: cells for name, cells in table.extra.items()}
    writer.writerow(["TARGETID", *optional, *FLUX_NAMES, *map(_harmless, extra), *predicted, "VARIANT", "PROBLEM"])
    numbers = np.stack(prediction, axis=-1).reshape(len(table.ids), -1)
    for row, variant in enumerate(variants):
        writer.writerow(
            [
                _harmless(table.ids[row]),
                *(_number(values[row]) for values in optional.values()),
                *map(_number, table.bin_flux[row]),
                *(_harmless(cells[row]) for cells in extra.values()),
                *map(_number, numbers[row]),
                variant,
                _harmless(table.problems[row]),
            ]
        )
    return out.getvalue()


def _number(value: np.floating) -> str:
    """Write a float32 so that it reads back exactly; nothing where there is none."""
    return str(value) if np.isfinite(value) else ""


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running someone's text as a formula; numbers stay numbers."""
    if not cell.startswith(_FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
