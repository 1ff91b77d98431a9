"""What a file says about its columns and about itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from data.schema import COLUMNS, FLUX_NAMES, IVAR_SUFFIX, Column

CITATION: Final = (
    "Khederlarian et al. 2024, MNRAS 531, 1454 (doi:10.1093/mnras/stae1189); "
    "DESI Collaboration 2024, AJ 168, 58 (doi:10.3847/1538-3881/ad3217), data CC BY 4.0"
)
"""Whom to cite for the method and for the galaxies behind it."""

STANDARD_UNITS: Final = MappingProxyType(
    {
        "": "",
        "dex": "",
        "Å": "Angstrom",
        "deg": "deg",
        "Å^-2": "Angstrom**-2",
        "1e-17 erg/s/cm²/Å": "1e-17 erg.s**-1.cm**-2.Angstrom**-1",
    }
)
"""The schema's units as the FITS and VO standards write them; neither knows a dex."""


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


def field_of(column: Column) -> Field:
    """Say of a column of the schema what a file should say."""
    return Field(STANDARD_UNITS[column.unit], column.description, _ucd(column.name))


def _ucd(name: str) -> str:
    known = {
        "TARGETID": "meta.id;meta.main",
        "redshift": "src.redshift",
        "log_luminosity": "phys.luminosity;em.opt",
        "ra": "pos.eq.ra;meta.main",
        "dec": "pos.eq.dec;meta.main",
        "map_x": "pos.cartesian.x",
        "map_y": "pos.cartesian.y",
    }
    if name in known:
        return known[name]
    if name in FLUX_NAMES:
        return "phot.flux.density;em.opt"
    if name.endswith(IVAR_SUFFIX):
        return "stat.weight;spect.line.eqWidth"
    return "spect.line.eqWidth;em.opt"


CATALOGUE_FIELDS: Final = MappingProxyType({column.name: field_of(column) for column in COLUMNS})
"""The columns of a catalogue; see `data.schema.COLUMNS`."""


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
    fields: Mapping[str, Field] = CATALOGUE_FIELDS
    details: Mapping[str, Any] = MappingProxyType({})

    def field(self, name: str) -> Field:
        """Return what is known of a column, or an empty field."""
        return self.fields.get(name, Field())

    def sentences(self) -> dict[str, str]:
        """Return title, provenance, citation and details as text, the empty ones left out."""
        said = {"title": self.title, "provenance": self.provenance, "citation": self.citation}
        said |= {name: value if isinstance(value, str) else repr(value) for name, value in self.details.items()}
        return {name: " ".join(text.split()) for name, text in said.items() if text}
