"""What a file says about its columns and about itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

CITATION: Final = (
    "Khederlarian et al. 2024, MNRAS 531, 1454 (doi:10.1093/mnras/stae1189); "
    "DESI Collaboration 2024, AJ 168, 58 (doi:10.3847/1538-3881/ad3217), data CC BY 4.0"
)
"""Whom to cite for the method and for the galaxies behind it."""


METADATA_KEY: Final = b"galactic_neon"
"""Key of the Parquet metadata whose value is what the catalogue says about itself, as JSON."""


class Field(NamedTuple):
    """What a file says about one column.

    Attributes
    ----------
    unit : str
        In the VO's notation; empty when there is none.
    description : str
        One phrase.
    ucd : str
        Its meaning in the IVOA's vocabulary UCD1+.
    """

    unit: str = ""
    description: str = ""
    ucd: str = ""


class TableMeta(NamedTuple):
    """What a file says about itself.

    Attributes
    ----------
    title : str
        What the table is.
    provenance : str
        Where its galaxies and numbers come from.
    citation : str
        Whom to cite.
    fields : mapping
        From a column's name to its `Field`; columns without one are written bare.
    details : mapping
        Anything further that JSON can hold, such as the model and its checksum.
    """

    title: str
    provenance: str = ""
    citation: str = CITATION
    fields: Mapping[str, Field] = MappingProxyType({})
    details: Mapping[str, Any] = MappingProxyType({})

    def field(self, name: str) -> Field:
        """Return what is known of a column, or an empty field."""
        return self.fields.get(name, Field())

    def sentences(self) -> dict[str, str]:
        """Return title, provenance, citation and details as text, the empty ones left out."""
        said = {"title": self.title, "provenance": self.provenance, "citation": self.citation}
        said |= {name: value if isinstance(value, str) else repr(value) for name, value in self.details.items()}
        return {name: " ".join(text.split()) for name, text in said.items() if text}
