"""The catalogues that this server shows, by name."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.catalogue import Catalogue, Galaxy
from data.errors import CatalogueError

__all__ = ["EMBEDDED_FILE", "Catalogue", "Galaxy", "open_catalogues", "serve", "served"]

EMBEDDED_FILE: Final = Path(__file__).parent / "files" / "mock.parquet"


def open_catalogues(setting: str | None = None) -> dict[str, Catalogue]:
    """Open the catalogues that a setting names.

    Parameters
    ----------
    setting : str, optional
        A file, a folder of .parquet files, or several of these separated by commas or the system's path separator.
        None or empty: the embedded mock.

    Returns
    -------
    dict
        Catalogues by name, in the order given; the first is shown first.

    Raises
    ------
    CatalogueError
        When one is missing, was not built, or two have the same name.
    """
    if not setting or not setting.strip():
        return {EMBEDDED_FILE.stem: Catalogue(EMBEDDED_FILE)}
    catalogues: dict[str, Catalogue] = {}
    for part in re.split(f"[,{re.escape(os.pathsep)}]", setting):
        if not part.strip():
            continue
        path = Path(part.strip()).expanduser()
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not files:
            raise CatalogueError(f"The folder {path} in CATALOGUES has no .parquet file. Build one into it.")
        for file in files:
            if file.stem in catalogues:
                raise CatalogueError(f"CATALOGUES has two catalogues named {file.stem!r}. Rename one file.")
            catalogues[file.stem] = Catalogue(file)
    return catalogues


_served: dict[str, Catalogue] = {}


def serve(catalogues: Mapping[str, Catalogue]) -> None:
    """Make these the catalogues of this process; called once, when the server starts."""
    _served.clear()
    _served.update(catalogues)


def served() -> Mapping[str, Catalogue]:
    """Give the catalogues of this process, by name; empty before `serve`."""
    return MappingProxyType(_served)
