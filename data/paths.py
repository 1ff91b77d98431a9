"""Paths and addresses outside the program: configured catalogues, fetched files, public archives.

The process that supervises the server's workers imports this module through the settings; it must not import numpy or
JAX.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_data_path

from data.errors import CatalogueError

FILES: Final = Path(__file__).parent / "files"
"""Folder of data files shipped with the code: mock, densities, statistics of real galaxies, filters, examples."""
DATA_FOLDER_VARIABLE: Final = "DATA_DIR"
FETCHED_SUBFOLDER: Final = "catalogues"
SPARCL_URL: Final = "https://astrosparcl.datalab.noirlab.edu"
"""NOIRLab's archive of spectra."""


def expanded(path: str | Path) -> Path:
    """Return a path whose `~` or `~user` is replaced by the home folder.

    Raises
    ------
    CatalogueError
        When the system knows no such user or no home.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise CatalogueError(f"{path}: there is no such home folder. Write the whole path.") from error


def user_data_folder() -> Path:
    """Return the folder to which `catalogue fetch` writes: `DATA_DIR`, by default ~/.local/share/galactic_neon.

    Raises
    ------
    CatalogueError
        When it is below a home folder that the system does not know.
    """
    given = os.environ.get(DATA_FOLDER_VARIABLE)
    return expanded(given) if given else _below_home(user_data_path, "galactic_neon", f"Set {DATA_FOLDER_VARIABLE}")


def user_cache_folder() -> Path:
    """Return the user's cache folder, ~/.cache/galactic-neon, for files that can be recomputed.

    Raises
    ------
    CatalogueError
        When the system knows no home folder of this user.
    """
    return _below_home(user_cache_path, "galactic-neon", "Set CACHE_DIR")


def _below_home(folder: Callable[..., Path], name: str, fix: str) -> Path:
    try:
        return folder(name, appauthor=False)
    except RuntimeError as error:
        raise CatalogueError(f"This user has no home folder. {fix} or HOME to a folder of this user's own.") from error


def fetched_files(data_folder: Path) -> list[Path]:
    """Return the catalogues that were fetched into a folder; empty if the folder does not exist."""
    return sorted((data_folder / FETCHED_SUBFOLDER).glob("*.parquet"))


def catalogue_files(setting: str) -> list[Path]:
    """Return the catalogue files that a setting names.

    Parameters
    ----------
    setting : str
        Files and folders of .parquet files, separated by commas or the system's path separator.

    Returns
    -------
    list of Path
        Files in the given order; files of a folder in the order of their names.

    Raises
    ------
    CatalogueError
        When there is no such file or folder, or a folder has no .parquet file.
    """
    files: list[Path] = []
    for part in re.split(f"[,{re.escape(os.pathsep)}]", setting):
        if not part.strip():
            continue
        path = expanded(part.strip())
        if not path.exists():
            raise CatalogueError(f"There is no such file or folder: {path}. Check CATALOGUES.")
        found = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not found:
            raise CatalogueError(f"The folder {path} in CATALOGUES has no .parquet file. Build one into it.")
        files += found
    return files
