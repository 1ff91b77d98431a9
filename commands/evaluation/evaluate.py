"""Measure a model on galaxies that it has not seen, beside every other way from starlight to lines."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from commands.options import FILE, Command, Several, model_option
from model.bins import N_BINS
from model.storage.weights import DEFAULT
from storage.program import INSTALLED, PROGRAM
from storage.revision import git_revision

OTHERS: Final = "published,retrained,prototype,knn,lwlr"


def _end_bin(word: str) -> int:
    if word not in ("0", str(N_BINS - 1)):
        raise ValueError(f"{word!r} is not an end bin; it is 0 or {N_BINS - 1}.")
    return int(word)


@click.command("evaluate", cls=Command)
@click.argument("catalogue", type=FILE)
@model_option
@click.option(
    "--against",
    cls=Several,
    metavar="METHOD...",
    help=f"Methods to compare with, trained on the rows that are not held out: any of {OTHERS}, or other models.",
)
@click.option("--draws", type=int, default=0, metavar="N", help="Score N joint draws per galaxy (8 or more).")
@click.option(
    "--resamples", type=int, default=400, show_default=True, metavar="N", help="Resamples of the paired bootstrap."
)
@click.option(
    "--missing",
    cls=Several,
    grouped=True,
    kind=_end_bin,
    metavar="BIN...",
    help=f"Score again with these end bins (0, {N_BINS - 1}, or both) removed and filled in; can be repeated.",
)
@click.option("--format", "how", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--out", type=FILE, metavar="DIR", help="Folder for evaluation.json and evaluation.html.")
@click.option(
    "--commit",
    is_flag=True,
    help="Store the record that the Model page and the model card show.",
)
def command(
    catalogue: Path,
    model: str,
    against: tuple[str, ...],
    draws: int,
    resamples: int,
    missing: tuple[tuple[int, ...], ...],
    how: str,
    out: Path | None,
    commit: bool,
) -> int:
    """Score a model on the held-out galaxies of CATALOGUE, and compare it with other methods.

    CATALOGUE is a table with fluxes and observed EWs. --out names the folder for the record and its figures.
    """
    if commit and INSTALLED:
        raise click.UsageError("--commit rewrites documents of the project. Use it in a clone; elsewhere, use --out.")
    from tqdm import tqdm

    from research.evaluation.documents import fill_documents
    from research.evaluation.measure import Plan, evaluate
    from research.evaluation.record.files import COMMITTED, read_record, write_record

    plan = Plan(model, _names(against), draws, missing, resamples)
    with tqdm(bar_format="{desc}  [{elapsed}]", disable=None) as bar:

        def progress(what: str) -> None:
            bar.set_description_str(what)
            bar.update()

        record = evaluate(catalogue, plan, _command(catalogue, plan), git_revision(), progress)
    _print(record, how)
    if out is not None:
        from commands.evaluation.evaluation_report import write_report

        write_record(record, out / "evaluation.json")
        write_report(record, out / "evaluation.html")
        click.echo(f"Wrote {out / 'evaluation.json'} and evaluation.html.", err=True)
    if commit:
        write_record(record, COMMITTED)
        # Read back, because numbers in the file are rounded and the documents must agree with it.
        written = read_record(COMMITTED)
        click.echo(f"Wrote {COMMITTED.name}, {', '.join(fill_documents(written))}.", err=True)
    return 0


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """Return names that are separate or joined by commas, without repetitions."""
    return tuple(dict.fromkeys(name for each in given for name in each.split(",") if name))


def _command(catalogue: Path, plan: Any) -> str:
    """Return the command line for the record, with file names instead of paths."""
    words = [PROGRAM, "evaluate", catalogue.name]
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
        click.echo(record.model_dump_json(indent=1))
    elif how == "markdown":
        from research.evaluation.tables import blocks

        click.echo("\n\n".join(f"<!-- evaluation: {name} -->\n{table}" for name, table in blocks(record).items()))
    else:
        from research.evaluation.text import as_text

        click.echo(as_text(record))
