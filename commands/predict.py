"""Predict a file of galaxies."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from model.storage.weights import DEFAULT, find_weights, load_params, load_sidecar

HELP: Final = "Predict the emission lines of every galaxy of a file."
MORE: Final = """
input, a galaxy a row (.parquet, .csv, .ecsv, .fits, .vot); names in any case, stated units are used:
  flux_00 ... flux_11      mean line-masked continuum in twelve bins, 3400-7000 A rest frame; any unit, > 0
  log_luminosity           optional; see docs/nomenclature.md. Empty: the colours alone predict
  redshift                 optional; sharpens drawn noise, and the verdict DOMAIN
  {LINE}_EW_IVAR           only for --noise published
  TARGETID, anything else  passed through unchanged; one with an answer's name gets the prefix INPUT_

output, the same rows in the same order (.parquet, .csv, .ecsv, .fits), per line:
  {LINE}_EW, _EW_P16, _EW_P84             as DESI's catalogue would list it, given detection [A]: median, 68 %
  {LINE}_EW_INTRINSIC, _P16, _P84         noise-free, >= 0 [A]: median, 68 %
  {LINE}_P_DETECTED                       how probably DESI's catalogue would list it
  {LINE}_EW_NOISY                         with --noise: one realisation; <= 0 is "not detected"
  SURPRISE_PROBABILITY, _LINE, _SIGMA     with --surprise: the explorer's verdict on the measured {LINE}_EW of the input
and VARIANT, DOMAIN, DOMAIN_SCORE, DOMAIN_REASON, PROBLEM (why a row has no numbers).

noise:
  published  {LINE}_EW + N(0, the row's own ivar), as in Khederlarian et al. 2024; own ivars know the answer
  intrinsic  a joint draw of the noise-free lines: ratios and ties as galaxies have them
  observed   that draw with the noise and selection of DESI, at drawn ivars
A draw depends on --seed and the row's own fluxes, never on its place, its id or other columns.

examples:
  cli.py predict galaxies.csv lines.parquet
  cli.py predict mock.parquet lines.fits --noise observed --seed 7
  cli.py predict huge.parquet ews.parquet --columns TARGETID '*_EW'     # the fastest: nothing else is computed

Memory does not grow with the file. Interrupted while it writes Parquet, the same command goes on where it was: finished
parts wait in a hidden folder beside OUT (.OUT.*.parts; delete it to start again). Other formats start again.

exit status: 0 all rows, 3 some rows have a PROBLEM, 1 nothing written, 2 wrong usage, 130 interrupted.
"""


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser(
        "predict", help=HELP, description=HELP, epilog=MORE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.set_defaults(run=run)
    command.add_argument("input", help="galaxies to predict")
    command.add_argument("out", help="file to write; its extension chooses the format")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file (default: %(default)s)")
    command.add_argument(
        "--variant",
        choices=("auto", "colors", "luminosity"),
        default="auto",
        help="auto uses log_luminosity where a row gives it (default)",
    )
    command.add_argument(
        "--noise", choices=("none", "published", "intrinsic", "observed"), default="none", help="add {LINE}_EW_NOISY"
    )
    command.add_argument("--seed", type=_seed, default=0, help="realisation of the noise, 0 to 4294967295 (default 0)")
    command.add_argument(
        "--surprise", action="store_true", help="judge measured {LINE}_EW: did starlight predict them? 96 draws a row"
    )
    command.add_argument(
        "--columns", nargs="+", default=[], metavar="NAME", help="columns to write, or patterns; PROBLEM always is"
    )
    command.add_argument("--fill-missing", action="store_true", help="fill in a first or last bin that is missing")
    command.add_argument(
        "--engine",
        choices=("local", "dask"),
        default="local",
        help="dask computes pieces side by side",
    )


def run(args: argparse.Namespace) -> int:
    """Predict every row of a file."""
    from tqdm import tqdm

    from analysis.answers.answer import PredictOptions
    from analysis.files.job import Job, predict_file

    params = load_params(args.model)
    question = PredictOptions(params, args.variant, args.noise, args.seed, args.fill_missing, args.surprise)
    weights = f"{find_weights(args.model).stem}, sha256 {load_sidecar(args.model).get('sha256', 'unknown')}"
    job = Job(question, args.columns, args.engine, weights)
    with tqdm(unit="galaxy", unit_scale=True, disable=None) as bar:

        def progress(rows: int, total: int | None) -> None:
            if bar.total is None:
                bar.reset(total)
                bar.initial = rows
            bar.update(rows - bar.n)

        try:
            outcome = predict_file(Path(args.input), Path(args.out), job, progress)
        except KeyboardInterrupt:
            print(f"Interrupted after {bar.n} galaxies. The same command goes on with Parquet.", file=sys.stderr)
            return 130
    with_problem = f"; {outcome.problems} of them have a PROBLEM" if outcome.problems else ""
    print(f"Wrote {outcome.rows} galaxies to {args.out}{with_problem}.", file=sys.stderr)
    return 3 if outcome.problems else 0


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 2**32:
        raise argparse.ArgumentTypeError(f"{seed} is not between 0 and 4294967295")
    return seed
