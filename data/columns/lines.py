"""Columns of emission lines in tables of mocks: their names in each kind of table, and what their units say."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from data.columns.names import split_unit
from data.columns.units.spelling import is_stated, ratio
from data.errors import CatalogueError
from model.lines import LINE_NAMES

Quantity = Literal["EW", "flux", "luminosity"]
_QUANTITIES: Final[tuple[Quantity, ...]] = ("EW", "flux", "luminosity")
TARGETS: Final[Mapping[Quantity, str]] = MappingProxyType(
    {"EW": "Angstrom", "flux": "1e-17 erg / (s cm2)", "luminosity": "Lsun"}
)
"""Units to which lines are converted, by what they are."""
LINE_UNITS: Final = ("Angstrom", "1e-17 erg / (s cm2)", "erg / (s cm2)", "erg / s", "Lsun", "W")
"""Units of lines to choose from."""


class Names(NamedTuple):
    """Names of lines in one kind of table.

    Attributes
    ----------
    title : str
        For the reader.
    columns : mapping
        By line, possible columns; several in a tuple are added.
    unit : str
        Unit where neither the file nor the user states one; "" if one must be stated.
    """

    title: str
    columns: Mapping[str, tuple[tuple[str, ...], ...]]
    unit: str


def _suffixed(suffix: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    columns: dict[str, tuple[tuple[str, ...], ...]] = {name: ((name + suffix,),) for name in LINE_NAMES}
    columns["OII_DOUBLET"] = (*columns["OII_DOUBLET"], (f"OII_3726{suffix}", f"OII_3729{suffix}"))
    return columns


_DSPS: Final = {
    "OII_DOUBLET": (("O_II_3726", "O_II_3729"),),
    "HGAMMA": (("Ba_gamma_4341",),),
    "HBETA": (("Ba_beta_4861",),),
    "OIII_4959": (("O_III_4959",),),
    "OIII_5007": (("O_III_5007",),),
    "NII_6548": (("N_II_6548",),),
    "HALPHA": (("Ba_alpha_6563",),),
    "NII_6584": (("N_II_6584",),),
    "SII_6716": (("S_II_6716",),),
    "SII_6731": (("S_II_6731",),),
}
"""As `dsps.data_loaders.load_emline_info.read_emlines_info_fsps` makes them from the names of FSPS: "[O III] 5007"."""
_CLOUDY: Final = {
    "OII_DOUBLET": (("O 2 3726.03A, O 2 3728.81A",), ("O 2 3726.03A", "O 2 3728.81A")),
    "HGAMMA": (("H 1 4340.46A",),),
    "HBETA": (("H 1 4861.32A",),),
    "OIII_4959": (("O 3 4958.91A",),),
    "OIII_5007": (("O 3 5006.84A",),),
    "NII_6548": (("N 2 6548.05A",),),
    "HALPHA": (("H 1 6562.80A",),),
    "NII_6584": (("N 2 6583.45A",),),
    "SII_6716": (("S 2 6716.44A",),),
    "SII_6731": (("S 2 6730.82A",),),
}
"""The ids of `synthesizer.emissions`, those of Cloudy 23, with wavelengths in air."""
NAMES: Final[Mapping[str, Names]] = MappingProxyType(
    {
        "ew": Names("{LINE}_EW", _suffixed("_EW"), "Angstrom"),
        "flux": Names("{LINE}_FLUX", _suffixed("_FLUX"), ""),
        "luminosity": Names("{LINE}_LUMINOSITY", _suffixed("_LUMINOSITY"), ""),
        "diffsky": Names("diffsky, OpenCosmo, DSPS", _DSPS, ""),
        "synthesizer": Names("synthesizer", _CLOUDY, ""),
    }
)
"""Kinds of tables, in the order in which a table's columns are compared with them."""
_NAMED: Final[Mapping[str, Quantity]] = MappingProxyType({"ew": "EW", "flux": "flux", "luminosity": "luminosity"})
"""What the names of some kinds say that their columns hold."""
AUTO: Final = "auto"


class LineColumns(NamedTuple):
    """The columns of a table's lines.

    Attributes
    ----------
    kind : str
        A key of `NAMES`.
    quantity : {"EW", "flux", "luminosity"}
        What they hold.
    columns : dict
        By line, the columns that are added.
    factors : dict
        By column, the factor to the unit of `TARGETS`.
    """

    kind: str
    quantity: Quantity
    columns: dict[str, tuple[str, ...]]
    factors: dict[str, float]


def find_lines(titles: Iterable[str], stated: Mapping[str, str], kind: str = AUTO, unit: str = "") -> LineColumns:
    """Find the columns of lines in a table.

    Parameters
    ----------
    titles : iterable of str
        The table's columns.
    stated : mapping
        Units that the table states, by column.
    kind : str
        A key of `NAMES`, or "auto" for the first of which the table has a line.
    unit : str
        Unit of columns for which the table states none, neither in its metadata nor after the name.

    Returns
    -------
    LineColumns
        At least one line.

    Raises
    ------
    CatalogueError
        If there is no line, or its unit is not stated, not understood, or of another quantity than that of the others.
    """
    known: dict[str, str] = {}
    every = list(titles)
    for title in every:
        known.setdefault(title.strip().lower(), title)
    for title in every:
        known.setdefault(split_unit(title)[0].lower(), title)
    for name in NAMES if kind == AUTO else (kind,):
        options = NAMES[name].columns
        columns = {line: found for line in LINE_NAMES if (found := _first_of(options[line], known))}
        if columns:
            return _with_units(name, columns, stated, unit)
    wanted = "; ".join(f"{each.title}: {each.columns['HALPHA'][0][0]}" for each in NAMES.values())
    which = f" of the kind {kind}" if kind != AUTO else ""
    raise CatalogueError(
        f"The input has no column of a line{which}. For Hα that would be one of: {wanted}. "
        f"It has: {', '.join(title[:40] for title in every[:20])}."
    )


def _first_of(options: tuple[tuple[str, ...], ...], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the titles of the first option whose columns exist; empty if there is none."""
    for option in options:
        if all(name.lower() in known for name in option):
            return tuple(known[name.lower()] for name in option)
    return ()


def _with_units(kind: str, columns: dict[str, tuple[str, ...]], stated: Mapping[str, str], unit: str) -> LineColumns:
    """Return the columns with what their units say that they hold."""
    found: dict[str, tuple[Quantity, float]] = {}
    for title in (each for group in columns.values() for each in group):
        said = stated.get(title, "") or split_unit(title)[1]
        said = said if is_stated(said) else unit or NAMES[kind].unit
        if not is_stated(said):
            raise CatalogueError(
                f"Column {title} states no unit, so it may be a flux or a luminosity in any unit. State it in the "
                f"file ({title} [erg/s], or in its metadata), or say which it is: {', '.join(LINE_UNITS)}."
            )
        found[title] = _quantity(said, title)
        if found[title][0] != _NAMED.get(kind, found[title][0]):
            raise CatalogueError(
                f"Column {title} is in {said[:40]!r}, a unit of {found[title][0]}, but its name says {_NAMED[kind]}. "
                "Rename the column or correct its unit."
            )
    quantities: set[Quantity] = {quantity for quantity, _ in found.values()}
    if len(quantities) > 1:
        listed = ", ".join(f"{title} ({quantity})" for title, (quantity, _) in list(found.items())[:4])
        raise CatalogueError(f"The lines are of several kinds: {listed}. Give all as EWs, fluxes or luminosities.")
    return LineColumns(kind, quantities.pop(), columns, {title: factor for title, (_, factor) in found.items()})


def _quantity(unit: str, title: str) -> tuple[Quantity, float]:
    for quantity in _QUANTITIES:
        try:
            return quantity, ratio(unit, TARGETS[quantity])
        except ValueError:
            continue
    raise CatalogueError(
        f"Column {title} is in {unit[:40]!r}, which is neither a length (an equivalent width), nor the flux or the "
        f"luminosity of a line. It must be convertible to one of: {', '.join(LINE_UNITS)}."
    )
