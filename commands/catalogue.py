"""Make and check catalogues of galaxies."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import catalogue_build as catalogues
from commands import catalogue_fits
from data.catalogue.convert import convert
from data.errors import CatalogueError
from model.storage.weights import DEFAULT


def register(commands: Any) -> None:
    """Describe the commands."""
    group_parser = commands.add_parser("catalogue", help="Make and check catalogues of galaxies.")
    group = group_parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, text: str, write: Callable[[argparse.Namespace], str], source: bool = True):
        command = group.add_parser(name, help=text, description=text)
        command.set_defaults(run=run, write=write)
        if source:
            command.add_argument(
                "table", type=Path, help="Parquet, CSV, ECSV, FITS or VOTable, see docs/catalogue-schema.md"
            )
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
        lambda args: catalogue_fits.compare_mock(args.table, args.real),
    )
    command.add_argument("real", type=Path, help="real galaxies")
    command = add("convert", "Write a catalogue in another format.", lambda args: convert(args.table, args.out))
    command.add_argument("out", type=Path, metavar="OUT", help="ends in .parquet, .csv, .ecsv, .fits or .vot")

    command = add(
        "from-fits",
        "Build a catalogue, with its rest-frame spectra beside it, from DESI's coadds or SDSS's spec files.",
        _from_fits,
        source=False,
    )

    def files(name: str, text: str, **more: Any) -> None:
        command.add_argument(name, type=Path, nargs="+", metavar="FILE", help=text, **more)

    files("--spectra", "coadd-*.fits of DESI, or spec-*.fits of SDSS", required=True)
    files("--redshifts", "redrock-*.fits of the coadds, in the same order", default=[])
    files("--lines", "fastspec-*.fits with EWs; without them EWs are measured", default=[])
    command.add_argument("--ebv", metavar="MAG", help="E(B-V) to correct for; 'file': what the coadds list")
    command.add_argument("--fill-missing", action="store_true", help="fill in a first or last bin that is missing")
    command.add_argument("--model", default=DEFAULT, help="name or .safetensors file")
    command.add_argument("out", type=Path, nargs="?", metavar="OUT.parquet")

    add(
        "rank",
        "Rank a catalogue's galaxies by how little starlight predicted their lines, for the explorer.",
        lambda args: catalogues.rank_catalogue(args.table),
    )
    add("check", "Check a table against the schema.", lambda args: catalogues.check_table(args.table))
    add("fit-map", "Fit the canonical map; rewrites a committed file.", lambda args: catalogue_fits.fit_map(args.table))
    add(
        "judge-map",
        "Judge the committed map by a table's held-out galaxies.",
        lambda a: catalogue_fits.judge_map(a.table),
    )
    add("fit-domain", "Fit what is in domain; rewrites a committed file.", lambda a: catalogue_fits.fit_domain(a.table))
    add(
        "fit-density",
        "Fit the mock's density; rewrites a committed file.",
        lambda a: catalogue_fits.fit_density(a.table),
    )
    add(
        "fit-cells",
        "Summarise galaxies per cell; rewrites a committed file.",
        lambda a: catalogue_fits.fit_cells(a.table),
    )


def _fetch(args: argparse.Namespace) -> str:
    from data.archives.published import fetch_published

    return fetch_published(args.base_url, with_spectra=not args.without_spectra)


def _from_fits(args: argparse.Namespace) -> str:
    from tqdm import tqdm

    from data.surveys.from_fits import from_fits

    # An option that takes several files takes OUT too when it comes last; what ends in .parquet is no FITS file.
    for files in (args.spectra, args.redshifts, args.lines):
        if args.out is None and len(files) > 1 and files[-1].suffix == ".parquet":
            args.out = files.pop()
    if args.out is None:
        raise CatalogueError("Name the catalogue to write last: OUT.parquet.")
    try:
        ebv = None if args.ebv in (None, "file") else float(args.ebv)
    except ValueError as error:
        raise CatalogueError(f"--ebv is {args.ebv!r}; give a number in mag, or the word file.") from error
    with tqdm(unit=" targets", disable=None) as bar:

        def advance(targets: int) -> None:
            bar.update(targets)

        return from_fits(
            args.spectra,
            args.redshifts,
            args.out,
            lines=args.lines,
            ebv=ebv,
            ebv_of_files=args.ebv == "file",
            fill_missing=args.fill_missing,
            model=args.model,
            progress=advance,
        )


def run(args: argparse.Namespace) -> int:
    """Run one of the catalogue commands and print what it wrote."""
    print(args.write(args))
    return 0
