"""The result of every reader: columns by name, before they are interpreted."""

import re
from typing import Any, Final, NamedTuple

import numpy as np

from data.columns.names import FLUX_NAMES, list_of_twelve
from data.columns.words import scalars
from data.errors import UploadError
from data.uploads.readers.metadata import understood
from model.bins import N_BINS


class RawTable(NamedTuple):
    """A file's columns.

    Attributes
    ----------
    name : str
        Name of the file, for messages.
    form : str
        Format as which the file was read.
    columns : dict of (row,) arrays
        Numbers as float64, others as text (dtype object); a missing value is NaN or "".
    units : dict of str
        Stated units by column; columns without a unit are absent.
    row_numbers : (row,) array
        Row numbers as an editor of the file counts them: a header is row 1.
    about : dict
        Metadata of the file: "redshift", "medium", "frame", "target_id", "flux_unit", "class", "survey",
        "epoch", "source", "notes" and others of `data.uploads.readers.metadata`; texts, numbers and lists of texts.
    """

    name: str
    form: str
    columns: dict[str, np.ndarray]
    units: dict[str, str]
    row_numbers: np.ndarray
    about: dict[str, Any]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.row_numbers)


def numbers(values: np.ndarray) -> np.ndarray:
    """Return a column as float64, NaN where a text is not a number."""
    if values.dtype != object:
        return values.astype(np.float64)
    try:
        return np.array([float(text) if text else np.nan for text in values])
    except ValueError:
        return np.array([_number(text) for text in values])


def is_numeric(values: np.ndarray) -> bool:
    """Return whether a column holds numbers, judged by its first rows."""
    return values.dtype != object or bool(np.isfinite(numbers(values[:20])).any())


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def from_arrays(name: str, form: str, arrays: dict[str, Any], units: dict[str, str], about: dict[str, Any]) -> RawTable:
    """Return a table of a file's arrays; an array with up to 50 numbers per row is split into columns."""
    columns: dict[str, np.ndarray] = {}
    said = {
        title: values.item()
        for title, values in arrays.items()
        if np.ndim(values) == 0 and values.dtype.kind in "biufU"
    }
    about = understood(scalars(said), {}) | about
    twelves = [title for title, values in arrays.items() if np.ndim(values) == 2 and np.shape(values)[1] == N_BINS]
    flux = "" if FLUX_NAMES[0] in arrays else list_of_twelve(twelves)
    for title, values in arrays.items():
        masked = np.ma.isMaskedArray(values) and values.dtype.kind == "f"
        values = np.ma.filled(values, np.nan) if masked else np.asarray(values)
        if values.ndim == 1:
            columns[title] = plain(values)
        elif values.ndim == 2 and 1 < values.shape[1] <= 50 and _is_number(values):
            prefix = "flux" if title == flux else title
            for place in range(values.shape[1]):
                columns[f"{prefix}_{place:02d}"] = plain(values[:, place])
    rows = max((len(values) for values in columns.values()), default=0)
    if others := [title for title, values in columns.items() if len(values) != rows]:
        first = others[0]
        about["notes"] = [
            *about.get("notes", []),
            f"{len(others)} of {len(columns)} arrays are passed over, as they have another length: {first[:60]} has "
            f"{len(columns[first]):,} values, not {rows:,}.",
        ]
        columns = {title: values for title, values in columns.items() if len(values) == rows}
    return RawTable(name, form, columns, units, np.arange(1, rows + 1), about)


def plain(values: np.ndarray) -> np.ndarray:
    """Return numbers as float64 and other values as text; integers that a float cannot hold become text."""
    if values.dtype.kind in "iu" and values.size and np.abs(values.astype(np.float64)).max() > 2**53:
        return np.array([str(value) for value in values.tolist()], dtype=object)
    if _is_number(values):
        return values.astype(np.float64)
    if values.dtype.kind == "S":
        return np.array([value.decode("utf-8", "replace").strip() for value in values.tolist()], dtype=object)
    return np.array(["" if value is None else str(value).strip() for value in values.tolist()], dtype=object)


def _is_number(values: np.ndarray) -> bool:
    # True and False are words: as a redshift or a flux they would be 1 and 0.
    return values.dtype.kind in "iuf"


TRUE_WORDS: Final = frozenset({"true", "t", "yes", "y"})
FALSE_WORDS: Final = frozenset({"false", "f", "no", "n"})
BAD_WORDS: Final = frozenset(
    {"bad", "masked", "flagged", "reject", "rejected", "unusable", "invalid", "fail", "failed", "nok", "not ok"}
)
GOOD_WORDS: Final = frozenset(
    {"good", "ok", "okay", "unmasked", "use", "usable", "valid", "pass", "passed", "accept", "accepted", "clean"}
)


def truth(values: np.ndarray, where: str, *, says_good: bool = False) -> np.ndarray:
    """Return a mask's values as numbers, with words for true and false as 1 and 0, and NaN for empty cells.

    `says_good` tells whether a true value means that the pixel is good; by default it is bad.

    Raises
    ------
    UploadError
        When a text is neither a number nor a word for true or false.
    """
    if values.dtype != object:
        return values
    words = [text.strip().lower() for text in values.tolist()]
    true = TRUE_WORDS | (GOOD_WORDS if says_good else BAD_WORDS)
    false = FALSE_WORDS | (BAD_WORDS if says_good else GOOD_WORDS)
    texts = [
        "1"
        if word in true
        else "0"
        if word in false
        else str(int(word, 16))
        if re.fullmatch(r"0x[0-9a-f]{1,16}", word)
        else word
        for word in words
    ]
    found = numbers(np.array([*texts, ""], object)[:-1])
    odd = [word for word, number in zip(words, found, strict=True) if word not in ("", "nan") and np.isnan(number)]
    if odd:
        raise UploadError(f"{where}: a mask holds “{odd[0][:24]}”. Write 0 for good and 1 for bad, or True and False.")
    return found
