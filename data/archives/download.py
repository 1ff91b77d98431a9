"""Fetching public files: resumed where a connection broke, checked before they count, never fetched twice.

A folder of fetched files has a manifest, ``manifest.json``, with the size and the SHA-256 of each. A file gets its name
only when it is whole and its check has passed; until then it is ``NAME.part``, and the next run goes on from there.
"""

import contextlib
import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, NamedTuple

from data.errors import FetchError
from model.storage.files import write_atomically

ATTEMPTS: Final = 5
"""Tries of one file that bring nothing new before it is given up."""
TIMEOUTS: Final = (10.0, 30.0)
"""Seconds to connect, and to wait for the next bytes."""
PIECE: Final = 1 << 18
MAX_BYTES: Final = 4_000_000_000
MANIFEST: Final = "manifest.json"
_HTTP_OK, _HTTP_PARTIAL, _HTTP_GONE, _HTTP_RANGE = 200, 206, (404, 410), 416
_TRY_AGAIN: Final = (408, 425, 429, 500, 502, 503, 504)


class Source(NamedTuple):
    """A public file.

    Attributes
    ----------
    path : str
        Where it goes below the folder, with forward slashes.
    url : str
        Where it comes from.
    check : callable
        Raises `FetchError` when the file at a path is not what it should be.
    sha256 : str, optional
        Checksum, where it is known beforehand.
    optional : bool
        Whether all goes on where the server does not have it.
    """

    path: str
    url: str
    check: Callable[[Path], None]
    sha256: str | None = None
    optional: bool = False


Progress = Callable[[str, int, int | None], None]
"""Told a file's path, how many bytes of it are there, and how many it has in all, where the server says so."""


def fetch_files(
    sources: Sequence[Source], folder: Path, progress: Progress = lambda *_: None, pause: float = 0.5
) -> dict[str, dict[str, Any]]:
    """Fetch what is not there yet.

    Parameters
    ----------
    sources : sequence of Source
        What to fetch.
    folder : Path
        Where to; made when it does not exist.
    progress : callable
        See `Progress`.
    pause : float
        Seconds before the second try of a file; doubled each time.

    Returns
    -------
    dict
        The manifest: size and sha256 by path, of the sources that are there.

    Raises
    ------
    FetchError
        At the first file that cannot be had, is not what it should be, or does not fit on the disk.
    """
    import requests

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder), requests.Session() as session:
            manifest = _read_manifest(folder)
            for source in sources:
                if not _is_there(source, folder, manifest):
                    entry = _fetch(session, source, folder, progress, pause)
                    manifest.pop(source.path, None)
                    if entry is not None:
                        manifest[source.path] = entry
                    _write_manifest(folder, manifest)
            return {source.path: manifest[source.path] for source in sources if source.path in manifest}
    except OSError as error:
        raise FetchError(f"Cannot write to {folder}: {error.strerror or error}. Choose another DATA_DIR.") from error


def _fetch(session: Any, source: Source, folder: Path, progress: Progress, pause: float) -> dict[str, Any] | None:
    """Fetch one file, going on where a connection broke; None where an optional one does not exist."""
    import requests
    import urllib3

    path = folder / source.path
    path.parent.mkdir(parents=True, exist_ok=True)
    part, failures, reason = path.with_name(f"{path.name}.part"), 0, ""
    while failures < ATTEMPTS:
        before = part.stat().st_size if part.exists() else 0
        try:
            if not _receive(session, source, part, progress):
                return None
            return _accept(source, part, path)
        except _AgainError as error:
            reason = str(error)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = "the connection broke" if part.exists() else type(error).__name__
        # What brought new bytes was no failure: a slow line may break many times on a large file.
        failures = 0 if part.exists() and part.stat().st_size > before else failures + 1
        time.sleep(pause * 2 ** min(failures, ATTEMPTS))
    raise FetchError(
        f"{source.url} cannot be fetched: {reason}, {ATTEMPTS} times. The part that was downloaded is kept; run the "
        "command again later."
    )


class _AgainError(Exception):
    """Worth another try."""


def _receive(session: Any, source: Source, part: Path, progress: Progress) -> bool:
    """Append what is missing of a file; False where an optional one does not exist."""
    start = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with session.get(source.url, headers=headers, timeout=TIMEOUTS, stream=True) as answer:
        status = answer.status_code
        if status in _TRY_AGAIN:
            raise _AgainError(f"the server answered with status {status}")
        if status == _HTTP_RANGE:
            # Complete already, or not the file that was begun: begin again.
            part.unlink(missing_ok=True)
            raise _AgainError("the server cannot continue the download where it stopped")
        if status in _HTTP_GONE and source.optional:
            return False
        if status not in (_HTTP_OK, _HTTP_PARTIAL):
            raise FetchError(f"{source.url} answered with status {status}. Check the address (--base-url).")
        if status == _HTTP_PARTIAL and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            part.unlink(missing_ok=True)
            raise _AgainError("the server sent a different part than the one requested")
        start = start if status == _HTTP_PARTIAL else 0
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        _check_room(source, part.parent, total, start)
        with part.open("ab" if start else "wb") as file:
            size = start
            while piece := answer.raw.read1(PIECE):  # what is there, so that nothing is lost when the line breaks
                file.write(piece)
                size += len(piece)
                if size > MAX_BYTES:
                    raise FetchError(
                        f"{source.url} sends more than {MAX_BYTES / 1e9:.0f} GB, so it is not the right file."
                    )
                progress(source.path, size, total)
    return True


def _check_room(source: Source, folder: Path, total: int | None, start: int) -> None:
    needed, free = (total or 0) - start, shutil.disk_usage(folder).free
    if (total or 0) > MAX_BYTES:
        raise FetchError(
            f"{source.url} has {total or 0:,} bytes, more than {MAX_BYTES:,}, so it is not the right file."
        )
    if needed > free:
        raise FetchError(f"{source.url} needs {needed:,} bytes; {folder} has {free:,}. Make room or set DATA_DIR.")


def _accept(source: Source, part: Path, path: Path) -> dict[str, Any]:
    """Give a whole file its name, or delete it and say what is wrong with it."""
    digest = _digest(part)
    try:
        if source.sha256 not in (None, digest):
            raise FetchError(f"{source.url} is not the known file: its SHA-256 is {digest[:12]}…, not {source.sha256}.")
        source.check(part)
    except FetchError:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)
    return {"url": source.url, "bytes": path.stat().st_size, "sha256": digest}


def _is_there(source: Source, folder: Path, manifest: dict[str, dict[str, Any]]) -> bool:
    path, entry = folder / source.path, manifest.get(source.path)
    if entry is None or entry.get("url") != source.url or not path.is_file():
        return False
    return path.stat().st_size == entry["bytes"] and _digest(path) == entry["sha256"]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # nothing was fetched, or it must be fetched again to be known


def _write_manifest(folder: Path, manifest: dict[str, dict[str, Any]]) -> None:
    write_atomically(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second run out of the folder: both would append to the same files."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchError(f"Another fetch is writing to {folder}. Wait until it is done.") from None
        yield
