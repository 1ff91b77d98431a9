"""Answers about an uploaded table, and the file that carries them back: every row, in order, ids as text."""

import io
from typing import BinaryIO, Final, NamedTuple, cast

import numpy as np
from jaxtyping import Float

from analysis.answers.answer import (
    PARTS,
    AnswerNoise,
    PredictInput,
    PredictOptions,
    PredictOutput,
    Variant,
    answer,
    has_intrinsic,
)
from analysis.answers.columns import FIELDS, as_columns, passed_name
from analysis.answers.measured import measured_lines
from data.catalogue.schema import FLUX_NAMES
from data.errors import CatalogueError
from data.formats import FORMATS, FormatName, TableMeta
from data.uploads import FluxTable
from model.predictions.params import Params
from model.storage.weights import DEFAULT, available_models, load_params, load_sidecar

JUDGED: Final = 96
"""Galaxies of an upload whose measured lines are judged: some seconds of one processor at most."""


class UserWeights(NamedTuple):
    """What a visitor's own network said of a table, evaluated elsewhere.

    Attributes
    ----------
    ew : (3, galaxy, 10) array
        Median, 16th and 84th percentile [Å]; NaN where it says nothing.
    variant : {"auto", "colors", "luminosity"}
        "auto" where it has both variants.
    """

    ew: Float[np.ndarray, "3 galaxy line"]
    variant: Variant


def rows_of(table: FluxTable) -> PredictInput:
    """Return an upload's galaxies as rows to answer about, with their measured lines and their reader's problems."""
    measured, problems = measured_lines(table), np.array(table.problems, object)
    ew, ivar, covered = measured or (None, None, None)
    kinds = None if table.kinds is None else np.array([*table.kinds, None], object)[:-1]
    return PredictInput(table.bin_flux, table.log_luminosity, table.redshift, ivar, ew, covered, problems, kinds=kinds)


def answer_table(
    params: Params, table: FluxTable, noise: AnswerNoise = "none", seed: int = 0, own: UserWeights | None = None
) -> PredictOutput:
    """Answer everything about every row of an upload.

    Parameters
    ----------
    params : Params
        From `load_params`.
    table : FluxTrainingTable
        From `uploads.read`.
    noise : {"none", "published", "intrinsic", "observed"}
        What a realisation is; see `analysis.answers.answer.PredictOptions`.
    seed : int
        Number of the realisation.
    own : Own, optional
        Takes the place of the EWs as catalogued; nothing more is known of such a network.

    Returns
    -------
    PredictOutput
        In the order of the rows; measured lines are judged where there are at most `JUDGED` galaxies.

    Raises
    ------
    CatalogueError
        When the weights or the table cannot give that noise.
    """
    rows = rows_of(table)
    if noise == "published" and (rows.ew_ivar is None or not np.isfinite(rows.ew_ivar).any()):
        raise CatalogueError(
            "Published noise takes each galaxy's own inverse variances: the file has no columns {LINE}_EW_IVAR. "
            "Choose another noise."
        )
    if own is not None:
        if noise in ("intrinsic", "observed"):
            raise CatalogueError(
                "Your weights do not say how the lines vary together: only published noise can be added to them."
            )
        rows, parts = rows._replace(catalogued=own.ew), PARTS - {"intrinsic"}
        return answer(rows, PredictOptions(params, variant=own.variant, noise=noise, seed=seed, parts=parts))
    judged = rows.ew is not None and has_intrinsic(params) and len(table.ids) <= JUDGED
    return answer(rows, PredictOptions(params, noise=noise, seed=seed, surprise=judged))


def warm_up() -> None:
    """Compile what the first upload waits for: one galaxy and a few, with luminosities and without."""
    for rows in (1, 2):
        for luminosity in (6.0, np.nan):
            flux = np.ones((rows, len(FLUX_NAMES)), np.float32)
            answer(PredictInput(flux, np.full(rows, luminosity, np.float32)), PredictOptions(load_params()))


def known_model(name: str) -> str:
    """Return the name of a model if there is one, else the default's: a page's request must not name a path."""
    return name if name in available_models() else DEFAULT


def known_format(name: str) -> FormatName:
    """Return the name of a format if there is one, else CSV: a page's request may say anything."""
    return cast("FormatName", name if name in FORMATS else "csv")


def write_answers(
    table: FluxTable, answers: PredictOutput, model: str, destination: BinaryIO, format: FormatName = "csv"
) -> None:
    """Write an upload and what is answered about it.

    Parameters
    ----------
    table : FluxTrainingTable
        What was uploaded; its other columns come back unchanged.
    answers : PredictOutput
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


def about_answers(model: str) -> TableMeta:
    """Return what a file of answers says about itself."""
    known = model in available_models()
    weights = f"{model}, sha256 {load_sidecar(model)['sha256']}" if known else f"{model}, a file of the visitor's own"
    fluxes = {name: field._replace(unit="") for name, field in FIELDS.items() if name in FLUX_NAMES}
    return TableMeta(
        "Emission lines predicted from galaxy continua by Galactic Neon",
        "fluxes are in the unit of the input; EW is rest frame, positive in emission",
        fields=dict(FIELDS) | fluxes,
        details={"weights": weights},
    )


def answers_as_file(
    table: FluxTable,
    model: str,
    format: str = "csv",
    noise: AnswerNoise = "none",
    seed: int = 0,
    own: UserWeights | None = None,
) -> tuple[bytes, str]:
    """Answer about an upload and write it, for a download.

    Parameters
    ----------
    table : FluxTrainingTable
        From `data.uploads`.
    model : str
        Name of the weights.
    format : str
        A key of `data.formats.FORMATS`; CSV in place of anything else.
    noise, seed, own
        As for `answer_table`.

    Returns
    -------
    bytes, str
        The file and its extension.

    Raises
    ------
    CatalogueError
        As `answer_table`.
    """
    known, out = known_format(format), io.BytesIO()
    # With a network of the visitor's own, ours gives the domain alone.
    params = load_params(model if own is None else DEFAULT)
    write_answers(table, answer_table(params, table, noise, seed, own), model, out, known)
    return out.getvalue(), FORMATS[known].extensions[0]
