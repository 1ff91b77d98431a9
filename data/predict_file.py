"""Predict a file of continua into another file: in pieces, rows in order, nothing half-written."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.errors import CatalogueError
from data.fluxes import FLUX_RANGE
from data.results import predict_rows
from data.schema import FLUX_NAMES, IVAR_SUFFIX
from data.verdicts import judge_rows
from model.batch import complete_many
from model.lines import LINE_NAMES
from model.network import Params
from model.noise import published_noise

BATCH_ROWS: Final = 65_536
SUFFIXES: Final = (".parquet", ".csv")
OPTIONAL_NAMES: Final = ("log_luminosity", "redshift")
END_BINS: Final = (0, len(FLUX_NAMES) - 1)
ID_NAMES: Final = ("TARGETID", "target_id")

Variant = Literal["auto", "colors", "luminosity"]
Noise = Literal["none", "published"]


class Request(NamedTuple):
    """What to predict.

    Attributes
    ----------
    params : Params
        From `load_params`.
    variant : {"auto", "colors", "luminosity"}
        "auto" uses the luminosity of the rows that give one.
    noise : {"none", "published"}
        "published" adds N(0, the row's own ivar) as `{LINE}_EW_NOISY`.
    seed : int
        Realisation of the noise.
    fill_missing : bool
        Whether a first or last bin that is missing is filled in from the others, or is a PROBLEM.
    """

    params: Params
    variant: Variant = "auto"
    noise: Noise = "none"
    seed: int = 0
    fill_missing: bool = False


class Outcome(NamedTuple):
    """Rows written, and how many of them have a PROBLEM instead of numbers."""

    rows: int
    problems: int


def predict_file(
    source: Path, target: Path, request: Request, progress: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Predict every row of a Parquet or CSV file.

    Columns are passed through unchanged, except that a measured `{LINE}_EW` becomes `INPUT_{LINE}_EW`.

    Parameters
    ----------
    source : Path
        Columns flux_00 ... flux_11, optionally log_luminosity, `{LINE}_EW_IVAR` and an id.
    target : Path
        Where to write, Parquet or CSV by its extension; appears only when it is whole.
    request : Request
        What to predict.
    progress : callable
        Called with the number of rows done after each piece.

    Returns
    -------
    Outcome
        Counts for the exit status.

    Raises
    ------
    CatalogueError
        When the input lacks a column or cannot be read, or an extension is unknown.
    """
    for path in (source, target):
        if path.suffix.lower() not in SUFFIXES:
            raise CatalogueError(f"{path.name}: the extension chooses the format; use {' or '.join(SUFFIXES)}.")
    done = problems = 0
    temporary = target.with_name(f".{target.stem}.{os.getpid()}.tmp{target.suffix}")
    try:
        with _batches(source) as (schema, batches):
            _require(schema, request)
            writer: Any = None
            for batch in batches:
                table = predict_batch(batch, request)
                if writer is None:
                    writer = _writer(temporary, table.schema)
                writer.write_table(table)
                done += table.num_rows
                problems += sum(bool(text) for text in table["PROBLEM"].to_pylist())
                progress(done)
            if writer is None:
                raise CatalogueError(f"{source.name} has no rows. Give at least one galaxy.")
            writer.close()
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return Outcome(done, problems)


def predict_batch(batch: pa.RecordBatch, request: Request) -> pa.Table:
    """Predict the rows of one piece.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Columns as for `predict_file`.
    request : Request
        What to predict.

    Returns
    -------
    pyarrow.Table
        The input columns, then `{LINE}_EW`, `_P16`, `_P84` [Å], noise where asked for, VARIANT, DOMAIN with its
        score and reason, and PROBLEM.
    """
    given = np.column_stack([_floats(batch, name) for name in FLUX_NAMES])
    fill = request.fill_missing and np.isnan(given).any()
    flux = np.array(complete_many(request.params, given) if fill else given)
    problems = _problems(flux)
    flux[problems != ""] = np.nan
    optional = {name: _floats(batch, name) for name in OPTIONAL_NAMES if name in batch.schema.names}
    domain = judge_rows(request.params, given, **optional)
    luminosity = None
    if request.variant != "colors" and "log_luminosity" in optional:
        luminosity = optional["log_luminosity"]
        if request.variant == "luminosity":
            problems[(problems == "") & ~np.isfinite(luminosity)] = "log_luminosity is missing; use --variant colors"
    prediction, variants = predict_rows(request.params, flux, luminosity, problems == "")
    columns: dict[str, Any] = {}
    for name in batch.schema.names:
        columns[f"INPUT_{name}" if name.removesuffix("_EW") in LINE_NAMES else name] = batch[name]
    for suffix, values in zip(("_EW", "_EW_P16", "_EW_P84"), prediction, strict=True):
        columns |= {name + suffix: np.asarray(values)[:, index] for index, name in enumerate(LINE_NAMES)}
    if request.noise == "published":
        ivar = np.column_stack([_floats(batch, name + IVAR_SUFFIX) for name in LINE_NAMES])
        noisy = np.asarray(published_noise(request.seed, flux, prediction.ew, ivar))
        columns |= {f"{name}_EW_NOISY": noisy[:, index] for index, name in enumerate(LINE_NAMES)}
    columns |= {"VARIANT": pa.array(variants), "DOMAIN": pa.array(domain.verdict)}
    columns |= {"DOMAIN_SCORE": domain.score, "DOMAIN_REASON": pa.array(domain.reason)}
    columns |= {"PROBLEM": pa.array(problems.tolist())}
    return pa.table(columns)


def _floats(batch: pa.RecordBatch, name: str) -> np.ndarray:
    try:
        return batch[name].cast(pa.float32()).to_numpy(zero_copy_only=False).astype(np.float32)
    except pa.ArrowInvalid as error:
        raise CatalogueError(f"Column {name}: {error}. Every value must be a number.") from error


def _problems(flux: np.ndarray) -> np.ndarray:
    """Say for each row which flux cannot be used, or nothing."""
    problems = np.full(len(flux), "", dtype=object)
    bad = ~((flux >= FLUX_RANGE[0]) & (flux <= FLUX_RANGE[1]))
    for row in np.flatnonzero(bad.any(axis=1)):
        column = int(np.argmax(bad[row]))
        problems[row] = f"{FLUX_NAMES[column]} is {flux[row, column]}; every flux must be a number > 0"
        if column in END_BINS and np.isnan(flux[row, column]):
            problems[row] += "; an end bin can be filled in, see --fill-missing"
    return problems


def _require(schema: pa.Schema, request: Request) -> None:
    needed = list(FLUX_NAMES)
    if request.variant == "luminosity":
        needed.append("log_luminosity")
    if request.noise == "published":
        needed += [name + IVAR_SUFFIX for name in LINE_NAMES]
    missing = [name for name in needed if name not in schema.names]
    if missing:
        raise CatalogueError(f"The input lacks {', '.join(missing)}. It has: {', '.join(schema.names[:20])}.")


@contextmanager
def _batches(source: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    if not source.is_file():
        raise CatalogueError(f"There is no file {str(source)!r}. Check the path.")
    try:
        if source.suffix.lower() == ".parquet":
            with pq.ParquetFile(source) as file:
                yield file.schema_arrow, file.iter_batches(BATCH_ROWS)
        else:
            # Ids stay text: 19 digits do not survive as floating-point numbers.
            convert = pacsv.ConvertOptions(
                column_types=dict.fromkeys(ID_NAMES, pa.string()) | dict.fromkeys(FLUX_NAMES, pa.float64())
            )
            with pacsv.open_csv(source, convert_options=convert) as reader:
                yield reader.schema, iter(reader)
    except pa.ArrowInvalid as error:
        raise CatalogueError(f"{source.name} cannot be read: {error}") from error


def _writer(path: Path, schema: pa.Schema) -> Any:
    if path.suffix.lower() == ".parquet":
        return pq.ParquetWriter(path, schema, compression="zstd")
    return pacsv.CSVWriter(path, schema)
