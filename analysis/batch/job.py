"""Predict the galaxies of a file into another file, piece by piece; the output appears when it is complete."""

import json
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import jax
import numpy as np
import pyarrow as pa

from analysis.answers.answer import PredictOptions, answer, has_intrinsic, require
from analysis.answers.columns import ANSWER_COLUMNS, FIELDS, as_columns, passed_name
from analysis.batch.notes import reading_notes
from analysis.batch.parts import Parts
from analysis.batch.rows import read_rows
from data.atomic import alone
from data.catalogue.schema import FLUX_NAMES
from data.columns.names import reads_as_text
from data.errors import CatalogueError, DataError
from data.formats import Field, FormatName, TableMeta, format_of
from data.formats.arrow import as_arrow
from data.formats.readers.source import Source, fields_of
from data.formats.stream import open_source, open_target

WRITABLE: Final[tuple[FormatName, ...]] = ("parquet", "csv", "ecsv", "fits")
"""Formats that can be written piece by piece; VOTable can only be read."""
ALWAYS: Final = "PROBLEM"
"""This column, which states why a row has no numbers, is in every output."""
WINDOW: Final = 8
"""Pieces that dask computes at a time."""

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
    """

    question: PredictOptions
    columns: Sequence[str] = ()
    engine: Engine = "local"
    model: str = ""


class FileResult(NamedTuple):
    """Number of rows written, how many of them have a PROBLEM instead of numbers, and how the file was read."""

    rows: int
    problems: int
    notes: tuple[str, ...] = ()


def predict_file(
    source: Path, target: Path, job: Job, progress: Callable[[int, int | None], None] = lambda _, __: None
) -> FileResult:
    """Predict every row of a file.

    The input's columns are copied unchanged. A column with the name of a predicted one, such as a measured
    `{LINE}_EW`, is renamed to `INPUT_{LINE}_EW`.

    Parameters
    ----------
    source : Path
        Parquet, CSV, ECSV or FITS: flux_00 ... flux_11, optionally log_luminosity, redshift, `{LINE}_EW_IVAR`, an id.
    target : Path
        The output, in the format of its extension; it appears when it is complete. An interrupted run into Parquet
        is resumed.
    job : Job
        How to predict it.
    progress : callable
        Called with the number of rows done so far, and the number of all rows or None if unknown.

    Returns
    -------
    FileResult
        Counts of rows and problems.

    Raises
    ------
    CatalogueError
        When the input lacks a column or cannot be read, an extension is unknown, or another run writes the same file.
    """
    kind = format_of(target, WRITABLE)
    require(job.question)
    exact = format_of(source) == "csv" and kind == "csv"

    def is_text(name: str) -> bool:
        """Return whether a column is read as text: all are from CSV to CSV, so that no digit changes."""
        return exact or reads_as_text(name)

    with open_source(source, text=is_text) as opened:
        read = reading_notes(opened.schema, job.question)
        plan = _plan(opened.schema, job)
        schema = _predict(opened.schema.empty_table(), plan).schema
        total = opened.rows if opened.rows is not None else _count_lines(source) - 1
        meta = TableMeta(
            "Emission lines predicted from galaxy continua by Galactic Neon",
            f"predicted from {source.name}; EW is rest frame, positive in emission",
            fields=fields_with(opened.schema),
            details={name: said for name, said in (("weights", job.model), ("notes", " ".join(read))) if said},
        )
        if kind != "parquet":
            written = _write(opened, target, plan, schema, meta, lambda done: progress(done, total))
            return written._replace(notes=(*written.notes, *read))
    with alone(target):
        parts = Parts(target, _key(source, plan, schema))
        try:
            with open_source(source, start=parts.rows, text=is_text) as opened:
                progress(parts.rows, total)
                for done in parts.write(_pieces(opened, plan), schema, meta):
                    progress(done, total)
                _require_rows(parts.rows, source)
                parts.join(schema, meta)
                notes = (*opened.notes, *read)
        except DataError:
            parts.discard()
            raise
    return FileResult(parts.rows, parts.problems, notes)


def _write(
    source: Source, target: Path, job: Job, schema: pa.Schema, meta: TableMeta, progress: Callable[[int], None]
) -> FileResult:
    done = problems = 0
    with open_target(target, schema, meta) as write:
        for table, bad in _pieces(source, job):
            write(table)
            done, problems = done + table.num_rows, problems + bad
            progress(done)
        _require_rows(done, target)
    return FileResult(done, problems, tuple(source.notes))


def _require_rows(rows: int, path: Path) -> None:
    if not rows:
        raise CatalogueError(f"{path.name} has no rows. Give at least one galaxy.")


def _plan(schema: pa.Schema, job: Job) -> Job:
    """Return the job with patterns replaced by names, and only the parts that these columns need.

    Raises
    ------
    CatalogueError
        If a pattern matches no column.
    """
    question = job.question
    unanswered = set() if has_intrinsic(question.params) else {"intrinsic"}
    if question.noise == "none":
        unanswered.add("noisy")
    if not question.surprise:
        unanswered.add("surprise")
    possible = [passed_name(name) for name in schema.names]
    possible += [name for name, column in ANSWER_COLUMNS.items() if column.part not in unanswered]
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
    parts = {ANSWER_COLUMNS[name].part for name in chosen if name in ANSWER_COLUMNS} - {None}
    return job._replace(columns=tuple(chosen), question=question._replace(parts=frozenset(parts)))  # type: ignore[arg-type]


def fields_with(schema: pa.Schema) -> dict[str, Field]:
    """Return the fields of a file of predictions; the input's columns keep the fields of the input."""
    given = {passed_name(name): field for name, field in fields_of(schema).items()}
    unstated = {name: FIELDS[name]._replace(unit="") for name in FLUX_NAMES}
    return dict(FIELDS) | unstated | given


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
    return _predict(batch, _plan(batch.schema, job))


def _predict(batch: Any, job: Job) -> pa.Table:
    answers = answer(read_rows(batch, job.question), job.question)
    columns = {passed_name(name): batch[name] for name in batch.schema.names} | as_columns(answers)
    return as_arrow({name: columns[name] for name in job.columns})


def _predict_and_count(batch: pa.RecordBatch, job: Job) -> tuple[pa.Table, int]:
    table = _predict(batch, job)
    return table, int(np.count_nonzero(table[ALWAYS].to_numpy() != ""))


def _pieces(source: Source, job: Job) -> Iterator[tuple[pa.Table, int]]:
    if job.engine == "local":
        for batch in source.batches:
            yield _predict_and_count(batch, job)
        return
    from dask.base import compute
    from dask.delayed import delayed

    work = delayed(_predict_and_count, pure=False)
    shared = delayed(job, traverse=False)
    while window := list(islice(source.batches, WINDOW)):
        yield from compute(*(work(batch, shared) for batch in window))


def _key(source: Path, job: Job, schema: pa.Schema) -> str:
    """Return a hash of input and job, so that parts of a different run are not reused."""
    status, question = source.stat(), job.question
    weights = sha256()
    for leaf in jax.tree.leaves(question.params):
        weights.update(np.asarray(leaf).tobytes())
    named = question._replace(params=None, parts=sorted(question.parts))  # type: ignore[arg-type]
    request = [
        str(source.resolve()),
        status.st_size,
        status.st_mtime_ns,
        named,
        weights.hexdigest(),
        schema.to_string(),
    ]
    return sha256(json.dumps(request).encode()).hexdigest()


def _count_lines(path: Path) -> int:
    """Return the number of lines, about the rows of a CSV file plus one, for the progress bar."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
