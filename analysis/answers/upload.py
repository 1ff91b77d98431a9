"""Predictions for an uploaded table, and the file to download: every row, in order, ids as text."""

import io
from collections.abc import Sequence
from typing import BinaryIO, Final, NamedTuple, cast

import numpy as np
from jaxtyping import Float

from analysis.answers.answer import (
    PARTS,
    AnswerNoise,
    PredictInput,
    PredictOptions,
    PredictOutput,
    answer,
    has_intrinsic,
)
from analysis.answers.columns import FIELDS, as_columns, passed_name
from analysis.answers.measured import measured_lines
from data.catalogue.schema import FLUX_NAMES
from data.columns.missing import RANGES
from data.errors import CatalogueError
from data.formats import FORMATS, FormatName, TableMeta
from data.uploads import FluxTable
from model.features import VARIANTS
from model.predictions.params import Params
from model.storage.weights import DEFAULT, available_models, load_params, load_sidecar

JUDGED: Final = 96
"""Most galaxies of an upload for which outlier scores are computed: a few seconds on one processor."""


class UserWeights(NamedTuple):
    """Predictions for a table by a visitor's own network, which the browser evaluates.

    Attributes
    ----------
    ew : (3, galaxy, 10) array
        Median, 16th and 84th percentile [Å]; NaN where there is no prediction.
    variants : tuple of str
        Those of `features.VARIANTS` that the network has.
    """

    ew: Float[np.ndarray, "3 galaxy line"]
    variants: tuple[str, ...]


def rows_of(table: FluxTable) -> PredictInput:
    """Return an upload's galaxies with their measured lines and the problems found in reading them."""
    measured, problems = measured_lines(table), np.array(table.problems, object)
    ew, ivar, covered = measured or (None, None, None)
    kinds = None if table.kinds is None else np.array([*table.kinds, None], object)[:-1]
    return PredictInput(
        table.bin_flux,
        table.log_luminosity,
        table.redshift,
        ivar,
        ew,
        covered,
        problems,
        kinds=kinds,
        bin_flux_ivar=table.bin_flux_ivar,
        expected_ew_halpha=table.expected_ew_halpha,
        log_oh=table.log_oh,
    )


def answer_table(
    params: Params,
    table: FluxTable,
    noise: AnswerNoise = "none",
    seed: int = 0,
    own: UserWeights | None = None,
    anchored: bool = False,
) -> PredictOutput:
    """Predict every row of an upload.

    Parameters
    ----------
    params : Params
        From `load_params`.
    table : FluxTable
        From `uploads.read`.
    noise : {"none", "published", "intrinsic", "observed"}
        Kind of realisation; see `analysis.answers.answer.PredictOptions`.
    seed : int
        Number of the realisation.
    own : UserWeights, optional
        Replaces the EWs as catalogued; there are then no intrinsic EWs.
    anchored : bool
        Whether realisations are drawn given the expected Hα.

    Returns
    -------
    PredictOutput
        In the order of the rows; with outlier scores if the table has at most `JUDGED` galaxies.

    Raises
    ------
    CatalogueError
        If the weights or the table do not allow this noise.
    """
    rows = rows_of(table)
    if noise == "published" and (rows.ew_ivar is None or not np.isfinite(rows.ew_ivar).any()):
        raise CatalogueError(
            "Published noise uses each galaxy's own inverse variances, but the file has no columns {LINE}_EW_IVAR. "
            "Choose another noise."
        )
    if own is not None:
        if noise in ("intrinsic", "observed"):
            raise CatalogueError(
                "Your weights do not say how the lines vary together, so only published noise can be added to them."
            )
        rows, parts = rows._replace(catalogued=own.ew), PARTS - {"intrinsic"}
        absent = dict.fromkeys(set(VARIANTS) - set(own.variants))
        return answer(
            rows, PredictOptions(params._replace(**absent), noise=noise, seed=seed, fill_missing=True, parts=parts)
        )
    judged = rows.ew is not None and has_intrinsic(params) and len(table.ids) <= JUDGED
    return answer(
        rows, PredictOptions(params, noise=noise, seed=seed, fill_missing=True, surprise=judged, anchored=anchored)
    )


def warm_up(sizes: Sequence[int] = (1, 2)) -> None:
    """Compile predictions of tables with so many rows ahead of the first upload."""
    for rows in sizes:
        answer(PredictInput(np.ones((rows, len(FLUX_NAMES)), np.float32)), PredictOptions(load_params()))


def known_model(name: str) -> str:
    """Return the name if a model has it, else the default's: a request must not name a path."""
    return name if name in available_models() else DEFAULT


def known_format(name: str) -> FormatName:
    """Return the name if a format has it, else "csv": a request may hold any text."""
    return cast("FormatName", name if name in FORMATS else "csv")


def write_answers(
    table: FluxTable, answers: PredictOutput, model: str, destination: BinaryIO, format: FormatName = "csv"
) -> None:
    """Write an upload together with its predictions.

    Parameters
    ----------
    table : FluxTable
        The upload; its other columns are written unchanged.
    answers : PredictOutput
        From `answer_table`.
    model : str
        Name of the weights, for the file's metadata.
    destination : binary file
        Written to.
    format : str
        A key of `data.formats.FORMATS`.
    """
    from data.formats.whole import write_table

    columns: dict[str, np.ndarray] = {"TARGETID": np.array(table.ids, object)}
    columns |= {name: values for name in RANGES if (values := getattr(table, name)) is not None}
    columns |= {name: table.bin_flux[:, index] for index, name in enumerate(FLUX_NAMES)}
    ours = {name.lower() for name in columns}
    for name, cells in table.extra.items():
        columns[passed_name(name, hidden=name.lower() in ours)] = np.array(cells, object)
    write_table(columns | as_columns(answers), destination, format, about_answers(model))


def about_answers(model: str) -> TableMeta:
    """Return the metadata of a file of predictions."""
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
    anchored: bool = False,
) -> tuple[bytes, str]:
    """Predict an upload and return the file to download.

    Parameters
    ----------
    table : FluxTable
        From `data.uploads`.
    model : str
        Name of the weights.
    format : str
        A key of `data.formats.FORMATS`; CSV in place of anything else.
    noise, seed, own, anchored
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
    # With the visitor's own network, the default weights are used for the domain alone.
    params = load_params(model if own is None else DEFAULT)
    write_answers(table, answer_table(params, table, noise, seed, own, anchored), model, out, known)
    return out.getvalue(), FORMATS[known].extensions[0]
