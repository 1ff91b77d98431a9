"""The public files of Khederlarian et al. 2024: checks of each file, and their join to one table.

The repositories (MIT): github.com/ashodkh/emission-lines has the weights and a test set for each line; github.com/
ashodkh/dash_umap has rest-frame spectra. No file is unpickled.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from archives.download import Source
from data.catalogue.schema import EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX
from data.catalogue.stored_spectra import WAVELENGTHS
from data.errors import FetchError
from data.paths import FILES
from model.lines import LINE_NAMES
from model.storage.published_pickles import read_published
from model.storage.weights import WeightsError

if TYPE_CHECKING:
    import pyarrow as pa

GITHUB: Final = "https://raw.githubusercontent.com"
LINES_URL: Final = f"{GITHUB}/ashodkh/emission-lines/dfe3dc54ed583abca51559e5143e600202be6711"
SPECTRA_URL: Final = f"{GITHUB}/ashodkh/dash_umap/d51a2f796b6e9dda08b0574601008ea42010f0a4"
"""Addresses of fixed revisions, whose files this module was written for."""
WEIGHTS: Final = {
    "models/params_of_model_without_luminosity.npy": "484b3cb0531fb72c90ec6ddde48f0ebdff9b6970c46082a38dd5c783cc4091a7",
    "models/params_of_model_with_luminosity.npy": "77a2a3b87ec526f7d17e741b774bdaa0a175ed9a1726e9a0eae9f18e55256821",
}
"""The published weights and their SHA-256."""
BLOBS_FILE: Final = FILES / "published_blobs.json"
"""What git calls the content of each file at those revisions; a mirror may hold fewer galaxies, GitHub may not."""
SPECTRA: Final = tuple(f"data_for_umap_dash/rest_frame_spectra{part}.npy" for part in (1, 2))
CONTRADICTION: Final = 0.05
"""Relative difference above which the values of a galaxy in two tables contradict; rounding and masking give 1 %."""
SPECTRA_IDS: Final = "data_for_umap_dash/target_ids.npy"

_WIDTHS: Final = {"target_ids": 0, "fluxes": 12, "redshifts": 0, "continuum_luminosities": 0, "ews": 0, "ew_ivars": 0}
"""Arrays of a line's test set and the length of their second axis, 0 if they have none."""


def sources(base_url: str | None = None, *, with_spectra: bool = True) -> list[Source]:
    """Return the files to fetch.

    Parameters
    ----------
    base_url : str, optional
        Address of a mirror with the files of both repositories; by default GitHub.
    with_spectra : bool
        Whether to include the spectra, which are 90 % of the bytes.

    Returns
    -------
    list of Source
        Files in the order in which they are needed.
    """
    blobs: dict[str, str] = {}
    if base_url is None:
        blobs = json.loads(BLOBS_FILE.read_text(encoding="utf-8"))["blobs"]
    lines_url, spectra_url = ((base_url or url).rstrip("/") for url in (LINES_URL, SPECTRA_URL))
    listed = [Source(path, f"{lines_url}/{path}", _check_weights, sha256) for path, sha256 in WEIGHTS.items()]
    for line in LINE_NAMES:
        for name, width in _WIDTHS.items():
            path = f"data/test_set_{name}_{line}.npy"
            listed.append(Source(path, f"{lines_url}/{path}", partial(check_array, width=width)))
    if with_spectra:
        checks: dict[str, Callable[[Path], None]] = {SPECTRA_IDS: partial(check_array, width=0)}
        checks |= dict.fromkeys(SPECTRA, partial(check_array, width=len(WAVELENGTHS)))
        listed += [Source(path, f"{spectra_url}/{path}", check, optional=True) for path, check in checks.items()]
    return [source._replace(git_blob=blobs.get(source.path)) for source in listed]


def check_array(path: Path, width: int) -> None:
    """Check that a file is one complete numeric array.

    Parameters
    ----------
    path : Path
        The file.
    width : int
        Length of the second axis, 0 for a one-dimensional array.

    Raises
    ------
    FetchError
        When the file is anything else; the message says what.
    """
    name = path.name.removesuffix(".part")
    with path.open("rb") as file:
        start = file.read(64)
        file.seek(0)
        if not start.startswith(b"\x93NUMPY"):
            raise FetchError(f"{name} is not a NumPy array; it begins with {start[:24]!r}. Is the address right?")
        try:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
        except ValueError as error:
            raise FetchError(f"{name} has a damaged header: {error}.") from error
        header = file.tell()
    if dtype.hasobject or dtype.kind not in "fiu":
        raise FetchError(f"{name} holds {dtype} objects, which could run code when read, not numbers: it is refused.")
    expected = ("n",) if not width else ("n", width)
    if len(shape) != len(expected) or (width and shape[1] != width):
        raise FetchError(f"{name} has the shape {shape}; it must be ({', '.join(map(str, expected))}).")
    size = header + dtype.itemsize * int(np.prod(shape))
    if path.stat().st_size != size:
        raise FetchError(f"{name} has {path.stat().st_size:,} bytes; its header promises {size:,}. Fetch it again.")


def _check_weights(path: Path) -> None:
    try:
        read_published(path)
    except WeightsError as error:
        raise FetchError(str(error)) from error


class Joined(NamedTuple):
    """The tables of the lines, joined.

    Attributes
    ----------
    table : pyarrow.Table
        Table of `data.catalogue.schema`; galaxies with a spectrum come first, in the order of the spectra.
    spectrum_rows : (galaxy,) array
        Row of each galaxy with a spectrum in the concatenated files of spectra.
    left_out : int
        Number of galaxies without a positive flux in every bin, a redshift or a luminosity.
    """

    table: "pa.Table"
    spectrum_rows: np.ndarray
    left_out: int


def join(folder: Path, *, with_spectra: bool) -> Joined:
    """Join the tables of the lines by TARGETID.

    The tables hold different galaxies; a line is missing where its table does not list the galaxy.

    Parameters
    ----------
    folder : Path
        Folder of the fetched files.
    with_spectra : bool
        Whether the spectra are among the files.

    Returns
    -------
    Joined
        Table with one galaxy per row.

    Raises
    ------
    FetchError
        When the arrays of a line have different lengths, or its table contradicts another one.
    """
    import pyarrow as pa

    tables = {line: _read_line(folder, line) for line in LINE_NAMES}
    ids = np.unique(np.concatenate([table["target_ids"] for table in tables.values()]))
    columns = {name: np.full((len(ids), width or 1), np.nan) for name, width in _WIDTHS.items() if name[:2] != "ew"}
    lines = {}
    for line, table in tables.items():
        place = np.searchsorted(ids, table["target_ids"])
        for name in ("fluxes", "redshifts", "continuum_luminosities"):
            given, known = table[name].reshape(len(place), -1), columns[name][place]
            differs = ~np.isclose(given, known, rtol=CONTRADICTION, equal_nan=True) & np.isfinite(known)
            if differs.any():
                row = int(np.flatnonzero(differs.any(axis=1))[0])
                raise FetchError(
                    f"TARGETID {table['target_ids'][row]}: the {name} of {line} contradict those of another line's "
                    "table. The files do not belong together; delete them and fetch again."
                )
            columns[name][place] = np.where(np.isfinite(known), known, given)
        usable = (table["ews"] > 0) & (table["ew_ivars"] > 0) & np.isfinite(table["ews"] * table["ew_ivars"])
        for suffix, name in ((EW_SUFFIX, "ews"), (IVAR_SUFFIX, "ew_ivars")):
            values = np.full(len(ids), np.nan, np.float32)
            values[place[usable]] = table[name][usable]
            lines[line + suffix] = values
    flux, redshift = columns["fluxes"], columns["redshifts"][:, 0]
    luminosity = columns["continuum_luminosities"][:, 0]
    good = (np.isfinite(flux) & (flux > 0)).all(axis=1) & (redshift > 0) & np.isfinite(luminosity)
    order, spectrum_rows = np.flatnonzero(good), np.empty(0, int)
    if with_spectra:
        order, spectrum_rows = _spectra_first(folder, ids, good)
    values = {"TARGETID": [str(target_id) for target_id in ids[order]], "redshift": redshift[order]}
    values |= {"log_luminosity": luminosity[order]}
    values |= {name: flux[order, index] for index, name in enumerate(FLUX_NAMES)}
    values |= {name: column[order] for name, column in lines.items()}
    return Joined(pa.table(values), spectrum_rows, int(np.count_nonzero(~good)))


def _read_line(folder: Path, line: str) -> dict[str, Float[np.ndarray, "galaxy ..."]]:
    arrays = {
        name: np.load(folder / f"data/test_set_{name}_{line}.npy", allow_pickle=False).astype(
            np.int64 if name == "target_ids" else np.float64
        )
        for name in _WIDTHS
    }
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise FetchError(f"The arrays of {line} have different lengths ({lengths}); they do not belong together.")
    return arrays


def _spectra_first(folder: Path, ids: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the order of the rows, those with a spectrum first, and the rows of their spectra."""
    named = np.load(folder / SPECTRA_IDS, allow_pickle=False)
    spectra = sum(len(np.load(folder / path, mmap_mode="r", allow_pickle=False)) for path in SPECTRA)
    if spectra != len(named):
        raise FetchError(f"There are {spectra:,} spectra and {len(named):,} TARGETIDs of them; they do not match.")
    first, spectrum_row = np.unique(named, return_index=True)
    place = np.clip(np.searchsorted(first, ids), 0, len(first) - 1)
    has = good & (first[place] == ids)
    rows = np.flatnonzero(has)
    rows = rows[np.argsort(spectrum_row[place[rows]])]
    return np.r_[rows, np.flatnonzero(good & ~has)], spectrum_row[place[rows]]
