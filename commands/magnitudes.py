"""Compute the magnitudes of a file of galaxies with and without their lines."""

from pathlib import Path
from typing import Final

import click

from analysis.answers.answer import PredictOptions, Variant
from analysis.batch.plan import Engine, Job
from analysis.emission.filters import SURVEYS
from analysis.emission.magnitude_table import Lines, MagnitudeOptions
from commands.options import FILE, SEED, Command, Several, columns_option, fill_missing_option, model_option
from commands.predict import engine_option, run_job, variant_option, weights_of
from model.storage.weights import load_params
from storage.program import PROGRAM

BY_NAME: Final = {survey.lower(): survey for survey in SURVEYS}
MORE: Final = """
input: one galaxy per row (.parquet, .csv, .ecsv, .fits, .vot), as for predict
  flux_00 ... flux_11      mean line-masked continuum in twelve bins, 3400-7000 A rest frame, of the observed flux
  redshift                 needed
  log_luminosity           optional, as for predict

output: the same rows in the same order, with the names that RAIL reads. For each band, g of LSST for example:
  mag_g_lsst               AB magnitude with the lines; with --lines none, of the starlight alone
  mag_g_lsst_no_lines      AB magnitude of the starlight alone
  dmag_g_lsst              what the lines change, negative for emission [mag]
  dmag_g_lsst_halpha ...   with --per-line: what each line alone changes
  PROBLEM                  why the row has no numbers
Magnitudes need the unit of the fluxes. If the file states none and --flux-unit is not given, only dmag_ is written.

bands:
  lsst                     u g r i z y                     desi      g r z (DECam)
  euclid                   VIS Y J H                       roman     R Z Y J W H F K (F062 F087 F106 F129 F146 ... F213)
  spherex                  b1ch01 ... b6ch17: 17 channels of each of the six detectors
A band of which less than 99 % lies within 3400-7000 A in the rest frame has no magnitude (NaN): nothing is
extrapolated. The command says at the end how many galaxies that concerns in which band.

examples:
  cli.py magnitudes mock.parquet photometry.parquet
  cli.py magnitudes mock.parquet photometry.parquet --bands lsst euclid --per-line --seed 7
  cli.py magnitudes galaxies.csv photometry.fits --lines predicted --flux-unit '1e-17 erg / (s cm2 Angstrom)'
  cli.py magnitudes mock.parquet photometry.parquet --columns TARGETID redshift 'mag_*_lsst'

exit status: as for predict
"""


def _survey(word: str) -> str:
    """Return a survey by its name in any case."""
    if word.lower() not in BY_NAME:
        raise ValueError(f"There are no bands {word!r}. There are {', '.join(BY_NAME)}.")
    return BY_NAME[word.lower()]


@click.command("magnitudes", cls=Command, epilog=MORE.replace("cli.py", PROGRAM))
@click.argument("source", metavar="INPUT", type=FILE)
@click.argument("out", type=FILE)
@click.option("--bands", cls=Several, kind=_survey, metavar="SURVEY...", help=f"{', '.join(BY_NAME)}.  [default: lsst]")
@click.option(
    "--lines",
    type=click.Choice(["drawn", "predicted", "none"]),
    default="drawn",
    show_default=True,
    help="A joint draw of the noise-free lines, their medians, or starlight alone.",
)
@click.option("--per-line", is_flag=True, help="Add what each line changes in each band.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Number of the draw.")
@click.option("--flux-unit", metavar="UNIT", default="", help="Unit of the fluxes, if the file states none.")
@model_option
@variant_option
@columns_option
@fill_missing_option
@engine_option
def command(
    source: Path,
    out: Path,
    bands: tuple[str, ...],
    lines: Lines,
    per_line: bool,
    seed: int,
    flux_unit: str,
    model: str,
    variant: Variant,
    columns: tuple[str, ...],
    fill_missing: bool,
    engine: Engine,
) -> int:
    """Compute the magnitudes of the galaxies in INPUT with and without their lines, as RAIL reads them, into OUT."""
    surveys = tuple(survey for survey in SURVEYS if survey in (bands or SURVEYS[:1]))
    question = PredictOptions(load_params(model), variant, seed=seed, fill_missing=fill_missing)
    wanted = MagnitudeOptions(surveys, lines, per_line, flux_unit)
    return run_job(source, out, Job(question, list(columns), engine, weights_of(model), wanted))
