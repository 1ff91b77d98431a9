"""Filter curves of LSST and of the DESI Legacy Surveys, from a small committed table."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.paths import FILES

FILE: Final = FILES / "filters.csv"


class Bands(NamedTuple):
    """Filter curves on one evenly spaced wavelength grid.

    Attributes
    ----------
    names : tuple of str
        Survey and band: "LSST g", "DESI z".
    wavelength_obs : (pixel,) array
        Observed wavelengths [Å].
    responses : (band, pixel) array
        Photon transmission, atmosphere included.
    """

    names: tuple[str, ...]
    wavelength_obs: Float[np.ndarray, " pixel"]
    responses: Float[np.ndarray, "band pixel"]


@cache
def load_bands() -> Bands:
    """Read the table of filter curves; the file is read once per process and names its sources.

    Returns
    -------
    Bands
        LSST u g r i z y, then g r z of the DESI Legacy Surveys.
    """
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    table = np.loadtxt(lines[1:], delimiter=",").T
    return Bands(tuple(lines[0].split(",")[1:]), table[0], table[1:])
