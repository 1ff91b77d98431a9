"""Filter curves of LSST, the DESI Legacy Surveys, Roman, Euclid and SPHEREx, from a small committed table."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.paths import FILES

FILE: Final = FILES / "filters.csv"
SURVEYS: Final = ("LSST", "DESI", "Roman", "Euclid", "SPHEREx")
"""Surveys with curves, as they begin the names of their bands."""


class Bands(NamedTuple):
    """Filter curves on one wavelength grid.

    Attributes
    ----------
    names : tuple of str
        Survey and band: "LSST g", "DESI z", "Roman H", "Euclid VIS", "SPHEREx b1ch05" (detector array and channel).
    wavelength_obs : (pixel,) array
        Observed wavelengths [Å], increasing; pixels are wider beyond 11500 Å.
    responses : (band, pixel) array
        Response per photon, of LSST and DESI with the atmosphere; Roman's and SPHEREx's are relative to their peak.
    """

    names: tuple[str, ...]
    wavelength_obs: Float[np.ndarray, " pixel"]
    responses: Float[np.ndarray, "band pixel"]


@cache
def load_bands(*surveys: str) -> Bands:
    """Read filter curves; the file names its sources, and is read once per process.

    Parameters
    ----------
    *surveys : str
        Members of `SURVEYS`; by default LSST and DESI.

    Returns
    -------
    Bands
        The bands of the surveys in the order of the file, on the pixels that one of them uses.

    Raises
    ------
    ValueError
        If there are no curves of a survey.
    """
    for name in surveys:
        if name not in SURVEYS:
            raise ValueError(f"There are no curves of {name!r}. There are those of {', '.join(SURVEYS)}.")
    rows = [line.split(",") for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    wavelength = np.array(rows[1][2].split(), float)
    chosen = [row for row in rows[2:] if row[0].split()[0] in (surveys or SURVEYS[:2])]
    responses = np.zeros((len(chosen), len(wavelength)))
    for response, (_, first, values) in zip(responses, chosen, strict=True):
        start, given = np.searchsorted(wavelength, float(first)), values.split()
        response[start : start + len(given)] = np.array(given, float)
    used = np.flatnonzero(responses.any(axis=0))
    kept = slice(max(0, used[0] - 1), used[-1] + 2)
    return Bands(tuple(row[0] for row in chosen), wavelength[kept], responses[:, kept])
