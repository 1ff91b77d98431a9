"""Where things lie outside the program: catalogues of the settings, fetched files, public archives.

The process that supervises the server's workers reads the settings, and so this; it must stay free of numpy and JAX.
"""

import os
import re
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_data_path

from data.errors import CatalogueError

FILES: Final = Path(__file__).parent / "files"
"""What the project ships beside its code: the mock, densities, medians of real galaxies, filters, examples."""
DATA_FOLDER_VARIABLE: Final = "DATA_DIR"
FETCHED_SUBFOLDER: Final = "catalogues"
SPARCL_URL: Final = "https://astrosparcl.datalab.noirlab.edu"
"""NOIRLab's archive of spectra."""


def user_data_folder() -> Path:
    """Folder that `catalogue fetch` writes to: `DATA_DIR`, else the user's own, ~/.local/share/galactic_neon."""
    given = os.environ.get(DATA_FOLDER_VARIABLE)
    return Path(given).expanduser() if given else user_data_path("galactic_neon", appauthor=False)


def user_cache_folder() -> Path:
    """Folder of what can be computed again: the user's cache folder, ~/.cache/galactic-neon."""
    return user_cache_path("galactic-neon", appauthor=False)


def fetched_files(data_folder: Path) -> list[Path]:
    """List the catalogues that were fetched into a folder; none where there is no such folder."""
    return sorted((data_folder / FETCHED_SUBFOLDER).glob("*.parquet"))


def catalogue_files(setting: str) -> list[Path]:
    """List the files that a setting names.

    Parameters
    ----------
    setting : str
        Files and folders of .parquet files, separated by commas or the system's path separator.

    Returns
    -------
    list of Path
        In the order given; those of a folder by name.

    Raises
    ------
    CatalogueError
        When there is no such file or folder, or a folder has no .parquet file.
    """
    files: list[Path] = []
    for part in re.split(f"[,{re.escape(os.pathsep)}]", setting):
        if not part.strip():
            continue
        path = Path(part.strip()).expanduser()
        if not path.exists():
            raise CatalogueError(f"There is no such file or folder: {path}. Check CATALOGUES.")
        found = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not found:
            raise CatalogueError(f"The folder {path} in CATALOGUES has no .parquet file. Build one into it.")
        files += found
    return files
