"""Registry of the catalogues that this process serves, by name."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.catalogue.catalogue import Catalogue, Galaxy
from data.errors import CatalogueError
from data.paths import FILES, catalogue_files, fetched_files

__all__ = ["EMBEDDED_FILE", "Catalogue", "Galaxy", "open_catalogues", "serve", "served"]

EMBEDDED_FILE: Final = FILES / "mock.parquet"


def open_catalogues(
    setting: str | None = None, data_folder: Path | None = None, cache_folder: Path | None = None
) -> dict[str, Catalogue]:
    """Open the catalogues that a setting names.

    Parameters
    ----------
    setting : str, optional
        See `catalogue_files`. If None or empty, the catalogues fetched into `data_folder` and the embedded mock.
    data_folder : Path, optional
        See `user_data_folder`; None if there are no fetched catalogues.
    cache_folder : Path, optional
        Private folder for expanded columns and draws; if None, they are held in memory.

    Returns
    -------
    dict
        Catalogues by name, in the given order; pages start with the first.

    Raises
    ------
    CatalogueError
        When a catalogue is missing or was not built, or two have the same name.
    """
    if setting and setting.strip():
        files = catalogue_files(setting)
    else:
        files = [*(fetched_files(data_folder) if data_folder else []), EMBEDDED_FILE]
    catalogues: dict[str, Catalogue] = {}
    for file in files:
        if file.stem in catalogues:
            raise CatalogueError(f"CATALOGUES has two catalogues named {file.stem!r}. Rename one file.")
        catalogues[file.stem] = Catalogue(file, cache_folder)
    return catalogues


_served: dict[str, Catalogue] = {}


def serve(catalogues: Mapping[str, Catalogue]) -> None:
    """Set the catalogues of this process; called once, when the server starts."""
    _served.clear()
    _served.update(catalogues)


def served() -> Mapping[str, Catalogue]:
    """Return the catalogues of this process, by name; empty before `serve`."""
    return MappingProxyType(_served)
