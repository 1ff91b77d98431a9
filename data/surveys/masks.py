"""Mask conventions: which values of a mask make a pixel unusable."""

from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Bool


class MaskConvention(NamedTuple):
    """Convention of a mask.

    Attributes
    ----------
    bits : int
        Bits of which any makes a pixel unusable; -1 stands for any bit.
    meaning : str
        Description of the convention.
    source : str
        Reference of the convention.
    columns : tuple of str
        Beginnings of the lower-case names of columns that follow it, in any file.
    says_good : bool
        Whether the values say which pixels are good instead.
    """

    bits: int
    meaning: str
    source: str
    columns: tuple[str, ...] = ()
    says_good: bool = False

    def masked(self, values: np.ndarray) -> Bool[np.ndarray, "*any"]:
        """Return which pixels are unusable.

        Parameters
        ----------
        values : array
            Mask values; NaN counts as unusable.

        Returns
        -------
        array of bool
            True for unusable pixels, of the same shape.
        """
        if self.says_good:
            return ~(np.isfinite(values) & (values != 0))
        if self.bits == -1:
            return ~(values == 0)
        known = np.isfinite(values)
        whole = np.where(known, values, 0)
        if whole.dtype.kind == "f":
            whole = np.clip(whole, -(2.0**62), 2.0**62)
        return ~known | ((whole.astype(np.int64) & self.bits) != 0)


def bits(*places: int) -> int:
    """Return the number in which the bits at these places are set."""
    return sum(1 << place for place in places)


TABLE_MASKS: Final = MappingProxyType(
    {
        "JWST": MaskConvention(
            bits(0),
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
            -1,
            "0 is bad, anything else is good, if the column is called good, valid, usable or weight",
            "its name",
            ("good", "is_good", "isgood", "valid", "is_valid", "usable", "use", "ok", "is_ok", "weight", "wht"),
            says_good=True,
        ),
        "PypeIt": MaskConvention(
            -1,
            "1 is good, 0 is bad, if the header says DMODCLS = OneSpec",
            "data model of PypeIt's OneSpec, https://pypeit.readthedocs.io",
            says_good=True,
        ),
        "any": MaskConvention(
            -1, "0 is good, anything else is bad", "the convention of ESO's QUAL, of specutils and of MaNGA"
        ),
    }
)
"""Conventions of tables; `good` is for columns that say which pixels are good, `any` for files of other surveys."""
