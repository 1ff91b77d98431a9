"""Predict a file of galaxies."""

from pathlib import Path
from typing import Final

import click

from analysis.answers.answer import AnswerNoise, PredictOptions, Variant
from analysis.batch.job import predict_file
from analysis.batch.plan import Engine, Job
from commands import interrupts
from commands.options import FILE, SEED, Command, columns_option, fill_missing_option, model_option
from model.storage.weights import find_weights, load_params, load_sidecar
from storage.program import PROGRAM

MORE: Final = """
input: one galaxy per row (.parquet, .csv, .ecsv, .fits, .vot); names in upper or lower case; stated units are used
  flux_00 ... flux_11      mean line-masked continuum in twelve bins, 3400-7000 A rest frame; any unit, > 0
  log_luminosity           optional; see docs/nomenclature.md. If it is empty, only the colours are used
  redshift                 optional; makes drawn noise and the verdict DOMAIN more accurate
  expected_ew_halpha       optional; EW of H-alpha that a galaxy's own stars ionise [A], for DOMAIN and --anchored
  log_oh                   optional; 12 + log O/H of the gas, for --anchored
  {LINE}_EW_IVAR           needed only for --noise published
  TARGETID, other columns  copied unchanged; a column named like an output column gets the prefix INPUT_

output: the same rows in the same order (.parquet, .csv, .ecsv, .fits). For each line:
  {LINE}_EW, _EW_P16, _EW_P84             EW as DESI's catalogue would list it, given detection [A]: median, 68 % range
  {LINE}_EW_INTRINSIC, _P16, _P84         noise-free EW, >= 0 [A]: median, 68 % range
  {LINE}_P_DETECTED                       probability that DESI's catalogue would list the line
  {LINE}_EW_NOISY                         with --noise: one realisation; <= 0 means "not detected"
For each galaxy:
  SURPRISE_PROBABILITY, _LINE, _SIGMA     with --surprise: how improbable the measured {LINE}_EW of the input are
  VARIANT, DOMAIN, DOMAIN_SCORE, DOMAIN_REASON
  PROBLEM                                 why the row has no numbers

noise:
  published  {LINE}_EW + N(0, the row's own ivar), as in Khederlarian et al. 2024; the ivar carries information
             about the galaxy's true EW
  intrinsic  a joint draw of the noise-free lines, with realistic ratios
  observed   the same draw with DESI's noise and selection, with ivars that are also drawn
With --anchored, H-alpha of intrinsic and observed draws is expected_ew_halpha with a scatter of .1 dex, and the other
lines are drawn given it; rows without the number are drawn freely.
A draw depends on --seed and on the row's own fluxes, not on its position, its id or other columns.

examples:
  cli.py predict galaxies.csv lines.parquet
  cli.py predict mock.parquet lines.fits --noise observed --seed 7
  cli.py predict dsps.parquet lines.parquet --noise intrinsic --anchored
  cli.py predict huge.parquet ews.parquet --columns TARGETID '*_EW'     # the fastest, because nothing else is computed

Memory does not grow with the file. If the command is interrupted while it writes Parquet, running it again continues
where it stopped: finished parts are stored in a hidden folder beside OUT (.OUT.*.parts; delete it to start again).
Other formats start again.

exit status: 0 all rows predicted, 3 some rows have a PROBLEM, 1 nothing written, 2 wrong usage, 130 interrupted
"""


variant_option = click.option(
    "--variant",
    type=click.Choice(["auto", "colors", "luminosity", "redshift"]),
    default="auto",
    show_default=True,
    help="Inputs of the network; auto uses log_luminosity, and with it redshift, in the rows that have them.",
)
engine_option = click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="dask computes pieces in parallel.",
)


@click.command("predict", cls=Command, epilog=MORE.replace("cli.py", PROGRAM))
@click.argument("source", metavar="INPUT", type=FILE)
@click.argument("out", type=FILE)
@model_option
@variant_option
@click.option(
    "--noise",
    type=click.Choice(["none", "published", "intrinsic", "observed"]),
    default="none",
    show_default=True,
    help="Noise of {LINE}_EW_NOISY.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Number of the noise realisation.")
@click.option("--anchored", is_flag=True, help="Draw the lines given expected_ew_halpha and log_oh of the input.")
@click.option("--surprise", is_flag=True, help="Test measured {LINE}_EW against 96 draws per row.")
@columns_option
@fill_missing_option
@engine_option
def command(
    source: Path,
    out: Path,
    model: str,
    variant: Variant,
    noise: AnswerNoise,
    seed: int,
    anchored: bool,
    surprise: bool,
    columns: tuple[str, ...],
    fill_missing: bool,
    engine: Engine,
) -> int:
    """Predict the emission lines of every galaxy in the file INPUT and write them to OUT."""
    params = load_params(model)
    question = PredictOptions(params, variant, noise, seed, fill_missing, surprise, anchored=anchored)
    return run_job(source, out, Job(question, list(columns), engine, weights_of(model)))


def weights_of(model: str) -> str:
    """Return name and checksum of weights, for the metadata of what they predict."""
    return f"{find_weights(model).stem}, sha256 {load_sidecar(model).get('sha256', 'unknown')}"


def run_job(source: Path, out: Path, job: Job) -> int:
    """Compute a file of galaxies into another with a progress bar, say how it went, and return the exit status."""
    from tqdm import tqdm

    with tqdm(unit="galaxy", unit_scale=True, disable=None) as bar:
        done = [0]

        def progress(rows: int, total: int | None) -> None:
            done[0] = rows
            if bar.total is None:
                bar.reset(total)
                bar.initial = rows
            bar.update(rows - bar.n)

        def interrupted() -> str:
            kept = "the same command goes on" if out.suffix == ".parquet" else "nothing was written"
            return f"Interrupted after {done[0]:,} galaxies; {kept}."

        interrupts.set_message(interrupted)
        try:
            outcome = predict_file(source, out, job, progress)
        except KeyboardInterrupt:
            click.echo(interrupted(), err=True)
            return 130
    with_problem = f"; {outcome.problems} of them have a PROBLEM" if outcome.problems else ""
    click.echo(" ".join([f"Wrote {outcome.rows} galaxies to {out}{with_problem}.", *outcome.notes]), err=True)
    return 3 if outcome.problems else 0
