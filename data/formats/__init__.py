"""File formats of tables: Parquet, CSV, ECSV, FITS and VOTable, with units, descriptions, UCDs, provenance, citation.

This package itself exports only names and metadata. `whole` reads and writes whole tables, `stream` piece by piece;
both need Arrow, so the server imports them only when a file is requested.
"""

from data.formats.fields import CITATION, Field, TableMeta
from data.formats.kinds import FORMATS, Format, FormatName, format_of

__all__ = ["CITATION", "FORMATS", "Field", "Format", "FormatName", "TableMeta", "format_of"]
