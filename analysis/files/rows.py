"""From a piece of a file to rows that can be answered about: numbers where there are some, sentences where not."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from analysis.answers.answer import PredictInput, PredictOptions
from analysis.surprise.outlier_score import looked_at
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.errors import CatalogueError
from data.formats.types import is_text, pc
from model.lines import LINE_NAMES

EW_NAMES = tuple(name + EW_SUFFIX for name in LINE_NAMES)
IVAR_NAMES = tuple(name + IVAR_SUFFIX for name in LINE_NAMES)
OPTIONAL_NAMES = ("log_luminosity", "redshift")


def needed(question: PredictOptions) -> list[str]:
    """Return the columns without which a question cannot be answered."""
    names = list(FLUX_NAMES)
    if question.variant == "luminosity":
        names.append("log_luminosity")
    return [*names, *IVAR_NAMES] if question.noise == "published" else names


def require_columns(schema: pa.Schema, question: PredictOptions) -> None:
    """Refuse a file that lacks a column.

    Raises
    ------
    CatalogueError
        A sentence with the columns that lack, and those there are.
    """
    missing = [name for name in needed(question) if name not in schema.names]
    if missing:
        raise CatalogueError(f"The input lacks {', '.join(missing)}. It has: {', '.join(schema.names[:20])}.")
    if question.surprise and not set(EW_NAMES) & set(schema.names):
        raise CatalogueError(f"The input has no measured line to judge: no column {EW_NAMES[0]} ... {EW_NAMES[-1]}.")
    for name in (*needed(question), *OPTIONAL_NAMES):
        kinds = [field.type for field in schema if field.name == name]
        if len(kinds) > 1:
            raise CatalogueError(f"The input has {len(kinds)} columns {name}. Keep one of them.")
        if kinds and not (is_text(kinds[0]) or _is_number(kinds[0])):
            raise CatalogueError(f"Column {name} is of type {kinds[0]}; it must hold numbers. Convert it to float.")


def read_rows(batch: pa.RecordBatch, question: PredictOptions) -> PredictInput:
    """Read the rows of a piece.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        With the columns of `needed`, as numbers or as text.
    question : PredictOptions
        Whether measured lines and inverse variances are needed.

    Returns
    -------
    PredictInput
        With a problem for each row that has text where a number should be.
    """
    problems = np.full(batch.num_rows, "", object)

    def stack(names: Iterable[str]) -> np.ndarray:
        return np.column_stack([_numbers(batch, name, problems) for name in names])

    flux = stack(FLUX_NAMES)
    luminosity, redshift = (
        _numbers(batch, name, problems) if name in batch.schema.names else None for name in OPTIONAL_NAMES
    )
    ivar = stack(IVAR_NAMES) if question.noise == "published" else None
    ew = looked = None
    if question.surprise:
        ew = np.full((batch.num_rows, len(EW_NAMES)), np.nan, np.float32)
        given = np.array([name in batch.schema.names for name in EW_NAMES])
        for place in np.flatnonzero(given):
            # Words in place of a measured width mean that there is none; the row can be predicted all the same.
            ew[:, place] = _numbers(batch, EW_NAMES[place], np.full(batch.num_rows, "", object))
        looked = looked_at(ew, given, redshift)
    return PredictInput(flux, luminosity, redshift, ivar, ew, looked, problems)


def _is_number(kind: pa.DataType) -> bool:
    return (
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind) or pa.types.is_decimal(kind)
    )


def _numbers(batch: pa.RecordBatch, name: str, problems: np.ndarray) -> np.ndarray:
    column = batch[name]
    if not is_text(column.type):
        return column.cast(pa.float32(), safe=False).to_numpy(zero_copy_only=False).astype(np.float32)
    column = pc.utf8_trim_whitespace(column)
    column = pc.if_else(pc.equal(column, ""), None, column)
    try:
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float32)
    except pa.ArrowInvalid:
        return np.array([_number(text, row, name, problems) for row, text in enumerate(column.to_pylist())], np.float32)


def _number(text: str | None, row: int, name: str, problems: np.ndarray) -> float:
    if text is None:
        return np.nan
    try:
        return float(text)
    except ValueError:
        if not problems[row]:
            problems[row] = f"{name} is {text[:24]!r}, which is not a number; write it like 1.25 or 3.1e-17"
        return np.nan
