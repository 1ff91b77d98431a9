"""Names of quantities in searches: those of the columns, and short names of lines, in any case."""

import difflib
import re
from typing import Final

from analysis.explorer.quantities import QUANTITIES
from analysis.explorer.search.grammar import FindError
from data.catalogue.schema import EW_SUFFIX
from model.lines import LINES, Line

NAME: Final = r"\[[A-Za-z ]{1,8}\](?:\s?\d{4})?|\w+"
"""Regular expression of a name: a word, or an ion in brackets as it is printed, with or without its wavelength."""

ALIASES: Final = {"z": "redshift", "logl": "log_luminosity", "luminosity": "log_luminosity", "d4000": "break_4000"}
_GREEK: Final = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"}
_BY_LOWER: Final = {name.lower(): name for name in QUANTITIES}


def _plain(name: str) -> str:
    """Return a name in small Latin letters and digits: “[O III]” and “OIII” are one."""
    spelt = "".join(_GREEK.get(letter, letter) for letter in name.lower())
    return re.sub(r"[^a-z0-9]", "", spelt)


def _lines_by_name() -> dict[str, list[Line]]:
    """Return the lines that each short name may mean: the name, the label, the ion, and a letter for a Balmer line."""
    found: dict[str, list[Line]] = {}
    for line in LINES:
        ion = _plain(line.symbol)
        spellings = {_plain(line.name), _plain(line.label), ion + line.number}
        # An ion alone is its free line: the other one repeats it.
        spellings |= {ion} if line.tied_to is None else set()
        spellings |= {f"h{ion[1]}"} if line.symbol[1:] in _GREEK else set()
        for spelling in spellings:
            found.setdefault(spelling, []).append(line)
    return found


_LINES: Final = _lines_by_name()


def quantity(name: str) -> str:
    """Return the name in `QUANTITIES` that a name in a search means.

    Parameters
    ----------
    name : str
        A quantity in any case, “z”, or a line, which means its equivalent width: “HALPHA”, “Ha”, “Hα”, “[O III]”.

    Returns
    -------
    str
        Key of `QUANTITIES`.

    Raises
    ------
    FindError
        If nothing has this name, or more than one line.
    """
    lower = ALIASES.get(name.lower(), name.lower())
    if lower in _BY_LOWER:
        return _BY_LOWER[lower]
    lines = _LINES.get(_plain(name), [])
    if len(lines) == 1:
        return lines[0].name + EW_SUFFIX
    if lines:
        choices = " or ".join(line.name + EW_SUFFIX for line in lines)
        raise FindError(f"“{name[:32]}” may be {choices}. Write one of them.")
    close = difflib.get_close_matches(lower, _BY_LOWER, n=3, cutoff=0.5)
    hint = f" Did you mean {', '.join(_BY_LOWER[each] for each in close)}?" if close else " Try redshift or HALPHA_EW."
    raise FindError(f"There is no quantity “{name[:32]}”.{hint}")


def is_quantity(name: str) -> bool:
    """Return whether a name is that of a quantity, or of a line."""
    return ALIASES.get(name.lower(), name.lower()) in _BY_LOWER or _plain(name) in _LINES
