"""Classes of galaxies whose lines are significant, and the reason where there is none."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ..lines import LINES
from .diagnostics import (
    BPT_LINES,
    HALPHA,
    MIN_SIGNAL,
    NII,
    WHAN_CLASSES,
    WHAN_PASSIVE,
    WHAN_WEAK,
    bpt_class,
    bpt_point,
    whan_class,
    whan_point,
)


class DiagramClass(NamedTuple):
    """Class of one galaxy in a diagram.

    Attributes
    ----------
    name : str
        Class; "" if the lines do not allow one.
    note : str
        Why there is no class, or that it follows from limits; "" otherwise.
    """

    name: str
    note: str


def classify_bpt(
    ew: Float[np.ndarray, " line"], ew_ivar: Float[np.ndarray, " line"], min_signal: float = MIN_SIGNAL
) -> DiagramClass:
    """Name a galaxy's class in the BPT diagram if its lines are significant.

    Parameters
    ----------
    ew, ew_ivar : (line,) array
        Equivalent widths [Å] and inverse variances [1/Å²]; NaN where not detected.
    min_signal : float
        Signal-to-noise required of each of the four lines.

    Returns
    -------
    DiagramClass
        Class, or the lines that are missing or too faint.
    """
    note = faint_lines(ew, ew_ivar, BPT_LINES, min_signal)
    at = bpt_point(ew)
    return DiagramClass("" if note else str(bpt_class(at.x, at.y)), note)


def classify_whan(
    ew: Float[np.ndarray, " line"], ew_ivar: Float[np.ndarray, " line"], min_signal: float = MIN_SIGNAL
) -> DiagramClass:
    """Name a galaxy's class in the WHAN diagram if its lines are significant, or faint enough.

    Parameters
    ----------
    ew, ew_ivar : (line,) array
        Equivalent widths [Å] and inverse variances [1/Å²]; NaN where not detected.
    min_signal : float
        Signal-to-noise required of Hα and [N II]. A retired galaxy needs Hα alone; a passive one is also named if the
        upper limits of both lines, the EW plus `min_signal` errors, are below `WHAN_PASSIVE`.

    Returns
    -------
    DiagramClass
        Class, or the lines that are missing or too faint.
    """
    note = faint_lines(ew, ew_ivar, (NII, HALPHA), min_signal)
    *_, retired, passive = WHAN_CLASSES
    if not note:
        at = whan_point(ew)
        return DiagramClass(str(whan_class(at.x, at.y)), "")
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = ew + min_signal / np.sqrt(ew_ivar)
    if limit[HALPHA] < WHAN_PASSIVE and limit[NII] < WHAN_PASSIVE:
        return DiagramClass(passive, f"from upper limits of {min_signal:g} sigma")
    significant = not faint_lines(ew, ew_ivar, (HALPHA,), min_signal)
    if significant and WHAN_PASSIVE <= ew[HALPHA] <= WHAN_WEAK:
        return DiagramClass(retired, "")
    if limit[HALPHA] < WHAN_WEAK:
        note += f"; EW(Hα) below {limit[HALPHA]:.2g} Å: retired or passive"
    return DiagramClass("", note)


def faint_lines(
    ew: Float[np.ndarray, " line"], ew_ivar: Float[np.ndarray, " line"], lines: tuple[int, ...], min_signal: float
) -> str:
    """Say which of a galaxy's lines are missing, or have too low a signal-to-noise.

    Parameters
    ----------
    ew, ew_ivar : (line,) array
        Equivalent widths [Å] and inverse variances [1/Å²]; NaN where not detected.
    lines : tuple of int
        Positions of the required lines.
    min_signal : float
        Signal-to-noise required of each.

    Returns
    -------
    str
        Phrase; "" if all lines are significant.
    """
    with np.errstate(invalid="ignore"):
        signal = ew * np.sqrt(np.where(ew_ivar > 0, ew_ivar, np.nan))
    symbols = {line: LINES[line].symbol for line in lines}
    missing = [symbol for line, symbol in symbols.items() if not ew[line] > 0]
    unknown = [symbol for line, symbol in symbols.items() if ew[line] > 0 and not signal[line] > 0]
    faint = [f"{symbol} {signal[line]:.1f}" for line, symbol in symbols.items() if 0 < signal[line] < min_signal]
    parts = [f"{', '.join(missing)} not detected"] if missing else []
    parts += [f"error of {', '.join(unknown)} unknown"] if unknown else []
    parts += [f"S/N of {', '.join(faint)} below {min_signal:g}"] if faint else []
    return "; ".join(parts)
