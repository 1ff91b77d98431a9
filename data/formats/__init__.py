"""Tables into files: Parquet, CSV, ECSV, FITS and VOTable, with units, descriptions, UCDs, provenance and citation.

Here is what can be said of them without opening one. `whole` writes and reads tables at once, `stream` piece by piece:
both need Arrow, so the server imports them only when asked for a file.
"""

from data.formats.fields import CITATION, Field, TableMeta
from data.formats.kinds import FORMATS, Format, FormatName, format_of

__all__ = ["CITATION", "FORMATS", "Field", "Format", "FormatName", "TableMeta", "format_of"]
