"""The state of the explorer's panels: its fields, and how it is read from an address.

`FIELDS` is used by the page's controls, the browser (assets/explorer/address.mjs) and the server.
"""

import math
import re
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from model.lines import LEADING_LINES, LINE_NAMES

VERSION: Final = 2
"""Version of the addresses that the page writes."""
FROM_ZERO: Final = 1
"""Version before, which is read too: its searches count rows from 0."""
MAX_POLYGON: Final = 200
"""Most corners of a gate; the browser simplifies drawn polygons to far fewer."""

Kind = Literal["choice", "several", "flag", "number", "numbers", "name"]


class Field(NamedTuple):
    """One field of the panels' state.

    Attributes
    ----------
    name, key : str
        Its name in the state, and its parameter in the address.
    kind : str
        "choice": one of `allowed`; "several": some of `allowed`, written as one letter each; "flag": 0 or 1; "number":
        between the two in `allowed`; "numbers": `allowed[0]` of them; "name": a quantity, or one of `allowed`.
    default : Any
        Value if the address has none.
    allowed : tuple
        See `kind`; for "several", pairs of letter and value.
    """

    name: str
    key: str
    kind: Kind
    default: Any
    allowed: tuple[Any, ...] = ()


COLUMNS: Final = ("observed", "predicted", "noise", "pull")
LETTERS: Final = string.digits + string.ascii_letters
"""Characters that stand for lines in an address, one each, so that "10" can only mean the lines 1 and 0."""

VIEWS: Final = ("map", "colour", "bpt", "whan", "xy")
PALETTES: Final = ("inferno", "viridis", "cividis")

COLORS: Final = ("lines", "SN", "RESIDUAL")
"""Kinds of colours that differ by line; alternatively panels are coloured by one quantity of the catalogue."""


def lettered(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of letter and name, for up to 62 names."""
    return tuple(zip(LETTERS[: len(names)], names, strict=True))


FIELDS: Final[tuple[Field, ...]] = (
    Field(
        "lines",
        "l",
        "several",
        [line.name for line in LEADING_LINES],
        lettered(LINE_NAMES),
    ),
    Field("columns", "k", "several", list(COLUMNS[:3]), tuple(zip("opnu", COLUMNS, strict=True))),
    Field("noise", "n", "choice", "observed", ("observed", "intrinsic", "published")),
    Field("view", "at", "choice", "map", VIEWS),
    Field("x", "x", "name", "break_4000"),
    Field("y", "y", "name", "log_HALPHA_EW"),
    Field("places", "from", "choice", "own", ("own", "observed", "predicted", "noise")),
    Field("color", "by", "name", "lines", COLORS),
    Field("stretch", "st", "choice", "arcsinh", ("linear", "log", "arcsinh")),
    Field("clip", "clip", "choice", "2", ("0", "0.5", "2", "5")),
    Field("lock", "lock", "flag", False),
    Field("palette", "pal", "choice", "inferno", PALETTES),
    Field("missing", "grey", "flag", True),
    Field("contours", "iso", "flag", False),
    Field("behind", "cells", "choice", "points", ("points", "behind", "instead")),
    Field("size", "size", "number", 1.0, (0.4, 2.5)),
    Field("opacity", "op", "number", 1.0, (0.1, 1.0)),
    Field("seed", "seed", "number", 1, (0, 9999)),
    Field("zoom", "zoom", "numbers", None, (4,)),
)  # fmt: skip

DEFAULTS: Final[dict[str, Any]] = {field.name: field.default for field in FIELDS}

_NUMBER: Final = re.compile(r"-?\d{1,6}(\.\d{1,8})?(e-?\d{1,2})?")
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,48}")


class Gate(NamedTuple):
    """A polygon in a plane of two quantities."""

    x: str
    y: str
    polygon: list[list[float]]


def parse(query: Mapping[str, str], quantities: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Read the state from an address.

    Parameters
    ----------
    query : mapping
        The address's parameters; those of no field are ignored.
    quantities : mapping
        Allowed quantities, by name.

    Returns
    -------
    dict, list of str
        The complete state, with defaults for missing and invalid parameters; and a sentence for each invalid one.
    """
    state, problems = dict(DEFAULTS), []
    version = query.get("v", str(VERSION))
    if version not in (str(VERSION), str(FROM_ZERO)):
        return state, [
            f"The link has version “{version[:12]}”, but this page reads version {VERSION}. The page shows its "
            "defaults."
        ]
    for field in FIELDS:
        text = query.get(field.key)
        if text is None:
            continue
        value = _read(field, text, quantities)
        if value is None:
            problems.append(
                f"“{field.key}={text[:24]}” in the link was not understood; {field.name} has its default value."
            )
        else:
            state[field.name] = value
    if state["zoom"] and not (state["zoom"][0] < state["zoom"][1] and state["zoom"][2] < state["zoom"][3]):
        state["zoom"] = None
        problems.append("The region that the link names is empty, so the whole plane is shown.")
    return state, problems


def parse_gate(text: str, quantities: Mapping[str, Any]) -> Gate | None:
    """Return the gate written as ``x~y~x0,y0~x1,y1~...``; None if it is invalid."""
    x, _, rest = text.partition("~")
    y, _, corners = rest.partition("~")
    if x not in quantities or y not in quantities:
        return None
    polygon = []
    for corner in corners.split("~")[: MAX_POLYGON + 1]:
        numbers = _numbers(corner, 2)
        if numbers is None:
            return None
        polygon.append(numbers)
    return Gate(x, y, polygon) if 3 <= len(polygon) <= MAX_POLYGON else None


def _read(field: Field, text: str, quantities: Mapping[str, Any]) -> Any:
    """Return the value of a field; None if the text is invalid."""
    if field.kind == "choice":
        return text if text in field.allowed else None
    if field.kind == "several":
        values = dict(field.allowed)
        letters = list(dict.fromkeys(text))
        return [values[letter] for letter in letters] if letters and all(each in values for each in letters) else None
    if field.kind == "flag":
        return {"0": False, "1": True}.get(text)
    if field.kind == "name":
        return text if text in field.allowed or (_NAME.fullmatch(text) and text in quantities) else None
    if field.kind == "numbers":
        return _numbers(text, field.allowed[0])
    numbers = _numbers(text, 1)
    low, high = field.allowed
    if numbers is None or not low <= numbers[0] <= high:
        return None
    return int(numbers[0]) if isinstance(field.default, int) else numbers[0]


def _numbers(text: str, count: int) -> list[float] | None:
    parts = text.split(",")
    if len(parts) != count or not all(map(_NUMBER.fullmatch, parts)):
        return None
    numbers = [float(part) for part in parts]
    return numbers if all(map(math.isfinite, numbers)) else None
