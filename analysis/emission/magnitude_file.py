"""What lines change in the magnitudes of an upload, as a file to download."""

import io
from typing import Final

import numpy as np

from analysis.answers.answer import PredictOptions, has_intrinsic
from analysis.answers.upload import about_answers, known_format, rows_of
from analysis.emission.magnitude_table import MagnitudeOptions, compute_magnitudes, magnitude_columns, question_of
from data.errors import CatalogueError
from data.formats import FORMATS
from data.uploads import FluxTable
from model.storage.weights import load_params

SURVEYS: Final = ("LSST", "DESI")


def magnitudes_as_file(table: FluxTable, model: str, format: str = "csv", seed: int = 0) -> tuple[bytes, str]:
    """Return what drawn lines change in the bands of LSST and DESI, together and each line, for an upload.

    The unit of an upload's fluxes does not reach its table, so that there are differences of magnitudes alone.

    Parameters
    ----------
    table : FluxTable
        From `data.uploads`.
    model : str
        Name of the weights.
    format : str
        A key of `data.formats.FORMATS`; CSV in place of anything else.
    seed : int
        Number of the draw.

    Returns
    -------
    bytes, str
        The file and its extension.

    Raises
    ------
    CatalogueError
        If no galaxy has a redshift.
    """
    from data.formats.whole import write_table

    if table.redshift is None or not np.isfinite(table.redshift).any():
        raise CatalogueError("Magnitudes need redshifts, which the file does not have. Add a column redshift.")
    params = load_params(model)
    options = MagnitudeOptions(SURVEYS, "drawn" if has_intrinsic(params) else "predicted", per_line=True)
    part = "noisy" if options.lines == "drawn" else "catalogued"
    question = question_of(PredictOptions(params, seed=seed, parts=frozenset({part})), options)
    computed = compute_magnitudes(rows_of(table), question, options)
    columns = {"TARGETID": np.array(table.ids, object), "redshift": table.redshift} | computed
    about = about_answers(model)
    fields = dict(about.fields) | {name: one.field for name, one in magnitude_columns(options, question).items()}
    known, out = known_format(format), io.BytesIO()
    title = "What emission lines change in magnitudes, by Galactic Neon"
    write_table(columns, out, known, about._replace(title=title, fields=fields))
    return out.getvalue(), FORMATS[known].extensions[0]
