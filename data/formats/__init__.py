"""Tables into files: Parquet, CSV, ECSV, FITS and VOTable, with units, descriptions, UCDs, provenance and citation."""

from data.formats.fields import CITATION, Field, TableMeta
from data.formats.kinds import FORMATS, Format, FormatName, format_of
from data.formats.stream import Source, open_source, open_target
from data.formats.whole import read_table, write_table

__all__ = [
    "CITATION",
    "FORMATS",
    "Field",
    "Format",
    "FormatName",
    "Source",
    "TableMeta",
    "format_of",
    "open_source",
    "open_target",
    "read_table",
    "write_table",
]
