"""Realisations that were drawn before, kept on disk: a server begins with the one shown first."""

import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float

from data.catalogue.catalogue import Catalogue
from storage import cache

RECIPE: Final = 1
"""Increase it when a change makes the same seed draw different numbers."""
FOLDER_BYTES: Final = 256_000_000
"""Seventy realisations of 86,594 galaxies."""

logger = logging.getLogger(__name__)


def stored_draw(
    catalogue: Catalogue, name: str, draw: Callable[[], Float[np.ndarray, "galaxy line"]]
) -> Float[np.ndarray, "galaxy line"]:
    """Return a realisation, read from disk if it was drawn before.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue of the galaxies; without a `cache_folder` every call draws.
    name : str
        Part of the file name: noise, seed and weights. Must not be a visitor's text.
    draw : callable
        Called without arguments to draw the realisation.

    Returns
    -------
    (galaxy, 10) array of float32
        Equivalent widths [Å], read-only.
    """
    if catalogue.cache_folder is None:
        return _read_only(draw())
    folder = cache.DiskCache(catalogue.cache_folder / "draws", FOLDER_BYTES)
    file_name = f"{catalogue.version}-{name}-{RECIPE}.npz"
    kept = _kept(folder.get(file_name), catalogue.n)
    if kept is not None:
        return kept
    drawn = _read_only(draw())
    try:
        folder.put(file_name, lambda file: np.savez(file, drawn=drawn))
    except OSError as error:
        logger.warning("A realisation cannot be kept: %s", error)
    return drawn


def _kept(path: Path | None, n: int) -> Float[np.ndarray, "galaxy line"] | None:
    """Read a kept realisation, whose bytes the archive's checksum vouches for; None where there is none."""
    if path is None:
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            kept = arrays["drawn"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("A kept realisation is damaged and is drawn again: %s", error)
        return None
    return _read_only(kept) if kept.dtype == np.float32 and kept.ndim == 2 and len(kept) == n else None


def _read_only(drawn: Float[np.ndarray, "galaxy line"]) -> Float[np.ndarray, "galaxy line"]:
    array = np.array(drawn, np.float32)
    array.flags.writeable = False
    return array
