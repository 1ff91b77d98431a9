"""Judge the lines of a table of mock galaxies."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from jaxtyping import Int

from analysis.answers.answer import PredictOptions
from analysis.batch.notes import reading_notes
from analysis.batch.rows import Columns, find_columns, read_rows
from analysis.mocks.lines import Scale, equivalent_widths, read_lines, scale_of, scaled_bins
from analysis.outliers.outlier_score import covered_lines
from data.columns.lines import AUTO, NAMES, LineColumns, find_lines
from data.columns.units import FLUX_UNIT_KEYS
from data.errors import CatalogueError
from data.formats.readers.source import Source, units_of, with_field, with_stated_units
from data.formats.stream import open_source
from data.uploads import RawTable
from model import LINES, MockJudgement, Params, judge

GALAXIES: Final = 5000
"""Galaxies of a file that are judged unless more are asked for; they are spread evenly over its rows."""
MOST_HELD: Final = 4
"""Rows that are held while a file is read, in units of the galaxies that are judged."""


class Asked(NamedTuple):
    """How to judge a table.

    Attributes
    ----------
    columns : str
        Kind of the names of the lines' columns, a key of `data.columns.lines.NAMES`; "auto" to find out.
    line_unit, flux_unit : str
        Units of the lines and of the twelve fluxes where the table states none.
    catalogued : bool
        Whether the lines have DESI's noise and selection; an empty cell of an observable line is then a line that was
        not detected.
    galaxies : int
        Largest number of galaxies to judge.
    seed : int
        Of the draws that they are compared with.
    """

    columns: str = AUTO
    line_unit: str = ""
    flux_unit: str = ""
    catalogued: bool = False
    galaxies: int = GALAXIES
    seed: int = 0


class Plan(NamedTuple):
    """What the columns of a table are.

    Attributes
    ----------
    columns : Columns
        Those of the continuum.
    lines : LineColumns
        Those of the lines.
    scale : str or None
        What gives the continuum its scale.
    notes : tuple of str
        Sentences on it.
    """

    columns: Columns
    lines: LineColumns
    scale: Scale | None
    notes: tuple[str, ...]


class JudgedTable(NamedTuple):
    """The judgement of a table.

    Attributes
    ----------
    name : str
        Name of the table.
    judgement : MockJudgement
        Rows are those of the judged galaxies.
    rows : (galaxy,) array
        Their numbers in the file, from 1.
    total : int
        Rows of the file.
    catalogued : bool
        Whether the lines were judged as those of DESI's catalogue.
    table : dict
        Columns of the judged galaxies: "bin_flux", "ew" [Å], "log_luminosity" and "redshift".
    notes : tuple of str
        How the file was read.
    """

    name: str
    judgement: MockJudgement
    rows: Int[np.ndarray, " galaxy"]
    total: int
    catalogued: bool
    table: dict[str, np.ndarray]
    notes: tuple[str, ...]


def judge_file(source: Path, params: Params, asked: Asked = Asked()) -> JudgedTable:  # noqa: B008
    """Judge the lines of a file of galaxies, of any size.

    Parameters
    ----------
    source : Path
        Parquet, CSV, ECSV, FITS or VOTable: twelve fluxes, lines, optionally log_luminosity and redshift.
    params : Params
        Weights.
    asked : Asked
        How to read and judge it.

    Returns
    -------
    JudgedTable
        The judgement.

    Raises
    ------
    CatalogueError, UploadError
        If the file cannot be read, has no line or none in a known unit, or too few galaxies to judge.
    """
    with open_source(source) as opened:
        return _judge(source.name, opened, params, asked)


def judge_upload(raw: RawTable, params: Params, asked: Asked) -> JudgedTable:
    """Judge the lines of an upload; see `judge_file`."""
    return _judge(raw.name, source_of(raw), params, asked)


def source_of(raw: RawTable) -> Source:
    """Return an upload as a file that was opened for reading."""
    arrays = [
        pa.array(values.tolist(), pa.string()) if values.dtype == object else pa.array(values)
        for values in raw.columns.values()
    ]
    fields = [
        with_field(pa.field(title, array.type), raw.units.get(title, ""))
        for title, array in zip(raw.columns, arrays, strict=True)
    ]
    batch = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
    about = {FLUX_UNIT_KEYS[0]: raw.about.get("flux_unit_said", "")}
    notes = list(raw.about.get("notes", []))
    return with_stated_units(Source(batch.schema, raw.n, iter([batch]), about, notes))


def plan_of(source: Source, params: Params, asked: Asked) -> Plan:
    """Return what the columns of a table are.

    Raises
    ------
    CatalogueError, UploadError
        If a column is missing or ambiguous, or a needed unit is not stated or not understood.
    """
    schema, question = _with_asked_unit(source, asked).schema, PredictOptions(params)
    notes = [note for note in reading_notes(schema, question) if not note.startswith("Copied")]
    columns = find_columns(schema, question)
    lines = find_lines(schema.names, units_of(schema), asked.columns, asked.line_unit)
    scale = scale_of(lines.quantity, columns.unit, columns.optional)
    what = {"EW": "equivalent widths", "flux": "fluxes", "luminosity": "luminosities"}[lines.quantity]
    listed = ", ".join(" + ".join(titles) for titles in lines.columns.values())
    notes.append(f"Lines are read from {listed} as {what} ({NAMES[lines.kind].title}).")
    if scale is not None:
        of = "the column log_luminosity" if scale == "log_luminosity" else f"the twelve fluxes in {columns.unit}"
        notes.append(f"Equivalent widths are the lines over the continuum beside them, whose scale is that of {of}.")
    if columns.ivar and not asked.catalogued:
        notes.append("The file has errors of lines: if the lines have DESI's noise, judge them as catalogued.")
    return Plan(columns, lines, scale, tuple(notes))


def _with_asked_unit(source: Source, asked: Asked) -> Source:
    return with_stated_units(source._replace(about={FLUX_UNIT_KEYS[0]: asked.flux_unit}))


def _judge(name: str, source: Source, params: Params, asked: Asked) -> JudgedTable:
    plan = plan_of(source, params, asked)
    source = _with_asked_unit(source, asked)
    table, rows, total = _spread(_pieces(source.batches, plan, params), asked.galaxies)
    if not total:
        raise CatalogueError(f"{name} has no rows. Give at least 100 galaxies.")
    ew = equivalent_widths(table["lines"], plan.lines.quantity, plan.scale, plan.columns.unit, table)
    notes = list(plan.notes)
    if lost := int((np.isnan(ew) & np.isfinite(table["lines"])).any(axis=1).sum()):
        notes.append(f"{lost:,} of {len(ew):,} galaxies have lines, but no continuum, luminosity or redshift > 0.")
    luminosity, redshift = (
        table[key] if key in plan.columns.optional else None for key in ("log_luminosity", "redshift")
    )
    judged = ew
    if asked.catalogued:
        given = np.array([line.name in plan.lines.columns for line in LINES])
        judged = np.where(np.isnan(ew) & covered_lines(ew, given, redshift), -1.0, ew)
    bins = np.where((table["problems"] == "")[:, None], table["bin_flux"], np.nan)
    try:
        found = judge(params, bins, judged, luminosity, redshift, asked.catalogued, asked.seed)
    except ValueError as error:
        raise CatalogueError(f"{name}: {error}") from error
    kept = {key: table[key] for key in ("bin_flux", "log_luminosity", "redshift")} | {"ew": ew}
    return JudgedTable(name, found, rows + 1, total, asked.catalogued, kept, (*notes, *source.notes))


def _pieces(batches: Iterable[pa.RecordBatch], plan: Plan, params: Params) -> Iterator[dict[str, np.ndarray]]:
    """Yield the columns of each piece of a table."""
    question = PredictOptions(params)
    for batch in batches:
        read = read_rows(batch, question)
        missing = np.full(batch.num_rows, np.nan, np.float32)
        optional = {key: getattr(read, key) for key in ("log_luminosity", "redshift")}
        yield {
            "bin_flux": read.bin_flux,
            "problems": np.asarray(read.problems),
            "lines": read_lines(batch, plan.lines),
            "scaled_bins": scaled_bins(batch, plan.columns, plan.scale),
        } | {key: missing if values is None else values for key, values in optional.items()}


def _spread(
    pieces: Iterator[dict[str, np.ndarray]], galaxies: int
) -> tuple[dict[str, np.ndarray], Int[np.ndarray, " galaxy"], int]:
    """Return the columns of some rows, spread evenly over all pieces, the numbers of these rows, and that of all.

    Every n-th row is held, and n doubles when there are too many, so that memory does not grow with the file.
    """
    step, total, rows = 1, 0, np.zeros(0, int)
    held: dict[str, np.ndarray] = {}
    for piece in pieces:
        size = len(piece["bin_flux"])
        taken = np.arange(-total % step, size, step)
        held = {
            name: np.concatenate([held[name], values[taken]]) if held else values[taken]
            for name, values in piece.items()
        }
        rows, total = np.concatenate([rows, total + taken]), total + size
        while len(rows) > MOST_HELD * galaxies:
            step *= 2
            held, rows = {name: values[::2] for name, values in held.items()}, rows[::2]
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(galaxies, len(rows))).astype(int))
    return {name: values[chosen] for name, values in held.items()}, rows[chosen], total
