"""Masks of uploaded spectra: the column, the meaning of its values, and columns that may be masks and are not used."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from jaxtyping import Bool

from data.columns.missing import EMPTY
from data.columns.names import column_of, is_like_a_mask
from data.surveys.masks import MaskConvention
from data.surveys.registry import MASKS, convention_of
from data.uploads.readers.raw_table import BAD_WORDS, GOOD_WORDS, RawTable, truth

NONE: Final = "none"
BY_NAME: Final = "as usual for its name"
KINDS: Final[Mapping[str, str]] = {
    BY_NAME: "",
    "0 is good": "any",
    "0 is bad": "good",
    **{f"bits of {key}": key for key, convention in MASKS.items() if not convention.says_good and key != "any"},
}
"""Meanings of a mask's values to choose from, and the keys of their conventions."""


def find_mask(raw: RawTable) -> str:
    """Return the column that masks pixels; "" if there is none.

    It has one of the usual names, or a name such as ``status`` and cells that are all words such as good and bad.
    """
    if named := column_of(raw.columns, "mask"):
        return named
    return next((title for title in raw.columns if is_like_a_mask(title) and _says_good_and_bad(raw, title)), "")


def _says_good_and_bad(raw: RawTable, title: str) -> bool:
    values = raw.columns[title]
    if values.dtype != object:
        return False
    words = {text.strip().lower() for text in values.tolist()} - EMPTY
    return bool(words) and words <= GOOD_WORDS | BAD_WORDS


def convention_for(raw: RawTable, title: str) -> MaskConvention:
    """Return the convention that a mask follows by its name and by the file's header."""
    about = raw.about
    key = about.get("mask_convention") or convention_of(title, about.get("survey", ""), about.get("mask_bits"))
    return MASKS[key]


def meaning_of(raw: RawTable, title: str) -> str:
    """Return what the values of a mask mean, as a phrase."""
    if not title:
        return "no mask"
    convention = convention_for(raw, title)
    return "any value except 0 is bad" if convention is MASKS["any"] else convention.meaning


def masked(raw: RawTable, plan: Mapping[str, str]) -> Bool[np.ndarray, " pixel"]:
    """Return which pixels the mask of a plan makes unusable.

    Raises
    ------
    UploadError
        When the mask holds a text that is neither a number nor a word for good or bad.
    """
    title, chosen = plan["mask"], KINDS[plan["mask_kind"]]
    convention = MASKS[chosen] if chosen else convention_for(raw, title)
    bits = raw.about.get("mask_bits")
    if convention is MASKS["HST"] and bits is not None:
        convention = convention._replace(bits=bits)
    values = truth(raw.columns[title], f"{raw.name}, column {title}", says_good=convention.says_good)
    return convention.masked(values)


def unused_masks(raw: RawTable, plan: Mapping[str, str]) -> list[str]:
    """Return a sentence on the columns that may be masks and are not used; none if there are none."""
    used = {plan[role] for role in ("wavelength", "flux", "uncertainty", "mask")}
    others = [title for title in raw.columns if title not in used and is_like_a_mask(title)]
    if not others:
        return []
    listed = ", ".join(title[:60] for title in others[:6])
    several = len(others) > 1
    was = f"Column{'s' if several else ''} {listed} {'were' if several else 'was'} not used as a mask"
    if plan["mask"] != NONE:
        return [f"{was}; the mask is {plan['mask'][:60]}."]
    meaning = "their meanings are" if several else "its meaning is"
    return [f"{was}: {meaning} not known. Choose {'one' if several else 'it'} as the mask, and what 0 stands for."]
