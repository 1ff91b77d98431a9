"""The table of emission lines: those that are measured in spectra, and among them those that the networks predict.

Masks, weight axes, table columns, menus and labels all iterate over `LINES`, which is the networks' line axis.
Wavelengths are rest-frame vacuum values from the FastSpecFit line table; the numbers in the labels are the traditional
air wavelengths.
"""

from typing import Final, Literal, NamedTuple

MASK_HALF_WIDTH: Final = 10.0
"""Half width of a line's masked window [Å]: three sigma of gas at 120 km/s in Hα (7.9 Å), plus the resolution."""


class Line(NamedTuple):
    """One emission line, or the [O II] doublet that DESI reports as one.

    Attributes
    ----------
    name : str
        The archives' column prefix, as in ``HALPHA_EW``.
    label : str
        Name shown to the reader, as in ``[O III] 5007``.
    symbol : str
        The ion or series alone, as in ``[O III]``.
    number : str
        Traditional air wavelength [Å].
    wavelengths : tuple of float
        Vacuum rest wavelengths of its components [Å].
    accent : str
        Name of the theme colour nearest to the colour of the line's light.
    leading : bool
        Whether the line is listed first in every display.
    tied_to : str or None
        Name of the stronger line of its doublet if FastSpecFit ties the two amplitudes.
    flux_ratio : float
        Flux of the stronger line over the flux of this one, fixed by atomic physics; the value of FastSpecFit 3.6.
    draw_rank : int
        Position in the order in which the joint distribution draws the free lines, the best measured first; lines of
        equal rank follow the order of the table.
    predicted : bool
        Whether the networks predict the line; otherwise it is only measured.
    """

    name: str
    label: str
    symbol: str
    number: str
    wavelengths: tuple[float, ...]
    accent: Literal["violet", "cyan", "green", "red"]
    leading: bool = False
    tied_to: str | None = None
    flux_ratio: float = 1.0
    draw_rank: int = 99
    predicted: bool = True

    @property
    def wavelength(self) -> float:
        """Mean vacuum rest wavelength of the components [Å]."""
        return sum(self.wavelengths) / len(self.wavelengths)

    @property
    def window(self) -> tuple[float, float]:
        """Lower and upper rest wavelength [Å] of the window in which the line is masked out of the continuum."""
        return self.wavelengths[0] - MASK_HALF_WIDTH, self.wavelengths[-1] + MASK_HALF_WIDTH


MEASURED_LINES: Final[tuple[Line, ...]] = (
    Line("OII_DOUBLET", "[O II] 3727", "[O II]", "3727", (3727.10, 3729.86), "violet", leading=True, draw_rank=6),
    Line("NEIII_3869", "[Ne III] 3869", "[Ne III]", "3869", (3869.86,), "violet", predicted=False),
    Line("HDELTA", "Hδ 4101", "Hδ", "4101", (4102.892,), "violet", predicted=False),
    Line("HGAMMA", "Hγ 4340", "Hγ", "4340", (4341.692,), "cyan", draw_rank=7),
    Line("HBETA", "Hβ 4861", "Hβ", "4861", (4862.71,), "cyan", leading=True, draw_rank=4),
    Line("OIII_4959", "[O III] 4959", "[O III]", "4959", (4960.295,), "green", tied_to="OIII_5007", flux_ratio=2.993),
    Line("OIII_5007", "[O III] 5007", "[O III]", "5007", (5008.240,), "green", leading=True, draw_rank=5),
    Line("HEI_5876", "He I 5876", "He I", "5876", (5877.249,), "green", predicted=False),
    Line("OI_6300", "[O I] 6300", "[O I]", "6300", (6302.046,), "red", predicted=False),
    Line("NII_6548", "[N II] 6548", "[N II]", "6548", (6549.861,), "red", tied_to="NII_6584", flux_ratio=3.049),
    Line("HALPHA", "Hα 6563", "Hα", "6563", (6564.60,), "red", leading=True, draw_rank=0),
    Line("NII_6584", "[N II] 6584", "[N II]", "6584", (6585.273,), "red", draw_rank=1),
    Line("SII_6716", "[S II] 6716", "[S II]", "6716", (6718.294,), "red", draw_rank=2),
    Line("SII_6731", "[S II] 6731", "[S II]", "6731", (6732.674,), "red", draw_rank=3),
    Line("SIII_9069", "[S III] 9069", "[S III]", "9069", (9071.1,), "red", predicted=False),
    Line("SIII_9532", "[S III] 9532", "[S III]", "9532", (9533.2,), "red", predicted=False),
)
"""All lines that are measured in spectra; without its ``predicted=False``, a line is one that training learns too.

Examples
--------
>>> from galactic_neon import LINES, MEASURED_LINES
>>> [line.label for line in MEASURED_LINES if line not in LINES][:2]
['[Ne III] 3869', 'Hδ 4101']
"""

LINES: Final[tuple[Line, ...]] = tuple(line for line in MEASURED_LINES if line.predicted)
"""Lines that the networks predict, in the order of the last axis of all arrays of lines.

Examples
--------
>>> from galactic_neon import LINES
>>> [line.name for line in LINES]  # doctest: +NORMALIZE_WHITESPACE
['OII_DOUBLET', 'HGAMMA', 'HBETA', 'OIII_4959', 'OIII_5007', 'NII_6548', 'HALPHA', 'NII_6584', 'SII_6716',
 'SII_6731']
"""
EXTRA_LINES: Final[tuple[Line, ...]] = tuple(line for line in MEASURED_LINES if not line.predicted)
"""Lines that are measured but not predicted.

Examples
--------
>>> from galactic_neon import EXTRA_LINES
>>> [line.number for line in EXTRA_LINES]
['3869', '4101', '5876', '6300', '9069', '9532']
"""
_WORDS: Final = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
LINE_COUNT: Final = _WORDS[len(LINES)] if len(LINES) < len(_WORDS) else str(len(LINES))
"""Number of predicted lines for sentences, up to twelve in words."""
LINE_NAMES: Final[tuple[str, ...]] = tuple(line.name for line in LINES)
LEADING_LINES: Final[tuple[Line, ...]] = tuple(line for line in LINES if line.leading)
FREE_LINES: Final[tuple[int, ...]] = tuple(index for index, line in enumerate(LINES) if line.tied_to is None)
"""Positions in `LINES` of the lines whose amplitude is free; a tied line repeats its stronger partner."""
