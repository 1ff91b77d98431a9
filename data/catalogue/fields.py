"""Column metadata of a catalogue's files: units, descriptions and UCDs in the VO's vocabulary."""

from types import MappingProxyType
from typing import Final

from data.catalogue.schema import COLUMNS, EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, Column
from data.formats.fields import Field

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
"""Units of the FITS and VO standards by the schema's units; the standards have no dex."""


def field_of(column: Column) -> Field:
    """Return the file metadata of a column of the schema."""
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
    return "spect.line.eqWidth;em.opt" if EW_SUFFIX in name else ""


CATALOGUE_FIELDS: Final = MappingProxyType({column.name: field_of(column) for column in COLUMNS})
"""File metadata of the columns `data.catalogue.schema.COLUMNS` by name."""
