"""Search for galaxies by name, row, range of any quantity, or position in the sky.

``redshift 0.1..0.2 & HALPHA_EW > 50`` · ``0.1 < z < 0.2 or (Ha > 50 and [OIII] > 20)`` · ``row 17``, from 1 ·
``OIII_5007_EW missing`` · ``cone(150.1, 2.2, 0.5)`` · ``Green valley``, a named population · names of galaxies,
separated by spaces, commas or line breaks. Names of quantities, lines and galaxies may be written in any case. Text is
matched against these forms alone, and never evaluated as code.
"""

from analysis.explorer.search.conditions import FIRST_DRAW, Draw
from analysis.explorer.search.find import MAX_LENGTH, absent_names, counted_from_one, find
from analysis.explorer.search.grammar import FindError

__all__ = ["FIRST_DRAW", "MAX_LENGTH", "Draw", "FindError", "absent_names", "counted_from_one", "find"]
