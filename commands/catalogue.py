"""Make and check catalogues of galaxies."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data import commands as catalogues
from model.weights import DEFAULT


def register(commands: Any) -> None:
    """Describe the commands."""
    group_parser = commands.add_parser("catalogue", help="Make and check catalogues of galaxies.")
    group = group_parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, text: str, write: Callable[[argparse.Namespace], str], source: bool = True):
        command = group.add_parser(name, help=text, description=text)
        command.set_defaults(run=run, write=write)
        if source:
            command.add_argument("table", type=Path, help="Parquet or CSV, see docs/catalogue-schema.md")
        return command

    command = add(
        "build",
        "Add predictions and map places to a table of galaxies.",
        lambda args: catalogues.build_catalogue(args.table, args.out, title=args.title, model=args.model),
    )
    command.add_argument("out", type=Path, metavar="OUT.parquet")
    command.add_argument("--title", help="what readers see; the table's name by default")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")

    command = add(
        "mock",
        "Draw mock galaxies from the density fitted to real ones, and build them.",
        lambda args: catalogues.mock_catalogue(args.out, n=args.n, seed=args.seed),
        source=False,
    )
    command.add_argument("out", type=Path, metavar="OUT.parquet")
    command.add_argument("--n", type=int, default=20_000, help="how many (default 20000)")
    command.add_argument("--seed", type=int, default=0)

    command = add("fetch", "Fetch real galaxies and build a catalogue that the app serves.", _fetch, source=False)
    command.add_argument("what", choices=("published",), help="the public files of Khederlarian et al. 2024")
    command.add_argument("--base-url", metavar="URL", help="a mirror of the files; by default GitHub")
    command.add_argument("--without-spectra", action="store_true", help="leave out nine tenths of the bytes")

    command = add(
        "compare",
        "Compare a mock with the held-out galaxies of a real table.",
        lambda args: catalogues.compare_mock(args.table, args.real),
    )
    command.add_argument("real", type=Path, help="real galaxies")
    add("check", "Check a table against the schema.", lambda args: catalogues.check_table(args.table))
    add("fit-map", "Fit the canonical map; rewrites a committed file.", lambda args: catalogues.fit_map(args.table))
    add("fit-domain", "Fit what is in domain; rewrites a committed file.", lambda a: catalogues.fit_domain(a.table))
    add("fit-density", "Fit the mock's density; rewrites a committed file.", lambda a: catalogues.fit_density(a.table))
    add(
        "fit-cells",
        "Summarise galaxies per cell; rewrites a committed file.",
        lambda a: catalogues.fit_cells(a.table),
    )


def _fetch(args: argparse.Namespace) -> str:
    from data.fetch_published import fetch_published

    return fetch_published(args.base_url, with_spectra=not args.without_spectra)


def run(args: argparse.Namespace) -> int:
    """Run one of the catalogue commands and print what it wrote."""
    print(args.write(args))
    return 0
