"""The work of ``catalogue build | mock | check | rank``, with progress on the terminal.

Each function returns the sentence to print, and raises CatalogueError if a table breaks a rule of the schema or a file
cannot be read or written.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from analysis.catalogues.build import build, describe
from data.catalogue import schema
from data.catalogue.parquet import write
from data.catalogue.standard_columns import read_numbered
from data.columns.names import column_of
from data.uploads.galaxies import others_said
from model.storage.weights import DEFAULT
from research.mock.density import load_density
from research.mock.draw import draw

MOCK_TITLE: Final = "Mock galaxies"


def build_catalogue(table_path: Path, out: Path, *, title: str | None = None, model: str = DEFAULT) -> str:
    """Add predictions and map positions to a table of galaxies and write the catalogue; `title` is the file's stem."""
    notes: list[str] = []
    table, row_numbers = read_numbered(table_path, notes)
    if kinds := column_of(table.column_names, "class"):
        notes += others_said(str(kind or "") for kind in table[kinds].to_pylist())
    built = _build(table, out, title or table_path.stem, f"built from {table_path.name}", model, row_numbers)
    return " ".join([built, *notes])


def mock_catalogue(out: Path, *, n: int = 20_000, seed: int = 0, model: str = DEFAULT) -> str:
    """Draw `n` mock galaxies from the packaged density, add predictions and write the catalogue."""
    density, record = load_density()
    provenance = (
        f"drawn with seed {seed} from a mixture of {record['components']} Gaussians and a chain of lines, raked, "
        f"fitted to {record['galaxies']:,} DESI BGS galaxies; no row is a real galaxy"
    )
    return _build(draw(density, n, seed), out, MOCK_TITLE, provenance, model)


def _build(
    table: pa.Table, out: Path, title: str, provenance: str, model: str, row_numbers: np.ndarray | None = None
) -> str:
    from tqdm import tqdm

    with tqdm(total=table.num_rows, unit=" galaxies", desc="predicting", disable=None) as bar:

        def advance(rows: int) -> None:
            bar.update(rows)

        built = build(table, model, advance, row_numbers)
    write(built, out, describe(built, title=title, provenance=provenance, model=model))
    return f"Wrote {out}: {built.num_rows:,} galaxies, {out.stat().st_size / 1e6:.1f} MB."


def check_table(table_path: Path) -> str:
    """Check a table against the schema."""
    notes: list[str] = []
    table, row_numbers = read_numbered(table_path, notes)
    schema.check(table, row_numbers)
    return " ".join([f"{table_path.name} follows the schema: {table.num_rows:,} galaxies.", *notes])


def rank_catalogue(path: Path) -> str:
    """Rank the galaxies of a built catalogue by outlier score and write the ranking beside it."""
    from tqdm import tqdm

    from analysis.outliers.outlier_ranking import write_beside
    from data.catalogue.catalogue import Catalogue

    with tqdm(total=100, unit="%", disable=None) as bar:

        def advance(share: float) -> None:
            bar.update(int(100 * share) - bar.n)

        out = write_beside(Catalogue(path), advance)
    return f"Wrote {out}."
