"""Measure a model on galaxies that it has not seen, beside every other way from starlight to lines."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from data.storage.revision import git_revision
from model.bins import N_BINS
from model.storage.weights import DEFAULT

OTHERS: Final = "published,retrained,prototype,knn,lwlr"


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("evaluate", help=run.__doc__, description=__doc__)
    command.set_defaults(run=run)
    command.add_argument("catalogue", type=Path, help="Parquet table with fluxes and observed EWs")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")
    command.add_argument(
        "--against",
        nargs="*",
        default=[],
        metavar="METHOD",
        help=f"what to compare with, trained on the rows that are not held out: any of {OTHERS}, or further models",
    )
    command.add_argument("--draws", type=int, default=0, metavar="N", help="score N joint draws per galaxy (8 or more)")
    command.add_argument(
        "--resamples", type=int, default=400, metavar="N", help="of the paired bootstrap (default 400)"
    )
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
    command.add_argument("--out", type=Path, metavar="DIR", help="write evaluation.json and evaluation.html there")
    command.add_argument(
        "--commit",
        action="store_true",
        help="keep the record as the one that the Model page, the README and the model card show",
    )


def run(args: argparse.Namespace) -> int:
    """Print how well a model does on held-out galaxies, beside other methods; write the record and its figures."""
    from tqdm import tqdm

    from research.evaluation.measure import Plan, evaluate
    from research.evaluation.record import COMMITTED, read_record, write_record
    from research.evaluation.tables import fill_documents

    plan = Plan(args.model, _names(args.against), args.draws, tuple(map(tuple, args.missing)), args.resamples)
    with tqdm(bar_format="{desc}  [{elapsed}]", disable=None) as bar:

        def progress(what: str) -> None:
            bar.set_description_str(what)
            bar.update()

        record = evaluate(args.catalogue, plan, _command(args, plan), git_revision(), progress)
    _print(record, args.format)
    if args.out is not None:
        from commands.evaluation_report import write_report

        write_record(record, args.out / "evaluation.json")
        write_report(record, args.out / "evaluation.html")
        print(f"Wrote {args.out / 'evaluation.json'} and evaluation.html.", file=sys.stderr)
    if args.commit:
        write_record(record, COMMITTED)
        # From the file, whose numbers are rounded: the documents say what it says.
        written = read_record(COMMITTED)
        print(f"Wrote {COMMITTED.name}, {', '.join(fill_documents(written))}.", file=sys.stderr)
    return 0


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """Split names that are joined by commas; none twice."""
    return tuple(dict.fromkeys(name for each in given for name in each.split(",") if name))


def _command(args: argparse.Namespace, plan: Any) -> str:
    """Say the command again, the table by its name alone."""
    words = ["cli.py", "evaluate", args.catalogue.name]
    if plan.model != DEFAULT:
        words += ["--model", Path(plan.model).name]
    if plan.against:
        words += ["--against", ",".join(Path(name).name for name in plan.against)]
    if plan.draws:
        words += ["--draws", str(plan.draws)]
    for bins in plan.missing:
        words += ["--missing", *map(str, bins)]
    if plan.resamples != type(plan)().resamples:
        words += ["--resamples", str(plan.resamples)]
    return shlex.join(words)


def _print(record: Any, how: str) -> None:
    if how == "json":
        print(record.model_dump_json(indent=1))
    elif how == "markdown":
        from research.evaluation.tables import blocks

        print("\n\n".join(f"<!-- evaluation: {name} -->\n{table}" for name, table in blocks(record).items()))
    else:
        from research.evaluation.text import as_text

        print(as_text(record))
