"""Units of fluxes and wavelengths: parsing of their spellings in files, and conversion to f_lambda and Å.

A unit that a file states is parsed, or an error names it; a unit is guessed only if the file states none.
"""

from data.columns.units.flux import FLUX_UNITS, RELATIVE, RELATIVE_NU, by_size, choices, flux_unit, to_f_lambda
from data.columns.units.spelling import is_stated
from data.columns.units.stated import (
    FLUX_UNIT_KEYS,
    WAVELENGTH_UNIT_KEYS,
    are_units,
    common,
    error_factor,
    factor_to,
    is_percent,
    stated,
    stated_in,
)
from data.columns.units.wavelength import (
    WAVELENGTH_UNITS,
    of_wavelength,
    to_angstrom,
    wavelength_choices,
    wavelength_name,
)

__all__ = [
    "FLUX_UNITS", "FLUX_UNIT_KEYS", "RELATIVE", "RELATIVE_NU", "WAVELENGTH_UNITS", "WAVELENGTH_UNIT_KEYS", "are_units",
    "by_size", "choices", "common", "error_factor", "factor_to", "flux_unit", "is_percent", "is_stated",
    "of_wavelength", "stated", "stated_in", "to_angstrom", "to_f_lambda", "wavelength_choices", "wavelength_name",
]  # fmt: skip
