"""Which bits of a survey's mask make a pixel useless; the others only inform."""

from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool


class MaskConvention(NamedTuple):
    """What a survey's mask means.

    Attributes
    ----------
    bits : int
        A pixel is useless where any of these is set; -1: any bit at all.
    meaning : str
        In words.
    source : str
        Where the survey says so.
    """

    bits: int
    meaning: str
    source: str


def _bits(*places: int) -> int:
    return sum(1 << place for place in places)


MASKS: Final = MappingProxyType(
    {
        "DESI": MaskConvention(
            -1, "0 is good, any set bit is bad, as in redrock", "desispec.maskbits.specmask; redrock.external.desi"
        ),
        "SDSS": MaskConvention(
            _bits(18, 22, 23, 24, 25, 26, 27, 28),
            "FULLREJECT, NOSKY, BRIGHTSKY, NODATA, COMBINEREJ, BADFLUXFACTOR, BADSKYCHI and REDMONSTER are bad; bits "
            "0-15 describe the fibre and are ignored, as are NEARBADPIXEL, LOWFLAT, PARTIALREJECT, SCATTEREDLIGHT and "
            "CROSSTALK",
            "SPPIXMASK, https://www.sdss4.org/dr17/algorithms/bitmasks/",
        ),
        "JWST": MaskConvention(
            _bits(0),
            "DO_NOT_USE is bad, all other bits are ignored",
            "jwst pipeline, Data Quality Flags of the Science Data",
        ),
        "any": MaskConvention(
            -1, "0 is good, anything else is bad", "the convention of ESO's QUAL, of specutils and of MaNGA"
        ),
    }
)
"""By survey; `any` for a file of none of them."""
_SDSS_NAMES: Final = frozenset({"and_mask", "andmask", "or_mask", "ormask"})


def convention_of(column: str, survey: str) -> str:
    """Return the key of `MASKS` for a mask column of a table, by its name and by what the header says of the survey."""
    if column.strip().lower() in _SDSS_NAMES:
        return "SDSS"
    return "JWST" if survey.upper().startswith("JWST") else "any"


def masked(survey: str, values: np.ndarray) -> Bool[np.ndarray, "*any"]:
    """Mark useless pixels.

    Parameters
    ----------
    survey : str
        A key of `MASKS`.
    values : array
        The mask; NaN, where it says nothing, counts as useless.

    Returns
    -------
    array of bool
        Of the same shape.
    """
    bits = MASKS[survey].bits
    if bits == -1:
        return ~(values == 0)
    known = np.isfinite(values)
    whole = np.where(known, values, 0)
    if whole.dtype.kind == "f":
        whole = np.clip(whole, -(2.0**62), 2.0**62)
    return ~known | ((whole.astype(np.int64) & bits) != 0)
