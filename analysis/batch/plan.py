"""What a job computes for the rows of a file: predictions of lines, or magnitudes; and under which names."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, Literal, NamedTuple

import pyarrow as pa

from analysis.answers.answer import PredictOptions, answer, has_intrinsic
from analysis.answers.columns import ANSWER_COLUMNS, AnswerColumn, as_columns, passed_name
from analysis.batch.rows import find_columns, read_rows
from analysis.emission.magnitude_table import MagnitudeOptions, compute_magnitudes, known_unit, magnitude_columns
from data.catalogue.fields import CATALOGUE_FIELDS
from data.catalogue.schema import FLUX_NAMES
from data.errors import CatalogueError
from data.formats import Field
from data.formats.arrow import as_arrow
from data.formats.readers.source import fields_of

ALWAYS: Final = "PROBLEM"
"""This column, which states why a row has no numbers, is in every output."""

Engine = Literal["local", "dask"]


class Job(NamedTuple):
    """How to predict a file.

    Attributes
    ----------
    question : PredictOptions
        What to compute; its `parts` are replaced by those that the columns need.
    columns : sequence of str
        Names or patterns (``*_EW``) of the columns to write; all if empty.
    engine : {"local", "dask"}
        Whether pieces are computed in this process or by dask.
    model : str
        Name and checksum of the weights, for the file's metadata.
    magnitudes : MagnitudeOptions, optional
        Which magnitudes to compute in place of predictions of the lines.
    """

    question: PredictOptions
    columns: Sequence[str] = ()
    engine: Engine = "local"
    model: str = ""
    magnitudes: MagnitudeOptions | None = None


def plan(schema: pa.Schema, job: Job) -> Job:
    """Return the job with patterns replaced by names, and only the parts that these columns need.

    Raises
    ------
    CatalogueError
        If a pattern matches no column, or magnitudes lack a redshift.
    """
    question = job.question
    if job.magnitudes is not None:
        found = find_columns(schema, question)
        if "redshift" not in found.optional:
            raise CatalogueError(f"Magnitudes need a column redshift. There are {', '.join(schema.names[:20])}.")
        job = job._replace(magnitudes=job.magnitudes._replace(flux_unit=known_unit(found.unit)))
    computed = _computed(job)
    unanswered = set() if has_intrinsic(question.params) else {"intrinsic"}
    if question.noise == "none":
        unanswered.add("noisy")
    if not question.surprise:
        unanswered.add("surprise")
    possible = list(_passed(schema, job).values())
    possible += [name for name, column in computed.items() if column.part not in unanswered]
    for pattern in job.columns:
        if not any(fnmatchcase(name, pattern) for name in possible):
            raise CatalogueError(
                f"--columns: there is no column {pattern!r}. There are {', '.join(possible[:12])} ... {possible[-1]}."
            )
    chosen = [
        name
        for name in possible
        if not job.columns or name == ALWAYS or any(fnmatchcase(name, pattern) for pattern in job.columns)
    ]
    parts = {computed[name].part for name in chosen if name in computed} - {None}
    return job._replace(columns=tuple(chosen), question=question._replace(parts=frozenset(parts)))  # type: ignore[arg-type]


def _computed(job: Job) -> Mapping[str, AnswerColumn]:
    """Return the columns that a job can compute, by name."""
    return ANSWER_COLUMNS if job.magnitudes is None else magnitude_columns(job.magnitudes, job.question)


def _passed(schema: pa.Schema, job: Job) -> dict[str, str]:
    """Return the names that the input's columns have in the output."""
    taken = frozenset(map(str.lower, _computed(job)))
    return {name: passed_name(name, taken=taken) for name in schema.names}


def fields_with(schema: pa.Schema, job: Job) -> dict[str, Field]:
    """Return the fields of a job's file; the input's columns keep the fields of the input."""
    passed = _passed(schema, job)
    given = {passed[name]: field for name, field in fields_of(schema).items()}
    unstated = {name: CATALOGUE_FIELDS[name]._replace(unit="") for name in FLUX_NAMES}
    known = CATALOGUE_FIELDS | {name: column.field for name, column in _computed(job).items()}
    return dict(known) | unstated | given


def predict_batch(batch: pa.RecordBatch, job: Job) -> pa.Table:
    """Predict the rows of one piece.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Columns as for `predict_file`.
    job : Job
        How to predict it.

    Returns
    -------
    pyarrow.Table
        The chosen columns: those of the input, then those of `ANSWER_COLUMNS`.
    """
    return compute(batch, plan(batch.schema, job))


def compute(batch: Any, job: Job) -> pa.Table:
    """Compute the columns of a job that `plan` returned."""
    rows, question = read_rows(batch, job.question), job.question
    if job.magnitudes is None:
        computed = as_columns(answer(rows, question))
    else:
        computed = compute_magnitudes(rows, question, job.magnitudes)
    columns = {passed: batch[name] for name, passed in _passed(batch.schema, job).items()} | computed
    return as_arrow({name: columns[name] for name in job.columns})
