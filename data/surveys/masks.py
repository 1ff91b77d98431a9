"""Mask conventions: the mask bits that make a pixel unusable, by survey."""

from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool


class MaskConvention(NamedTuple):
    """Convention of a survey's mask.

    Attributes
    ----------
    bits : int
        Bits of which any makes a pixel unusable; -1 stands for any bit.
    meaning : str
        Description of the convention.
    source : str
        Reference of the convention.
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
        "HST": MaskConvention(
            31743,
            "the bits of the header's SDQFLAGS are bad, all others are ignored; without SDQFLAGS, only small blemishes "
            "(1024) are ignored",
            "SDQFLAGS of STIS and COS, STIS Data Handbook, section 2.5",
        ),
        "good": MaskConvention(
            -1, "0 is bad, anything else is good, if the column is called good, valid, usable or weight", "its name"
        ),
        "any": MaskConvention(
            -1, "0 is good, anything else is bad", "the convention of ESO's QUAL, of specutils and of MaNGA"
        ),
    }
)
"""Conventions by survey; `good` is for columns that say which pixels are good, `any` for files of other surveys."""
GOOD_NAMES: Final = (
    "good", "is_good", "isgood", "valid", "is_valid", "usable", "use", "ok", "is_ok", "weight", "wht",
)  # fmt: skip
"""Beginnings of the names of columns that say which pixels are good."""
_SDSS_NAMES: Final = frozenset({"and_mask", "andmask", "or_mask", "ormask"})


def convention_of(column: str, survey: str, header_bits: int | None = None) -> str:
    """Return the key of `MASKS` for a mask column of a table, by its name and the header's survey and SDQFLAGS."""
    if column.strip().lower() in _SDSS_NAMES:
        return "SDSS"
    if column.strip().lower().startswith(GOOD_NAMES):
        return "good"
    if header_bits is not None:
        return "HST"
    return next((known for known in ("JWST", "HST") if survey.upper().startswith(known)), "any")


def masked(survey: str, values: np.ndarray, header_bits: int | None = None) -> Bool[np.ndarray, "*any"]:
    """Return which pixels are unusable.

    Parameters
    ----------
    survey : str
        A key of `MASKS`.
    values : array
        Mask values; NaN counts as unusable.
    header_bits : int, optional
        Bits that make a pixel unusable if the file states them (SDQFLAGS); used by the convention of HST.

    Returns
    -------
    array of bool
        True for unusable pixels, of the same shape.
    """
    if survey == "good":
        return ~(np.isfinite(values) & (values != 0))
    bits = header_bits if survey == "HST" and header_bits is not None else MASKS[survey].bits
    if bits == -1:
        return ~(values == 0)
    known = np.isfinite(values)
    whole = np.where(known, values, 0)
    if whole.dtype.kind == "f":
        whole = np.clip(whole, -(2.0**62), 2.0**62)
    return ~known | ((whole.astype(np.int64) & bits) != 0)
