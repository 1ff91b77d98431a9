"""Reader of FastSpecFit's tables of emission lines."""

from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from data.errors import UploadError
from data.surveys.extensions import column_names, opened
from model.lines import LINE_NAMES, MEASURED_LINES

COMPONENTS: Final = MappingProxyType(
    {
        name: (name,) if name != "OII_DOUBLET" else ("OII_3726", "OII_3729")
        for name in (line.name for line in MEASURED_LINES)
    }
)
"""FastSpecFit's names of the components of each line."""


def read_lines(path: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """Read equivalent widths from a FastSpecFit table.

    Parameters
    ----------
    path : Path
        ``fastspec-*.fits``.

    Returns
    -------
    dict
        By TARGETID as text, then by line name: (EW [Å], inverse variance [1/Å²]). EWs and variances of a doublet's
        components are summed. Lines without a positive EW are left out.

    Raises
    ------
    UploadError
        When no table of the file has TARGETID and the line columns.
    """
    first = next(iter(COMPONENTS.values()))[0]
    with opened(path, path.name) as file:
        part = next((p for p in file if {"TARGETID", f"{first}_EW"} <= column_names(p)), None)
        if part is None:
            raise UploadError(f"{path.name} has no table with TARGETID and {first}_EW. Give a FastSpecFit catalogue.")
        titles = column_names(part)
        # A table without one of the lines that are not predicted is whole all the same.
        read = {line: parts for line, parts in COMPONENTS.items() if line in LINE_NAMES or f"{parts[0]}_EW" in titles}
        needed = [f"{one}{suffix}" for parts in read.values() for one in parts for suffix in ("_EW", "_EW_IVAR")]
        if absent := [title for title in needed if title not in titles]:
            raise UploadError(
                f"{path.name}, extension {part.name}, lacks the columns {', '.join(absent)}. Give the whole "
                "FastSpecFit table, or leave out --lines: the lines are measured then."
            )
        ids = part.data["TARGETID"]
        found: dict[str, dict[str, tuple[float, float]]] = {str(target): {} for target in ids}
        for line, components in read.items():
            values = [np.asarray(part.data[f"{name}_EW"], np.float64) for name in components]
            ivars = [np.asarray(part.data[f"{name}_EW_IVAR"], np.float64) for name in components]
            good = np.all([(ew > 0) & (ivar > 0) for ew, ivar in zip(values, ivars, strict=True)], axis=0)
            with np.errstate(divide="ignore"):
                total, variance = np.sum(values, axis=0), np.sum([1 / ivar for ivar in ivars], axis=0)
            for row in np.flatnonzero(good):
                found[str(ids[row])][line] = (float(total[row]), float(1 / variance[row]))
    return found
