"""``catalogue fetch published``: builds a catalogue from the public files of Khederlarian et al. 2024."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from analysis.catalogues.build import build, describe
from archives.download import fetch_files
from commands.catalogue import published_files
from commands.catalogue.published_files import Joined
from data.catalogue import stored_spectra
from data.catalogue.parquet import write
from data.errors import FetchError
from data.paths import FETCHED_SUBFOLDER, user_data_folder
from model.storage.files import replacing
from model.storage.published_pickles import import_published
from model.storage.weights import DEFAULT, user_folder
from storage.program import SERVE

NAME: Final = "published"
TITLE: Final = "DESI, Khederlarian+24"
PROVENANCE: Final = "test galaxies of Khederlarian et al. 2024 (DESI Early Data Release, CC BY 4.0)"
ROWS_AT_ONCE: Final = 256
SOURCES_KEY: Final = "sources_sha256"


def fetch_published(base_url: str | None = None, *, with_spectra: bool = True, pause: float = 0.5) -> str:
    """Fetch the published files, import the published weights, and build the catalogue in the user's data folder.

    Parameters
    ----------
    base_url : str, optional
        Address of a mirror with the files of both repositories; by default GitHub.
    with_spectra : bool
        Whether to fetch the spectra.
    pause : float
        See `archives.download.fetch_files`.

    Returns
    -------
    str
        Sentences that say what was written.

    Raises
    ------
    FetchError
        When a file cannot be fetched or has unexpected content.
    CatalogueError
        When the catalogue cannot be written.
    """
    folder = user_data_folder()
    raw = folder / "downloads" / NAME
    catalogue = folder / FETCHED_SUBFOLDER / f"{NAME}.parquet"
    wanted = published_files.sources(base_url, with_spectra=with_spectra)
    manifest = _with_progress(wanted, raw, pause)
    spectra = {published_files.SPECTRA_IDS, *published_files.SPECTRA} <= manifest.keys()
    said = []
    if with_spectra and not spectra:
        said.append("The server has no spectra: galaxies are shown by their twelve bins.")
    fingerprint = sha256(json.dumps({path: entry["sha256"] for path, entry in manifest.items()}).encode()).hexdigest()
    if _built_from(catalogue) == fingerprint:
        return " ".join([*said, f"Nothing to do: {catalogue} already exists and was made from these files."])
    for path in published_files.WEIGHTS:
        import_published(raw / path, user_folder() / f"{NAME}.safetensors")
    joined = published_files.join(raw, with_spectra=spectra)
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    built = build(joined.table)
    beside = catalogue.with_suffix(stored_spectra.SUFFIX)
    has_spectra = _write_spectra(joined, raw, beside)
    about = describe(built, title=TITLE, provenance=PROVENANCE, model=DEFAULT, spectra=beside if has_spectra else None)
    write(built, catalogue, about | {SOURCES_KEY: fingerprint})
    left_out = f" {joined.left_out} more have no positive continuum and are left out." if joined.left_out else ""
    said.append(
        f"Wrote {catalogue}: {built.num_rows:,} galaxies, {len(joined.spectrum_rows):,} with a spectrum.{left_out} "
        f"The published weights are the model “{NAME}”. See them: {SERVE}"
    )
    return " ".join(said)


def _with_progress(wanted: list[published_files.Source], raw: Path, pause: float) -> dict[str, dict]:
    from tqdm import tqdm

    with tqdm(unit="B", unit_scale=True, disable=None) as bar:
        seen: dict[str, int] = {}

        def progress(path: str, size: int, total: int | None) -> None:
            bar.set_description(f"{Path(path).name}{'' if total is None else f' ({size / max(total, 1):.0%})'}")
            bar.update(max(size - seen.get(path, 0), 0))
            seen[path] = size

        return fetch_files(wanted, raw, progress, pause)


def _built_from(catalogue: Path) -> str | None:
    """Return the fingerprint of the files from which a catalogue was built; None if there is no complete catalogue."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from data.formats.fields import METADATA_KEY

    try:
        stored = (pq.read_schema(catalogue).metadata or {}).get(METADATA_KEY)
    except (OSError, pa.ArrowInvalid):
        return None
    return json.loads(stored).get(SOURCES_KEY) if stored else None


def _write_spectra(joined: Joined, raw: Path, path: Path) -> bool:
    """Write the spectra in the order of the catalogue, a few at a time, if there are any: memory may not hold all."""
    if not len(joined.spectrum_rows):
        path.unlink(missing_ok=True)
        return False
    parts = [np.load(raw / part, mmap_mode="r", allow_pickle=False) for part in published_files.SPECTRA]
    shape = (len(joined.spectrum_rows), len(stored_spectra.WAVELENGTHS))
    try:
        with replacing(path) as unfinished:
            spectra = np.lib.format.open_memmap(unfinished, "w+", np.float32, shape)
            for start in range(0, len(spectra), ROWS_AT_ONCE):
                rows = joined.spectrum_rows[start : start + ROWS_AT_ONCE]
                first = rows < len(parts[0])
                chunk = spectra[start : start + ROWS_AT_ONCE]
                chunk[first] = parts[0][rows[first]]
                chunk[~first] = parts[1][rows[~first] - len(parts[0])]
            spectra.flush()
            del spectra
    except OSError as error:
        raise FetchError(f"Cannot write {path}: {error.strerror or error}. Make room or set DATA_DIR.") from error
    return True
