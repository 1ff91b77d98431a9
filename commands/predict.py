"""Predict a file of galaxies."""

import argparse
import sys
from pathlib import Path
from typing import Any

from model.weights import DEFAULT, load_params


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("predict", help=run.__doc__, description=run.__doc__)
    command.set_defaults(run=run)
    command.add_argument("input", help="Parquet or CSV with flux_00 ... flux_11 [log_luminosity] [{LINE}_EW_IVAR]")
    command.add_argument("out", help="Parquet or CSV to write")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")
    command.add_argument("--variant", choices=("auto", "colors", "luminosity"), default="auto")
    command.add_argument("--noise", choices=("none", "published"), default="none")
    command.add_argument("--seed", type=int, default=0, help="realisation of the noise")
    command.add_argument("--fill-missing", action="store_true", help="fill in a first or last bin that is missing")


def run(args: argparse.Namespace) -> int:
    """Predict every row of a file."""
    from tqdm import tqdm

    from data.predict_file import Request, predict_file

    request = Request(load_params(args.model), args.variant, args.noise, args.seed, args.fill_missing)
    with tqdm(unit="galaxy", unit_scale=True, disable=None) as bar:

        def progress(rows: int) -> None:
            bar.update(rows - bar.n)

        outcome = predict_file(Path(args.input), Path(args.out), request, progress)
    with_problem = f"; {outcome.problems} of them have a PROBLEM" if outcome.problems else ""
    print(f"Wrote {outcome.rows} galaxies to {args.out}{with_problem}.", file=sys.stderr)
    return 3 if outcome.problems else 0
