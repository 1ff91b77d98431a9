"""Make and check catalogues of galaxies."""

from pathlib import Path

import click

from analysis.catalogues import convert as conversion
from commands.catalogue import build as catalogue_build
from commands.catalogue import fits as catalogue_fits
from commands.options import FILE, SEED, Group, Several, fill_missing_option, model_option
from data.errors import CatalogueError

table_argument = click.argument("table", type=FILE)
out_argument = click.argument("out", metavar="OUT.parquet", type=FILE)


@click.group(
    "catalogue",
    cls=Group,
    sections={
        "Catalogues": ("build", "mock", "fetch", "from-fits", "convert", "check", "compare", "rank"),
        "For maintainers": (
            "fit-map",
            "judge-map",
            "fit-domain",
            "fit-density",
            "fit-cells",
        ),
    },
)
def command() -> None:
    """Make and check catalogues of galaxies; docs/catalogue-schema.md describes their columns."""


@command.command()
@table_argument
@out_argument
@click.option("--title", help="Title shown to readers; by default the table's name.")
@model_option
def build(table: Path, out: Path, title: str | None, model: str) -> int:
    """Add predictions and map places to a table of galaxies."""
    return _told(catalogue_build.build_catalogue(table, out, title=title, model=model))


@command.command()
@out_argument
@click.option("--n", type=int, default=20_000, show_default=True, help="Number of galaxies.")
@click.option("--seed", type=SEED, default=0, show_default=True)
def mock(out: Path, n: int, seed: int) -> int:
    """Draw mock galaxies from the density fitted to real ones, and build a catalogue of them."""
    return _told(catalogue_build.mock_catalogue(out, n=n, seed=seed))


@command.command()
@click.argument("what", type=click.Choice(["published"]))
@click.option("--base-url", metavar="URL", help="Mirror to fetch the files from; by default GitHub.")
@click.option("--without-spectra", is_flag=True, help="Fetch no spectra, which are nine tenths of the bytes.")
def fetch(what: str, base_url: str | None, without_spectra: bool) -> int:  # noqa: ARG001 - one choice so far
    """Fetch real galaxies, the public files of Khederlarian et al. 2024, and build a catalogue that the app serves."""
    from commands.catalogue.fetch import fetch_published

    return _told(fetch_published(base_url, with_spectra=not without_spectra))


@command.command()
@table_argument
@click.argument("real", type=FILE)
def compare(table: Path, real: Path) -> int:
    """Compare the mock TABLE with the held-out galaxies of the table REAL."""
    return _told(catalogue_fits.compare_mock(table, real))


@command.command()
@table_argument
@click.argument("out", type=FILE)
def convert(table: Path, out: Path) -> int:
    """Write a catalogue in another format; OUT ends in .parquet, .csv, .ecsv, .fits or .vot."""
    return _told(conversion.convert(table, out))


@command.command("from-fits")
@click.option(
    "--spectra",
    cls=Several,
    kind=Path,
    required=True,
    metavar="FILE...",
    help="DESI coadd-*.fits files, or SDSS spec-*.fits files.",
)
@click.option(
    "--redshifts",
    cls=Several,
    kind=Path,
    metavar="FILE...",
    help="The redrock-*.fits files of the coadds, in the same order.",
)
@click.option(
    "--lines",
    cls=Several,
    kind=Path,
    metavar="FILE...",
    help="fastspec-*.fits files with EWs; without them, the EWs are measured.",
)
@click.option("--ebv", metavar="MAG", help="Galactic E(B-V) to correct for, or 'file' for the values in the coadds.")
@fill_missing_option
@model_option
@click.argument("out", metavar="OUT.parquet", type=FILE, required=False)
def from_fits(
    spectra: tuple[Path, ...],
    redshifts: tuple[Path, ...],
    lines: tuple[Path, ...],
    ebv: str | None,
    fill_missing: bool,
    model: str,
    out: Path | None,
) -> int:
    """Build a catalogue and its rest-frame spectra from DESI coadds or SDSS spec files."""
    from tqdm import tqdm

    from analysis.catalogues.from_fits import from_fits as build_from_fits

    files = [list(spectra), list(redshifts), list(lines)]
    # An option that takes several files takes OUT too when OUT comes last; a name in .parquet is no FITS file.
    for given in files:
        if out is None and len(given) > 1 and given[-1].suffix == ".parquet":
            out = given.pop()
    if out is None:
        raise CatalogueError("Give the catalogue to write as the last argument: OUT.parquet.")
    try:
        magnitude = None if ebv in (None, "file") else float(ebv)
    except ValueError as error:
        raise CatalogueError(f"--ebv is {ebv!r}; give a number in mag, or the word file.") from error
    with tqdm(unit=" targets", disable=None) as bar:

        def advance(targets: int) -> None:
            bar.update(targets)

        written = build_from_fits(
            files[0],
            files[1],
            out,
            lines=files[2],
            ebv=magnitude,
            ebv_of_files=ebv == "file",
            fill_missing=fill_missing,
            model=model,
            progress=advance,
        )
    return _told(written)


@command.command()
@table_argument
def rank(table: Path) -> int:
    """Rank a catalogue's galaxies by how poorly their starlight predicts their lines, for the explorer."""
    return _told(catalogue_build.rank_catalogue(table))


@command.command()
@table_argument
def check(table: Path) -> int:
    """Check a table against the schema."""
    return _told(catalogue_build.check_table(table))


@command.command("fit-map")
@table_argument
def fit_map(table: Path) -> int:
    """Fit the canonical map (rewrites a committed file)."""
    return _told(catalogue_fits.fit_map(table))


@command.command("judge-map")
@table_argument
def judge_map(table: Path) -> int:
    """Evaluate the committed map on the held-out galaxies of a table."""
    return _told(catalogue_fits.judge_map(table))


@command.command("fit-domain")
@table_argument
def fit_domain(table: Path) -> int:
    """Fit the training domain (rewrites a committed file)."""
    return _told(catalogue_fits.fit_domain(table))


@command.command("fit-density")
@table_argument
def fit_density(table: Path) -> int:
    """Fit the density of the mock (rewrites a committed file)."""
    return _told(catalogue_fits.fit_density(table))


@command.command("fit-cells")
@table_argument
def fit_cells(table: Path) -> int:
    """Summarise the galaxies in each cell of the map (rewrites a committed file)."""
    return _told(catalogue_fits.fit_cells(table))


def _told(sentence: str) -> int:
    click.echo(sentence)
    return 0
