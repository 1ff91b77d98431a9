"""Magnitudes of a table of galaxies with and without their lines: which columns there are, and what is in them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final, Literal, NamedTuple

import jax
import numpy as np

from analysis.answers.answer import Part, PredictInput, PredictOptions, PredictOutput, answer, has_intrinsic
from analysis.answers.columns import AnswerColumn
from analysis.emission.filters import load_bands
from data.columns import units
from data.errors import CatalogueError
from data.formats.fields import Field
from model.lines import LINES
from model.physics.magnitudes import line_magnitudes
from model.predictions.batch import complete_many
from model.predictions.chunks import CHUNKS, in_chunks

Lines = Literal["drawn", "predicted", "none"]
STRETCH: Final = {"wavelength": 0, "photon wavelength": 1, "frequency": 2, "photon frequency": 3}
"""Power of 1 + z by which f_lambda of such a flux is smaller than with the rest-frame wavelengths of the bins."""
MOST_NAMED: Final = 30
"""Most bands that a sentence names."""


class MagnitudeOptions(NamedTuple):
    """Which magnitudes to compute.

    Attributes
    ----------
    surveys : tuple of str
        Members of `SURVEYS`.
    lines : {"drawn", "predicted", "none"}
        "drawn": a joint draw of the noise-free lines; "predicted": their medians; "none": starlight alone.
    per_line : bool
        Whether there is a column for what each line changes.
    flux_unit : str
        Unit of the fluxes; "" if it is not known: then only the changes are computed.
    """

    surveys: tuple[str, ...] = ("LSST",)
    lines: Lines = "drawn"
    per_line: bool = False
    flux_unit: str = ""


def known_unit(unit: str) -> str:
    """Return a unit of fluxes if it has a scale, else ""."""
    return unit if unit and units.flux_unit(unit).absolute else ""


def question_of(question: PredictOptions, options: MagnitudeOptions) -> PredictOptions:
    """Return the question that has the lines as its answer.

    Raises
    ------
    CatalogueError
        If the weights cannot draw lines.
    """
    if options.lines == "drawn" and not has_intrinsic(question.params):
        raise CatalogueError("These weights cannot draw lines. Use the default model, or --lines predicted.")
    return question._replace(noise="intrinsic" if options.lines == "drawn" else "none")


def magnitude_columns(options: MagnitudeOptions, question: PredictOptions) -> dict[str, AnswerColumn]:
    """Return the columns by name: those of each band, then PROBLEM.

    Raises
    ------
    CatalogueError
        If there is nothing to compute: no lines, and no unit of the fluxes.
    """
    if options.lines == "none" and not options.flux_unit:
        raise CatalogueError(
            "Magnitudes need the unit of the fluxes, which the file does not state. Give it with --flux-unit, for "
            f"example '{units.FLUX_UNITS[0]}'."
        )
    return dict(_columns(options, question)) | {
        "PROBLEM": AnswerColumn(None, Field("", "why the row has no numbers", "meta.note"))
    }


def _columns(options: MagnitudeOptions, question: PredictOptions) -> Iterator[tuple[str, AnswerColumn]]:
    parts: dict[Lines, Part | None] = {
        "drawn": "noisy",
        "predicted": "intrinsic" if has_intrinsic(question.params) else "catalogued",
        "none": None,
    }
    part, lined = parts[options.lines], options.lines != "none"
    light = f"starlight and {options.lines} lines" if lined else "starlight alone"
    for band in load_bands(*options.surveys).names:
        name = column_of_band(band)
        if options.flux_unit:
            yield f"mag_{name}", AnswerColumn(part, Field("mag", f"{band}: AB magnitude of {light}", "phot.mag"))
        if options.flux_unit and lined:
            text = f"{band}: AB magnitude of starlight alone"
            yield f"mag_{name}_no_lines", AnswerColumn(None, Field("mag", text, "phot.mag"))
        if lined:
            text = f"{band}: magnitude with {options.lines} lines minus that without"
            yield f"dmag_{name}", AnswerColumn(part, Field("mag", text, "phot.mag;arith.diff"))
        for line in LINES if lined and options.per_line else ():
            field = Field("mag", f"{band}: what {line.label} alone changes", "phot.mag;arith.diff")
            yield f"dmag_{name}_{line.name.lower()}", AnswerColumn(part, field)


def column_of_band(band: str) -> str:
    """Return the end of a band's column names, as RAIL writes them: g_lsst of "LSST g", H_roman of "Roman H"."""
    survey, letter = band.split()
    return f"{letter}_{survey.lower()}"


def compute_magnitudes(
    rows: PredictInput, question: PredictOptions, options: MagnitudeOptions
) -> dict[str, np.ndarray]:
    """Compute the columns of `magnitude_columns`.

    Parameters
    ----------
    rows : PredictInput
        Any number of galaxies, with redshifts.
    question : PredictOptions
        From `question_of`, with the parts that the columns need.
    options : MagnitudeOptions
        Which magnitudes.

    Returns
    -------
    dict
        Arrays (galaxy,) by column [mag]; NaN in rows with a PROBLEM, and where the bins do not cover a band.
    """
    answers, n = answer(rows, question), len(rows.bin_flux)
    names, wavelength, responses = load_bands(*options.surveys)
    flux = np.array(rows.bin_flux, np.float32)
    if rows.bin_flux_ivar is not None:
        flux[rows.bin_flux_ivar == 0] = np.nan
    if question.fill_missing and np.isnan(flux).any():
        flux = np.array(complete_many(question.params, flux))
    redshift = np.full(n, np.nan, np.float32) if rows.redshift is None else np.asarray(rows.redshift, np.float32)
    problems = np.array([*answers.problems, None], object)[:-1]
    problems[np.isnan(redshift) & (problems == "")] = "redshift is missing; magnitudes need it"
    flux[problems != ""] = np.nan
    each = options.per_line and options.lines != "none"
    computed = in_chunks(
        partial(_of_many, wavelength.astype(np.float32), responses.astype(np.float32), per_line=each),
        *(flux, _lines_of(answers, question, n), redshift),
        chunks=CHUNKS[1:3],
    )
    with_lines, without, changes = computed
    columns: dict[str, Any] = {}
    for place, band in enumerate(names):
        name = column_of_band(band)
        if options.flux_unit:
            zero = _zero(options.flux_unit, redshift)
            columns[f"mag_{name}"] = (with_lines[:, place] + zero).astype(np.float32)
            columns[f"mag_{name}_no_lines"] = (without[:, place] + zero).astype(np.float32)
        columns[f"dmag_{name}"] = with_lines[:, place] - without[:, place]
        if changes is not None:
            columns |= {f"dmag_{name}_{line.name.lower()}": changes[:, place, at] for at, line in enumerate(LINES)}
    return columns | {"PROBLEM": problems}


@partial(jax.jit, static_argnames="per_line")
def _of_many(wavelength: Any, responses: Any, flux: Any, ew: Any, redshift: Any, *, per_line: bool) -> Any:
    """Return magnitudes with lines and without, and if asked for what each line changes."""
    found = jax.vmap(line_magnitudes, (None, None, 0, 0, 0))(wavelength, responses, flux, ew, redshift)
    return (*found[:2], found.changes if per_line else None)


def _lines_of(answers: PredictOutput, question: PredictOptions, n: int) -> np.ndarray:
    """Return the lines that the answer has (galaxy, line) [Å], zeros if it has none."""
    if answers.noisy is not None:
        return answers.noisy
    if answers.intrinsic is not None:
        return np.asarray(answers.intrinsic.p50)
    return (
        np.asarray(answers.catalogued.ew) if "catalogued" in question.parts else np.zeros((n, len(LINES)), np.float32)
    )


def _zero(unit: str, redshift: np.ndarray) -> np.ndarray:
    """Return what is added to magnitudes of fluxes in 1e-17 erg/s/cm²/Å that were read in another unit [mag]."""
    known = units.flux_unit(unit)
    # Others were converted when they were read, with the rest-frame wavelengths of the bins.
    scale = known.scale if (known.per, known.law) == ("wavelength", "linear") else 1.0
    return 2.5 * STRETCH[known.per] * np.log10(1 + redshift) - 2.5 * np.log10(scale)


def uncovered(table: Any, options: MagnitudeOptions) -> dict[str, int]:
    """Count in a table of magnitudes, by band, the galaxies without a PROBLEM of which the band has no magnitude."""
    fine = table["PROBLEM"].to_numpy() == ""
    found = {}
    for band in load_bands(*options.surveys).names:
        name = column_of_band(band)
        column = next((title for title in (f"mag_{name}", f"dmag_{name}") if title in table.column_names), None)
        if column is not None:
            found[band] = int(np.isnan(table[column].to_numpy()[fine]).sum())
    return found


def coverage_notes(counts: dict[str, int]) -> Sequence[str]:
    """Return a sentence on the bands without magnitudes, none if every band has all."""
    missing = [f"{band} {count:,}" for band, count in counts.items() if count]
    if not missing:
        return []
    more = f" and {len(missing) - MOST_NAMED} more bands" if len(missing) > MOST_NAMED else ""
    return [
        "Galaxies without a magnitude, because less than 99 % of the band lies within 3400-7000 Å in the rest frame: "
        f"{', '.join(missing[:MOST_NAMED])}{more}."
    ]
