"""Score weights on galaxies that they have not seen."""

import argparse
import json
from typing import Any

from commands.scoring import as_markdown, as_text, losses_as_text, score_variants
from model.bins import N_BINS
from model.weights import DEFAULT, load_params


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("evaluate", help=run.__doc__, description=run.__doc__)
    command.set_defaults(run=run)
    command.add_argument("catalogue", help="Parquet table with fluxes and observed EWs")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")
    command.add_argument("--against", nargs="*", default=[], metavar="MODEL", help="further models to score beside it")
    command.add_argument("--draws", type=int, default=0, help="score the joint distribution too, by draws")
    command.add_argument(
        "--missing",
        nargs="+",
        action="append",
        default=[],
        type=int,
        choices=(0, N_BINS - 1),
        metavar="BIN",
        help=f"score again with these end bins (0, {N_BINS - 1}, or both) taken away and filled in; repeatable",
    )
    command.add_argument("--format", choices=("text", "json", "markdown"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print rho, NMAD, bias and coverage per line on the held-out galaxies, and the scores of joint draws."""
    from data.distribution_report import as_text as distribution_as_text
    from data.distribution_report import score_distribution
    from data.sample import read_sample

    sample = read_sample(args.catalogue)
    tables, params = {}, load_params(args.model)
    joint = {"colors": params.intrinsic_colors, "luminosity": params.intrinsic_luminosity}
    reports = {
        variant: score_distribution(params, sample, variant, args.draws)
        for variant, model in joint.items()
        if model is not None and args.draws
    }
    for name in (args.model, *args.against):
        for missing in ((), *map(tuple, args.missing)):
            without = f", without bin {' and '.join(map(str, missing))}" if missing else ""
            for variant, table in score_variants(load_params(name), sample, missing).items():
                tables[f"{name}, {variant}{without}"] = table
    held_out = int(sample.held_out.sum())
    if args.format == "json":
        print(json.dumps(tables | ({"distribution": reports} if reports else {}), indent=1))
    elif args.format == "markdown":
        print(as_markdown(tables))
    else:
        print(f"{held_out} held-out galaxies\n\n{as_text(tables)}{losses_as_text(tables)}")
        print("\n".join(distribution_as_text(variant, report) for variant, report in reports.items()))
    return 0
