"""Answers about an uploaded table, and the file that carries them back: every row, in order, ids as text."""

import io
from typing import BinaryIO, cast

import numpy as np

from data.answer_columns import FIELDS, as_columns, passed_name
from data.answers import Answers, Noise, Question, Rows, answer
from data.errors import UploadError
from data.fluxes import Form, read_redshift
from data.formats import FORMATS, FormatName, TableMeta
from data.schema import FLUX_NAMES
from data.uploads import FluxTable
from model.batch import place_many, sample_many
from model.diagnostics import bpt_place, whan_place
from model.network import Params, Prediction
from model.weights import DEFAULT, available_models, load_params, load_sidecar


def rows_of(table: FluxTable) -> Rows:
    """Return an upload's galaxies as rows to answer about, with the problems that its reader found."""
    return Rows(table.bin_flux, table.log_luminosity, table.redshift, problems=np.array(table.problems, object))


def answer_table(params: Params, table: FluxTable, noise: Noise = "none", seed: int = 0) -> Answers:
    """Answer everything about every row of an upload.

    Parameters
    ----------
    params : Params
        From `load_params`.
    table : FluxTable
        From `uploads.read`.
    noise : {"none", "intrinsic", "observed"}
        What a realisation is; see `data.answers.Question`.
    seed : int
        Number of the realisation.

    Returns
    -------
    Answers
        In the order of the rows.
    """
    return answer(rows_of(table), Question(params, noise=noise, seed=seed))


def predict_table(params: Params, table: FluxTable) -> tuple[Prediction, tuple[str, ...]]:
    """Predict every usable row of an upload as catalogued, each with its luminosity where it gives one.

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
    answers = answer(rows_of(table), Question(params, parts=("catalogued",)))
    return answers.catalogued, tuple(answers.variants)


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
    if params.intrinsic is None:
        return None
    try:
        known = np.array([read_redshift(redshift, "redshift")], np.float32)
    except UploadError:
        known = None
    intrinsic, observed = sample_many(seed, params, form.bin_flux[None], luminosity, known)
    return np.asarray(intrinsic if noise == "intrinsic" else observed.ew)[0].astype(float).tolist()


def known_model(name: str) -> str:
    """Return the name of a model if there is one, else the default's: a page's request must not name a path."""
    return name if name in available_models() else DEFAULT


def known_format(name: str) -> FormatName:
    """Return the name of a format if there is one, else CSV: a page's request may say anything."""
    return cast("FormatName", name if name in FORMATS else "csv")


def write_answers(
    table: FluxTable, answers: Answers, model: str, destination: BinaryIO, format: FormatName = "csv"
) -> None:
    """Write an upload and what is answered about it.

    Parameters
    ----------
    table : FluxTable
        What was uploaded; its other columns come back unchanged.
    answers : Answers
        From `answer_table`.
    model : str
        Name of the weights that answered, for the file's metadata.
    destination : binary file
        Where to.
    format : str
        A key of `data.formats.FORMATS`.
    """
    from data.formats.whole import write_table

    columns: dict[str, np.ndarray] = {"TARGETID": np.array(table.ids, object)}
    optional = {"log_luminosity": table.log_luminosity, "redshift": table.redshift}
    columns |= {name: values for name, values in optional.items() if values is not None}
    columns |= {name: table.bin_flux[:, index] for index, name in enumerate(FLUX_NAMES)}
    ours = {name.lower() for name in columns}
    for name, cells in table.extra.items():
        columns[passed_name(name, hidden=name.lower() in ours)] = np.array(cells, object)
    write_table(columns | as_columns(answers), destination, format, about_answers(model))


def places_of(params: Params, table: FluxTable, answers: Answers, most: int) -> dict[str, list[list[float]]]:
    """Give where the galaxies of a table lie, for the page's pictures.

    Parameters
    ----------
    params : Params
        From `load_params`.
    table, answers
        What was uploaded, and what was answered.
    most : int
        Of more galaxies, that many are taken evenly.

    Returns
    -------
    dict
        Pairs of numbers for "map", "bpt" and "whan".
    """
    usable = np.flatnonzero([not problem for problem in answers.problems])
    rows = usable[:: max(1, -(-len(usable) // most))]
    ew = np.asarray(answers.catalogued.ew)[rows]
    none = np.full_like(ew, np.nan)
    pairs = {"map": np.asarray(place_many(params, table.bin_flux[rows]).position) if params.map is not None else ew[:0]}
    pairs |= {
        name: np.stack(place(ew, none)[:2], axis=-1) for name, place in (("bpt", bpt_place), ("whan", whan_place))
    }
    return {name: np.round(xy[np.isfinite(xy).all(axis=1)], 4).tolist() for name, xy in pairs.items()}


def about_answers(model: str) -> TableMeta:
    """Return what a file of answers says about itself."""
    weights = f"{model}, sha256 {load_sidecar(model)['sha256']}"
    fluxes = {name: field._replace(unit="") for name, field in FIELDS.items() if name in FLUX_NAMES}
    return TableMeta(
        "Emission lines predicted from galaxy continua by Galactic Neon",
        "fluxes are in the unit of the input; EW is rest frame, positive in emission",
        fields=dict(FIELDS) | fluxes,
        details={"weights": weights},
    )


def answers_as_file(table: FluxTable, model: str, format: str = "csv") -> tuple[bytes, str]:
    """Answer about an upload and write it, for a download.

    Parameters
    ----------
    table : FluxTable
        From `data.uploads`.
    model : str
        Name of the weights.
    format : str
        A key of `data.formats.FORMATS`; CSV in place of anything else.

    Returns
    -------
    bytes, str
        The file and its extension.
    """
    known, out = known_format(format), io.BytesIO()
    write_answers(table, answer_table(load_params(model), table), model, out, known)
    return out.getvalue(), FORMATS[known].extensions[0]
