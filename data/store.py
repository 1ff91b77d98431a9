"""The catalogues that this server shows, by name."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.catalogue import Catalogue, Galaxy
from data.errors import CatalogueError

__all__ = [
    "EMBEDDED_FILE",
    "Catalogue",
    "Galaxy",
    "catalogue_files",
    "fetched_files",
    "open_catalogues",
    "serve",
    "served",
    "user_data_folder",
]

EMBEDDED_FILE: Final = Path(__file__).parent / "files" / "mock.parquet"
DATA_FOLDER_VARIABLE: Final = "DATA_DIR"
FETCHED_SUBFOLDER: Final = "catalogues"


def user_data_folder() -> Path:
    """Folder of what `catalogue fetch` brings: `DATA_DIR`, else ~/.local/share/galactic_neon."""
    given = os.environ.get(DATA_FOLDER_VARIABLE)
    return Path(given).expanduser() if given else Path.home() / ".local/share/galactic_neon"


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


def open_catalogues(
    setting: str | None = None, data_folder: Path | None = None, columns_folder: Path | None = None
) -> dict[str, Catalogue]:
    """Open the catalogues that a setting names.

    Parameters
    ----------
    setting : str, optional
        As for `catalogue_files`. None or empty: what was fetched into `data_folder`, and the embedded mock.
    data_folder : Path, optional
        See `user_data_folder`; None: nothing was fetched.
    columns_folder : Path, optional
        Private folder that keeps expanded columns; None: they are held in memory.

    Returns
    -------
    dict
        Catalogues by name, in the order given; the first is shown first.

    Raises
    ------
    CatalogueError
        When one is missing, was not built, or two have the same name.
    """
    if setting and setting.strip():
        files = catalogue_files(setting)
    else:
        files = [*(fetched_files(data_folder) if data_folder else []), EMBEDDED_FILE]
    catalogues: dict[str, Catalogue] = {}
    for file in files:
        if file.stem in catalogues:
            raise CatalogueError(f"CATALOGUES has two catalogues named {file.stem!r}. Rename one file.")
        catalogues[file.stem] = Catalogue(file, columns_folder)
    return catalogues


_served: dict[str, Catalogue] = {}


def serve(catalogues: Mapping[str, Catalogue]) -> None:
    """Make these the catalogues of this process; called once, when the server starts."""
    _served.clear()
    _served.update(catalogues)


def served() -> Mapping[str, Catalogue]:
    """Give the catalogues of this process, by name; empty before `serve`."""
    return MappingProxyType(_served)
