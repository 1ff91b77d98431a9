"""Spectra beside a catalogue: ``NAME.spectra.npy`` has those of its first galaxies.

The catalogue's metadata say which: a file that was left by an earlier catalogue of that name is not shown.
"""

import logging
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from storage.kept import KeptArray, KeptError

SUFFIX: Final = ".spectra.npy"
WAVELENGTHS: Final = np.linspace(3400.0, 7000.0, 4501)
"""Rest-frame vacuum wavelengths [Å] of every such spectrum: the author's grid, DESI's 0.8 Å."""
METADATA: Final = "spectra"
"""Key of a catalogue's metadata: `fingerprint` of its spectra, or `NONE`."""
NONE: Final = "none"
LOOKED_AT: Final = 32
"""Rows that a fingerprint is made of, besides the shape: gigabytes cannot be read at every start."""

logger = logging.getLogger(__name__)


def fingerprint(path: Path) -> str:
    """Name the spectra of a file by their number and some of their rows.

    Parameters
    ----------
    path : Path
        A whole file of spectra.

    Returns
    -------
    str
        Hexadecimal digits.

    Raises
    ------
    OSError
        When it cannot be read.
    ValueError
        When it is no array.
    """
    with KeptArray(path) as spectra:
        return _fingerprint(spectra)


def _fingerprint(spectra: KeptArray) -> str:
    named = blake2b(f"{spectra.shape} {spectra.dtype.str}".encode(), digest_size=16)
    for row in np.unique(np.linspace(0, len(spectra) - 1, min(LOOKED_AT, len(spectra))).astype(int)).tolist():
        named.update(spectra.rows(row, row + 1).tobytes())
    return named.hexdigest()


def open_spectra(catalogue: Path, n: int, metadata: Mapping[str, Any]) -> KeptArray | None:
    """Open the spectra of a catalogue's first galaxies.

    Parameters
    ----------
    catalogue : Path
        File of the catalogue.
    n : int
        Its number of galaxies.
    metadata : mapping
        What it says about itself; one that says nothing of spectra has those beside it.

    Returns
    -------
    (galaxy, 4501) KeptArray of float32 or None
        Flux density [1e-17 erg/s/cm²/Å]; None where there are no spectra, or not of this catalogue.
    """
    path = catalogue.with_suffix(SUFFIX)
    if not path.is_file():
        return None
    try:
        spectra = KeptArray(path)
        if spectra.dtype != np.float32 or spectra.shape[1:] != WAVELENGTHS.shape or len(spectra) > n:
            raise ValueError(f"it holds {spectra.shape} {spectra.dtype}, not spectra of this catalogue")
        if METADATA in metadata and metadata[METADATA] != _fingerprint(spectra):
            raise ValueError("it belongs to another catalogue of this name")
    except (OSError, ValueError, EOFError, KeptError) as error:
        logger.warning("The spectra of %s are not shown: %s", path.name, error)
        return None
    return spectra
