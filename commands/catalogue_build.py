"""What ``cli.py catalogue ...`` runs: files in, files out, progress on the terminal."""

from pathlib import Path
from typing import Final

import pyarrow as pa

from data.catalogue import schema
from data.catalogue.build import build, describe, read_table, write
from model.storage.weights import DEFAULT
from research.mock.density import load_density
from research.mock.draw import draw

MOCK_TITLE: Final = "Mock galaxies"


def build_catalogue(table_path: Path, out: Path, *, title: str | None = None, model: str = DEFAULT) -> str:
    """Add predictions and map places to a table of galaxies and write the catalogue that the app serves.

    Parameters
    ----------
    table_path : Path
        Parquet or CSV with the columns of ``docs/catalogue-schema.md``.
    out : Path
        The catalogue, Parquet.
    title : str, optional
        Its title for readers; by default made from the table's name.
    model : str
        Name or path of the weights that predict.

    Returns
    -------
    str
        A sentence saying what was written.

    Raises
    ------
    CatalogueError
        When the table breaks a rule of the schema or a file cannot be read or written.
    """
    return _build(read_table(table_path), out, title or table_path.stem, f"built from {table_path.name}", model)


def mock_catalogue(out: Path, *, n: int = 20_000, seed: int = 0, model: str = DEFAULT) -> str:
    """Draw mock galaxies from the shipped density, build them and write the catalogue.

    Parameters
    ----------
    out : Path
        The catalogue, Parquet.
    n : int
        How many galaxies.
    seed : int
        The same seed draws the same galaxies.
    model : str
        Name or path of the weights that predict.

    Returns
    -------
    str
        A sentence saying what was written.

    Raises
    ------
    CatalogueError
        When `n` is out of range or a file cannot be read or written.
    """
    density, record = load_density()
    provenance = (
        f"drawn with seed {seed} from a mixture of {record['components']} Gaussians and a chain of lines, raked, "
        f"fitted to {record['galaxies']:,} DESI BGS galaxies; no row is a real galaxy"
    )
    return _build(draw(density, n, seed), out, MOCK_TITLE, provenance, model)


def _build(table: pa.Table, out: Path, title: str, provenance: str, model: str) -> str:
    from tqdm import tqdm

    with tqdm(total=table.num_rows, unit=" galaxies", desc="predicting", disable=None) as bar:

        def advance(rows: int) -> None:
            bar.update(rows)

        built = build(table, model, advance)
    write(built, out, describe(built, title=title, provenance=provenance, model=model))
    return f"Wrote {out}: {built.num_rows:,} galaxies, {out.stat().st_size / 1e6:.1f} MB."


def check_table(table_path: Path) -> str:
    """Check a table against the schema.

    Parameters
    ----------
    table_path : Path
        Parquet or CSV.

    Returns
    -------
    str
        A sentence saying that it can be built.

    Raises
    ------
    CatalogueError
        When it breaks a rule.
    """
    table = read_table(table_path)
    schema.check(table)
    return f"{table_path.name} follows the schema: {table.num_rows:,} galaxies."


def rank_catalogue(path: Path) -> str:
    """Rank a catalogue's galaxies by how little starlight predicted their lines; the explorer shows the ranking.

    Parameters
    ----------
    path : Path
        A file that ``catalogue build`` wrote.

    Returns
    -------
    str
        A sentence saying what was written.

    Raises
    ------
    CatalogueError
        When the file is no catalogue.
    """
    from tqdm import tqdm

    from analysis.surprise.outlier_ranking import write_beside
    from data.catalogue.catalogue import Catalogue

    with tqdm(total=100, unit="%", disable=None) as bar:

        def tell(share: float) -> None:
            bar.update(int(100 * share) - bar.n)

        out = write_beside(Catalogue(path), tell)
    return f"Wrote {out}."
