"""Populations of a catalogue: how pages pass their rows, and the named ones."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Int

from data.catalogue.registry import Catalogue
from data.catalogue.schema import EW_SUFFIX, IVAR_SUFFIX
from data.errors import UploadError
from model.lines import LINE_NAMES
from model.physics.diagnostics import (
    BPT_LINES,
    GREEN_VALLEY,
    HALPHA,
    KAUFFMANN,
    KEWLEY,
    MIN_SIGNAL,
    STARBURST,
    WHAN_STRONG,
    WHAN_WEAK,
    DiagramPoint,
    bpt_point,
    is_above,
)

VERSION: Final = 1


class Lines(NamedTuple):
    """The observed lines of a catalogue.

    Attributes
    ----------
    halpha : (galaxy,) array
        EW of Hα [Å].
    observable : (galaxy,) array
        Whether Hα is observable.
    bpt : DiagramPoint
        Coordinates (galaxy,) in the BPT diagram.
    significant : (galaxy,) array
        Whether S/N > `MIN_SIGNAL` in all four BPT lines.
    """

    halpha: np.ndarray
    observable: np.ndarray
    bpt: DiagramPoint
    significant: np.ndarray


class Named(NamedTuple):
    """A population with a name.

    Attributes
    ----------
    name, meaning : str
        For the reader.
    source : str
        Reference for its limits.
    test : callable
        Returns its mask (galaxy,) from the observed lines.
    """

    name: str
    meaning: str
    source: str
    test: Callable[[Lines], np.ndarray]


def _green(lines: Lines) -> np.ndarray:
    return (lines.halpha >= GREEN_VALLEY[0]) & (lines.halpha <= GREEN_VALLEY[1])


def _quiescent(lines: Lines) -> np.ndarray:
    return lines.observable & ~(lines.halpha >= GREEN_VALLEY[0])


def _star_forming(lines: Lines) -> np.ndarray:
    below = ~is_above(KAUFFMANN, lines.bpt.x, lines.bpt.y) & np.isfinite(lines.bpt.x + lines.bpt.y)
    return (lines.halpha > GREEN_VALLEY[1]) & below


def _nucleus(lines: Lines) -> np.ndarray:
    return lines.significant & is_above(KEWLEY, lines.bpt.x, lines.bpt.y)


NAMED: Final[tuple[Named, ...]] = (
    Named("Quiescent", f"EW(Hα) below {WHAN_WEAK:g} Å, or Hα not detected", "Cid Fernandes et al. 2011", _quiescent),
    Named("Green valley", f"EW(Hα) {GREEN_VALLEY[0]:g} to {GREEN_VALLEY[1]:g} Å", "Lacerda et al. 2020", _green),
    Named(
        "Star-forming",
        f"EW(Hα) above {GREEN_VALLEY[1]:g} Å, below Kauffmann's curve",
        "Lacerda et al. 2020; Kauffmann et al. 2003",
        _star_forming,
    ),
    Named("Starburst", f"EW(Hα) above {STARBURST:g} Å", "Lee et al. 2009", lambda lines: lines.halpha > STARBURST),
    Named(
        "Seyfert hosts",
        f"above Kewley's curve with S/N > {MIN_SIGNAL:g} in four lines, EW(Hα) above {WHAN_STRONG:g} Å",
        "Kewley et al. 2001; Cid Fernandes et al. 2011",
        lambda lines: _nucleus(lines) & (lines.halpha > WHAN_STRONG),
    ),
    Named(
        "LINER hosts",
        f"above Kewley's curve with S/N > {MIN_SIGNAL:g} in four lines, EW(Hα) {WHAN_WEAK:g} to {WHAN_STRONG:g} Å",
        "Kewley et al. 2001; Cid Fernandes et al. 2011",
        lambda lines: _nucleus(lines) & (lines.halpha >= GREEN_VALLEY[0]) & (lines.halpha <= WHAN_STRONG),
    ),
)
"""The named populations, all selected by observed lines. Continua do not show a nucleus: the names are "hosts"."""


def called(text: str) -> Named | None:
    """Return the population of this name, in any case; None if there is none."""
    return next((one for one in NAMED if one.name.casefold() == text.strip().casefold()), None)


def named_rows(catalogue: Catalogue, name: str) -> Int[np.ndarray, " member"]:
    """Find the galaxies of a named population.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue to search.
    name : str
        As in `NAMED`.

    Returns
    -------
    (member,) array
        Rows, ascending.

    Raises
    ------
    KeyError
        If no population has this name.
    """
    chosen = next((one for one in NAMED if one.name == name), None)
    if chosen is None:
        raise KeyError(name)
    ew, ivar = (np.full((catalogue.n, len(LINE_NAMES)), np.nan, np.float32) for _ in range(2))
    four = list(BPT_LINES)
    for line in four:
        ew[:, line] = catalogue.column(LINE_NAMES[line] + EW_SUFFIX)
        ivar[:, line] = catalogue.column(LINE_NAMES[line] + IVAR_SUFFIX)
    with np.errstate(invalid="ignore"):
        significant = np.asarray((ew[:, four] * np.sqrt(ivar[:, four]) > MIN_SIGNAL).all(axis=1))
    observable = catalogue.survey.observable(catalogue.column("redshift"))[:, HALPHA]
    return np.flatnonzero(chosen.test(Lines(ew[:, HALPHA], observable, bpt_point(ew), significant)))


def pack(name: str, rows: Int[np.ndarray, " member"]) -> dict[str, Any]:
    """Return a population as pages pass it: its rows as base64 of little-endian uint32.

    ``find`` holds the search that selects it again.
    """
    data = base64.b64encode(np.asarray(rows, "<u4").tobytes()).decode()
    return {"version": VERSION, "name": name[:80], "count": len(rows), "rows": data, "gate": None, "find": name}


def unpack(selection: Mapping[str, Any], n: int) -> Int[np.ndarray, " member"]:
    """Return the rows of a population that a page sent, after checking all of it.

    Parameters
    ----------
    selection : mapping
        As from `pack`.
    n : int
        Number of galaxies of the catalogue.

    Returns
    -------
    (member,) array
        Rows, ascending, each once.

    Raises
    ------
    UploadError
        If it is not a population of this catalogue.
    """
    try:
        content = base64.b64decode(str(selection["rows"]), validate=True)
        rows = np.unique(np.frombuffer(content, "<u4"))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise UploadError("The selection cannot be read. Select the galaxies again.") from error
    if selection.get("version") != VERSION:
        raise UploadError(
            f"The selection is of version {str(selection.get('version'))[:20]}; this page reads {VERSION}. "
            "Select the galaxies again."
        )
    if len(rows) and rows[-1] >= n:
        raise UploadError(f"The selection names row {rows[-1]}; the catalogue ends at {n - 1}. Select again.")
    return rows.astype(np.int64)
