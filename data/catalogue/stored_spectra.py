"""Observed spectra of a catalogue: the memory-mapped file ``NAME.spectra.npy`` holds those of its first galaxies."""

import logging
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float

SUFFIX: Final = ".spectra.npy"
WAVELENGTHS: Final = np.linspace(3400.0, 7000.0, 4501)
"""Rest-frame vacuum wavelengths [Å] of every stored spectrum, in steps of 0.8 Å."""

logger = logging.getLogger(__name__)


def open_spectra(catalogue: Path, n: int) -> Float[np.ndarray, "galaxy pixel"]:
    """Map the spectra of a catalogue's first galaxies.

    Parameters
    ----------
    catalogue : Path
        File of the catalogue.
    n : int
        Number of galaxies of the catalogue.

    Returns
    -------
    (galaxy, 4501) array of float32
        Flux density [1e-17 erg/s/cm²/Å]; no rows if there are no spectra, or if they do not fit the catalogue.
    """
    none = np.empty((0, len(WAVELENGTHS)), np.float32)
    path = catalogue.with_suffix(SUFFIX)
    if not path.is_file():
        return none
    try:
        spectra = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        logger.warning("%s cannot be read, so its spectra are not shown: %s", path.name, error)
        return none
    if spectra.dtype != np.float32 or spectra.ndim != 2 or spectra.shape[1] != len(WAVELENGTHS) or len(spectra) > n:
        logger.warning("%s holds %s %s, not spectra of this catalogue.", path.name, spectra.shape, spectra.dtype)
        return none
    return spectra
