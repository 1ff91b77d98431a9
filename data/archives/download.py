"""Download of public files: resumed after a broken connection, verified, and not repeated.

A folder of fetched files has a manifest, ``manifest.json``, with the size and the SHA-256 of each. A file gets its name
when it is complete and its check has passed; until then it is ``NAME.part``, which the next run resumes.
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
"""Consecutive attempts without new bytes after which a file is given up."""
TIMEOUTS: Final = (10.0, 30.0)
"""Timeouts [s] for connecting, and for the next bytes."""
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
        Path relative to the folder, with forward slashes.
    url : str
        Address of the file.
    check : callable
        Function of a path that raises `FetchError` if the file there has unexpected content.
    sha256 : str, optional
        Expected checksum, if known.
    optional : bool
        Whether a missing file on the server is no error.
    """

    path: str
    url: str
    check: Callable[[Path], None]
    sha256: str | None = None
    optional: bool = False


Progress = Callable[[str, int, int | None], None]
"""Called with a file's path, its bytes received so far, and its total bytes, None if unknown."""


def fetch_files(
    sources: Sequence[Source], folder: Path, progress: Progress = lambda *_: None, pause: float = 0.5
) -> dict[str, dict[str, Any]]:
    """Fetch the files that are not in the folder yet.

    Parameters
    ----------
    sources : sequence of Source
        Files to fetch.
    folder : Path
        Destination; created if it does not exist.
    progress : callable
        See `Progress`.
    pause : float
        Seconds before the second attempt at a file; doubled each time.

    Returns
    -------
    dict
        Manifest: url, bytes and sha256 by path, of the sources in the folder.

    Raises
    ------
    FetchError
        At the first file that cannot be fetched, has unexpected content, or does not fit on the disk.
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
    """Fetch one file and resume after broken connections; return None if an optional file does not exist."""
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
        # An attempt with new bytes is not a failure: a slow connection may break many times on a large file.
        failures = 0 if part.exists() and part.stat().st_size > before else failures + 1
        time.sleep(pause * 2 ** min(failures, ATTEMPTS))
    raise FetchError(
        f"{source.url} cannot be fetched: {reason}, {ATTEMPTS} times. The part that was downloaded is kept; run the "
        "command again later."
    )


class _AgainError(Exception):
    """A failure after which another attempt is worthwhile."""


def _receive(session: Any, source: Source, part: Path, progress: Progress) -> bool:
    """Append the missing bytes of a file; return False if an optional file does not exist."""
    start = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with session.get(source.url, headers=headers, timeout=TIMEOUTS, stream=True) as answer:
        status = answer.status_code
        if status in _TRY_AGAIN:
            raise _AgainError(f"the server answered with status {status}")
        if status == _HTTP_RANGE:
            # The part is complete, or belongs to another file: start again.
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
            while piece := answer.raw.read1(PIECE):  # available bytes, so that none are lost if the connection breaks
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
    """Check a complete file and rename it to its final name; delete it if the check fails."""
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
        return {}  # nothing was fetched yet, or the manifest is damaged and files are fetched again


def _write_manifest(folder: Path, manifest: dict[str, dict[str, Any]]) -> None:
    write_atomically(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a lock on the folder, as two runs would append to the same files."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchError(f"Another fetch is writing to {folder}. Wait until it is done.") from None
        yield
