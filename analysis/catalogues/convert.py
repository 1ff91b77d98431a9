"""Conversion of a catalogue to another format, with its metadata."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.catalogue.fields import CATALOGUE_FIELDS
from data.columns.words import shown
from data.formats import Field, TableMeta
from data.formats.fields import METADATA_KEY
from data.formats.kinds import FORMATS, format_of
from data.formats.readers.source import fields_of
from data.formats.stream import open_source
from data.formats.whole import write_table, written_names

PARQUET = "parquet"


def convert(source: Path, out: Path) -> str:
    """Write a catalogue, or a table of galaxies, in another format.

    Units, descriptions and UCDs of the columns are kept, as are title, provenance, citation, schema version and the
    checksums of model and map.

    Parameters
    ----------
    source : Path
        Parquet, CSV, ECSV, FITS or VOTable file, by its extension.
    out : Path
        File to write, in one of the same formats.

    Returns
    -------
    str
        Sentence that says what was written.

    Raises
    ------
    CatalogueError
        When a file cannot be read or written, or its extension is unknown.
    """
    chosen = format_of(out)
    with open_source(source) as opened:
        table = pa.Table.from_batches(list(opened.batches), opened.schema)
        notes = opened.notes
        said = {
            key: str(opened.about[key]) for key in ("title", "provenance") if isinstance(opened.about.get(key), str)
        }
    about = (_about(source) if format_of(source) == PARQUET else {}) or said
    title, provenance = about.pop("title", source.stem), about.pop("provenance", f"converted from {source.name}")
    about.pop("units", None)
    write_table(table, out, chosen, TableMeta(title, provenance, fields=_fields(table), details=about))
    size = out.stat().st_size / 1e6
    pairs = zip(table.column_names, written_names(table.column_names, chosen), strict=True)
    renamed = [f"{shown(old)} is {new}" for old, new in pairs if old != new]
    said = f" Columns that {FORMATS[chosen].label} cannot call so: {', '.join(renamed[:6])}." if renamed else ""
    wrote = f"Wrote {out}: {table.num_rows:,} galaxies, {len(table.column_names)} columns, {size:.1f} MB.{said}"
    return " ".join([wrote, *notes])


def _fields(table: pa.Table) -> dict[str, Field]:
    """Return the metadata of each column, from the file or else from the schema."""
    fields = dict(CATALOGUE_FIELDS)
    for name, given in fields_of(table.schema).items():
        fields[name] = Field(*(one or other for one, other in zip(given, fields.get(name, Field()), strict=True)))
    return fields


def _about(path: Path) -> dict:
    """Return the metadata of a catalogue, empty for a table that was not built."""
    stored = (pq.read_schema(path).metadata or {}).get(METADATA_KEY)
    return json.loads(stored) if stored else {}
