"""What the explorer's panels show: its schema, how an address says it, and what of an address is not understood.

`FIELDS` is the one table: the page's controls, the browser (assets/explorer/address.mjs) and the server read it.
"""

import math
import re
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from model.lines import LEADING_LINES, LINE_NAMES

VERSION: Final = 1
MAX_POLYGON: Final = 200
"""Corners of a gate; the browser simplifies what was drawn to far fewer."""

Kind = Literal["choice", "several", "flag", "number", "numbers", "name"]


class Field(NamedTuple):
    """One thing that can be set.

    Attributes
    ----------
    name, key : str
        In the state, and in the address.
    kind : str
        choice: one of `allowed`; several: some of `allowed`, one letter each; flag; number: between the two of
        `allowed`; numbers: as many as `allowed` says; name: a quantity of the catalogue, or one of `allowed`.
    default : Any
        What an address need not say.
    allowed : tuple
        See `kind`; for several, pairs of letter and value.
    """

    name: str
    key: str
    kind: Kind
    default: Any
    allowed: tuple[Any, ...] = ()


COLUMNS: Final = ("observed", "predicted", "noise", "pull")
LETTERS: Final = string.digits + string.ascii_letters
"""What an address calls the lines, in their order: one letter each, so that "10" can only be the lines 1 and 0."""

VIEWS: Final = ("map", "colour", "bpt", "whan", "xy")
PALETTES: Final = ("inferno", "viridis", "cividis")

COLORS: Final = ("lines", "SN", "RESIDUAL")
"""Quantities of each line that panels can be coloured by; any quantity of the catalogue is the alternative."""


def lettered(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return a letter for each name; there are 62."""
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
        The address's parameters; those that are not about the panels are passed over.
    quantities : mapping
        Names that axes may have.

    Returns
    -------
    dict, list of str
        The state, whole, with the default where the address is silent or wrong; and a sentence for each mistake.
    """
    state, problems = dict(DEFAULTS), []
    version = query.get("v", str(VERSION))
    if version != str(VERSION):
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
    """Read a gate written as ``x~y~x0,y0~x1,y1~...``; None when it is not one."""
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
    """Return the value of a field, None when the text is not one."""
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
