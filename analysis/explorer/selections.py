"""Populations of a catalogue: their rows as they travel, and the ones that have names."""

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
    """The observed lines of a catalogue, arrays with the galaxies first: EW(Hα), whether it could be seen, BPT, S/N."""

    halpha: np.ndarray
    covered: np.ndarray
    bpt: DiagramPoint
    sure: np.ndarray


class Named(NamedTuple):
    """A population with a name.

    Attributes
    ----------
    name, meaning : str
        For the reader.
    source : str
        Where its limits are from.
    test : callable
        From the observed lines to a mask.
    """

    name: str
    meaning: str
    source: str
    test: Callable[[Lines], np.ndarray]


def _green(lines: Lines) -> np.ndarray:
    return (lines.halpha >= GREEN_VALLEY[0]) & (lines.halpha <= GREEN_VALLEY[1])


def _quiescent(lines: Lines) -> np.ndarray:
    return lines.covered & ~(lines.halpha >= GREEN_VALLEY[0])


def _star_forming(lines: Lines) -> np.ndarray:
    below = ~is_above(KAUFFMANN, lines.bpt.x, lines.bpt.y) & np.isfinite(lines.bpt.x + lines.bpt.y)
    return (lines.halpha > GREEN_VALLEY[1]) & below


def _nucleus(lines: Lines) -> np.ndarray:
    return lines.sure & is_above(KEWLEY, lines.bpt.x, lines.bpt.y)


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
"""The one table of named populations, all cut on observed lines. A continuum cannot see a nucleus: hosts, not AGN."""


def called(text: str) -> Named | None:
    """Give the population of this name, however its letters are written."""
    return next((one for one in NAMED if one.name.casefold() == text.strip().casefold()), None)


def named_rows(catalogue: Catalogue, name: str) -> Int[np.ndarray, " member"]:
    """Find the galaxies of a named population.

    Parameters
    ----------
    catalogue : Catalogue
        Where to look.
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
        sure = np.asarray((ew[:, four] * np.sqrt(ivar[:, four]) > MIN_SIGNAL).all(axis=1))
    observable = catalogue.survey.observable(catalogue.column("redshift"))[:, HALPHA]
    return np.flatnonzero(chosen.test(Lines(ew[:, HALPHA], observable, bpt_point(ew), sure)))


def pack(name: str, rows: Int[np.ndarray, " member"]) -> dict[str, Any]:
    """Write a population the way pages pass it around: rows as base64 of little-endian uint32.

    One that can be searched for by its name, or that a search made, is remembered by ``find``.
    """
    data = base64.b64encode(np.asarray(rows, "<u4").tobytes()).decode()
    return {"version": VERSION, "name": name[:80], "count": len(rows), "rows": data, "gate": None, "find": name}


def unpack(selection: Mapping[str, Any], n: int) -> Int[np.ndarray, " member"]:
    """Read a population that a page passed, trusting nothing.

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
        When it is not a population of this catalogue.
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
