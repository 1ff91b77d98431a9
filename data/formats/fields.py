"""Metadata of a table and of its columns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

CITATION: Final = (
    "Khederlarian et al. 2024, MNRAS 531, 1454 (doi:10.1093/mnras/stae1189); "
    "DESI Collaboration 2024, AJ 168, 58 (doi:10.3847/1538-3881/ad3217), data CC BY 4.0"
)
"""Citation of the method and of its galaxies."""
COMMENT: Final = "#"
"""Begins a line of text that holds metadata, above the rows of a CSV table."""


METADATA_KEY: Final = b"galactic_neon"
"""Key of the Parquet metadata that holds the metadata of a catalogue as JSON."""


class Field(NamedTuple):
    """Metadata of one column.

    Attributes
    ----------
    unit : str
        Unit in the VO's notation; empty if there is none.
    description : str
        Description in one phrase.
    ucd : str
        Meaning in the IVOA's vocabulary UCD1+.
    """

    unit: str = ""
    description: str = ""
    ucd: str = ""


class TableMeta(NamedTuple):
    """Metadata of a table.

    Attributes
    ----------
    title : str
        Title of the table.
    provenance : str
        Origin of its galaxies and numbers.
    citation : str
        Citation.
    fields : mapping
        `Field` by column name; columns without one are written without metadata.
    details : mapping
        Further JSON-serialisable metadata, such as the model and its checksum.
    """

    title: str
    provenance: str = ""
    citation: str = CITATION
    fields: Mapping[str, Field] = MappingProxyType({})
    details: Mapping[str, Any] = MappingProxyType({})

    def field(self, name: str) -> Field:
        """Return the metadata of a column, an empty field if there is none."""
        return self.fields.get(name, Field())

    def sentences(self) -> dict[str, str]:
        """Return title, provenance, citation and details as text, without empty ones."""
        said = {"title": self.title, "provenance": self.provenance, "citation": self.citation}
        said |= {name: value if isinstance(value, str) else repr(value) for name, value in self.details.items()}
        return {name: " ".join(text.split()) for name, text in said.items() if text}
