"""Judge the lines of a file of mock galaxies."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Int

from analysis.answers.answer import PredictInput, PredictOptions
from analysis.batch.notes import reading_notes
from analysis.batch.rows import EW_NAMES, find_columns, read_rows
from data.errors import CatalogueError
from data.formats.stream import open_source
from model import LINES, MockJudgement, Params, judge
from model.statistics.mock_regions import ALLOWED, LEVELS

GALAXIES: Final = 5000
"""Galaxies of a file that are judged unless more are asked for; they are spread evenly over its rows."""

MOST_HELD: Final = 4
"""Rows that are held while a file is read, in units of the galaxies that are judged."""
COLUMNS: Final = ("bin_flux", "ew", "covered", "problems", "log_luminosity", "redshift")


class JudgedFile(NamedTuple):
    """The judgement of a file.

    Attributes
    ----------
    judgement : MockJudgement
        Rows are those of the judged galaxies.
    rows : (galaxy,) array
        Their numbers in the file, from 1.
    total : int
        Rows of the file.
    notes : tuple of str
        How the file was read.
    """

    judgement: MockJudgement
    rows: np.ndarray
    total: int
    notes: tuple[str, ...]


def judge_file(
    source: Path, params: Params, catalogued: bool = False, galaxies: int = GALAXIES, seed: int = 0
) -> JudgedFile:
    """Judge the lines of a table of galaxies.

    Parameters
    ----------
    source : Path
        Parquet, CSV, ECSV, FITS or VOTable: twelve fluxes, `{LINE}_EW`, optionally log_luminosity and redshift.
    params : Params
        Weights.
    catalogued : bool
        Whether the lines have DESI's noise and selection; an empty cell of an observable line is then a line that was
        not detected.
    galaxies : int
        Largest number of galaxies to judge.
    seed : int
        Of the draws that they are compared with.

    Returns
    -------
    JudgedFile
        The judgement.

    Raises
    ------
    CatalogueError
        If the file cannot be read, or has no line, or too few galaxies to judge.
    """
    question = PredictOptions(params, surprise=True)
    with open_source(source) as opened:
        notes = reading_notes(opened.schema, question)
        columns = find_columns(opened.schema, question)
        table, rows, total = _spread((read_rows(batch, question) for batch in opened.batches), galaxies)
        notes += opened.notes
    if not total:
        raise CatalogueError(f"{source.name} has no rows. Give at least 100 galaxies.")
    ew = np.where(np.isnan(table["ew"]) & table["covered"], -1.0, table["ew"]) if catalogued else table["ew"]
    try:
        found = judge(
            params,
            np.where((table["problems"] == "")[:, None], table["bin_flux"], np.nan),
            ew,
            table["log_luminosity"],
            table["redshift"],
            catalogued,
            seed,
        )
    except ValueError as error:
        raise CatalogueError(f"{source.name}: {error}") from error
    if columns.ivar and not catalogued:
        notes.append("The file has errors of lines: if the lines have DESI's noise, judge them with --catalogued.")
    given = [EW_NAMES[place] for place in range(len(LINES)) if EW_NAMES[place] in columns.ew]
    lines = f"Lines are read from {', '.join(columns.ew[name] for name in given)}."
    return JudgedFile(found, rows + 1, total, (*notes, lines))


def _spread(
    pieces: Iterator[PredictInput], galaxies: int
) -> tuple[dict[str, np.ndarray], Int[np.ndarray, " galaxy"], int]:
    """Return the columns of some rows, spread evenly over all pieces, the numbers of these rows, and that of all.

    Every n-th row is held, and n doubles when there are too many, so that memory does not grow with the file.
    """
    step, total, rows = 1, 0, np.zeros(0, int)
    held: dict[str, np.ndarray] = {}
    for piece in pieces:
        size = len(piece.bin_flux)
        taken = np.arange(-total % step, size, step)
        for name in COLUMNS:
            values = getattr(piece, name)
            more = np.full(len(taken), np.nan, np.float32) if values is None else values[taken]
            held[name] = np.concatenate([held[name], more]) if name in held else more
        rows, total = np.concatenate([rows, total + taken]), total + size
        while len(rows) > MOST_HELD * galaxies:
            step *= 2
            held, rows = {name: values[::2] for name, values in held.items()}, rows[::2]
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(galaxies, len(rows))).astype(int))
    return {name: values[chosen] for name, values in held.items()}, rows[chosen], total


def as_json(found: JudgedFile) -> dict[str, Any]:
    """Return a judgement as what JSON can hold; NaN is null."""

    def number(value: float) -> float | None:
        return None if np.isnan(value) else round(float(value), 4)

    result = found.judgement
    levels = [f"{level:g}" for level in LEVELS]
    return {
        "passes": result.passes,
        "excess": number(result.excess),
        "error": number(result.error),
        "galaxies": result.n,
        "rows": found.total,
        "joint": dict(zip(levels, map(number, result.joint), strict=True)),
        "lines": {
            line.name: {
                "beyond": dict(zip(levels, map(number, result.beyond[place]), strict=True)),
                "difference": number(result.difference[place]),
            }
            for place, line in enumerate(LINES)
        },
        "regions": [
            region._asdict()
            | {"line": LINES[region.line].name, "rows": [int(found.rows[row]) for row in region.rows]}
            | {"beyond": number(region.beyond), "difference": number(region.difference)}
            for region in result.regions
        ],
        "notes": list(found.notes),
    }


def as_text(found: JudgedFile, regions: int = 8) -> str:
    """Return a judgement as a table and sentences."""
    result = found.judgement
    verdict = (
        "The lines are those of DESI's galaxies with this starlight, as far as this test can tell."
        if result.passes
        else "DESI's galaxies with this starlight have other lines."
    )
    rows = [f"{result.n} of {found.total} galaxies judged. {verdict}"]
    limit = 0.05 + ALLOWED + 3 * result.error
    rows.append(f"Largest share beyond the 95 %: {result.excess + 0.05:.1%}; up to {limit:.1%} passes.")
    rows.append(f"{'beyond the':<14}{'68 %':>8}{'95 %':>8}{'99.9 %':>8}   median difference")
    for place, line in enumerate(LINES):
        if not np.isnan(result.beyond[place, 0]):
            shares = "".join(f"{value:>8.1%}" for value in result.beyond[place])
            rows.append(f"{line.label:<14}{shares}   {result.difference[place]:+.2f} Å")
    rows.append(f"{'all jointly':<14}" + "".join(f"{value:>8.1%}" for value in result.joint))
    rows.append(f"{'expected':<14}{0.32:>8.1%}{0.05:>8.1%}{0.001:>8.1%}")
    for region in result.regions[:regions]:
        numbered = region._replace(rows=tuple(int(found.rows[row]) for row in region.rows))
        rows.append(numbered.sentence)
    return "\n".join(rows)
