"""Predict the galaxies of a file into another file, piece by piece; the output appears when it is complete."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import jax
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.answers.answer import require
from analysis.batch.notes import reading_notes
from analysis.batch.parts import Parts
from analysis.batch.plan import ALWAYS, Job, compute, fields_with, plan
from analysis.emission.magnitude_table import coverage_notes, question_of, uncovered
from data.atomic import alone
from data.columns.names import reads_as_text
from data.columns.units import FLUX_UNIT_KEYS
from data.errors import CatalogueError, DataError
from data.formats import FormatName, TableMeta, format_of
from data.formats.readers.source import Source, with_stated_units
from data.formats.stream import open_source, open_target

WRITABLE: Final[tuple[FormatName, ...]] = ("parquet", "csv", "ecsv", "fits")
"""Formats that can be written piece by piece; VOTable can only be read."""
WINDOW: Final = 8
"""Pieces that dask computes at a time."""


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
    if job.magnitudes is not None:
        job = job._replace(question=question_of(job.question, job.magnitudes))
    require(job.question)
    exact = format_of(source) == "csv" and kind == "csv"

    def is_text(name: str) -> bool:
        """Return whether a column is read as text: all are from CSV to CSV, so that no digit changes."""
        return exact or reads_as_text(name)

    with _open(source, job, text=is_text) as opened:
        read = reading_notes(opened.schema, job.question)
        ready = plan(opened.schema, job)
        schema = compute(opened.schema.empty_table(), ready).schema
        total = opened.rows if opened.rows is not None else _count_lines(source) - 1
        magnitudes = "Magnitudes of galaxies with and without emission lines by Galactic Neon"
        meta = TableMeta(
            magnitudes if job.magnitudes else "Emission lines predicted from galaxy continua by Galactic Neon",
            f"predicted from {source.name}; EW is rest frame, positive in emission",
            fields=fields_with(opened.schema, ready),
            details={name: said for name, said in (("weights", job.model), ("notes", " ".join(read))) if said},
        )
        if kind != "parquet":
            written = _write(opened, target, ready, schema, meta, lambda done: progress(done, total))
            return written._replace(notes=(*written.notes, *read))
    with alone(target):
        parts = Parts(target, _key(source, ready, schema))
        try:
            with _open(source, job, start=parts.rows, text=is_text) as opened:
                progress(parts.rows, total)
                missing = Counter[str]()
                for part in parts.finished:
                    _count_uncovered(pq.read_table(part.path), ready, missing)
                for done in parts.write(_pieces(opened, ready, missing), schema, meta):
                    progress(done, total)
                _require_rows(parts.rows, source)
                parts.join(schema, meta)
                notes = (*opened.notes, *read, *coverage_notes(missing))
        except DataError:
            parts.discard()
            raise
    return FileResult(parts.rows, parts.problems, notes)


def _write(
    source: Source, target: Path, job: Job, schema: pa.Schema, meta: TableMeta, progress: Callable[[int], None]
) -> FileResult:
    done = problems = 0
    missing = Counter[str]()
    with open_target(target, schema, meta) as write:
        for table, bad in _pieces(source, job, missing):
            write(table)
            done, problems = done + table.num_rows, problems + bad
            progress(done)
        _require_rows(done, target)
    return FileResult(done, problems, (*source.notes, *coverage_notes(missing)))


def _open(source: Path, job: Job, **options: Any) -> AbstractContextManager[Source]:
    """Open a file; fluxes without a unit have that of the job."""

    @contextmanager
    def opening() -> Iterator[Source]:
        with open_source(source, **options) as opened:
            unit = job.magnitudes.flux_unit if job.magnitudes else ""
            yield with_stated_units(opened._replace(about={FLUX_UNIT_KEYS[0]: unit})) if unit else opened

    return opening()


def _require_rows(rows: int, path: Path) -> None:
    if not rows:
        raise CatalogueError(f"{path.name} has no rows. Give at least one galaxy.")


def _predict_and_count(batch: pa.RecordBatch, job: Job) -> tuple[pa.Table, int]:
    table = compute(batch, job)
    return table, int(np.count_nonzero(table[ALWAYS].to_numpy() != ""))


def _count_uncovered(table: pa.Table, job: Job, missing: Counter[str]) -> None:
    """Add to `missing`, by band, the galaxies of which a band has no magnitude."""
    if job.magnitudes is not None:
        missing.update(uncovered(table, job.magnitudes))


def _pieces(source: Source, job: Job, missing: Counter[str]) -> Iterator[tuple[pa.Table, int]]:
    for table, bad in _computed_pieces(source, job):
        _count_uncovered(table, job, missing)
        yield table, bad


def _computed_pieces(source: Source, job: Job) -> Iterator[tuple[pa.Table, int]]:
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
        job.magnitudes,
        weights.hexdigest(),
        schema.to_string(),
    ]
    return sha256(json.dumps(request).encode()).hexdigest()


def _count_lines(path: Path) -> int:
    """Return the number of lines, about the rows of a CSV file plus one, for the progress bar."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
