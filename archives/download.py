"""Download of public files: resumed after a broken connection, verified, and not repeated.

A folder of fetched files has a manifest, ``manifest.json``, with the size and the SHA-256 of each. A file is called
``NAME.part`` until it is complete and verified. The next run resumes a partial file if the server confirms that it has
not changed: ``NAME.part.json`` stores its validator (ETag or Last-Modified).
"""

import contextlib
import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import file_digest, sha1
from pathlib import Path
from typing import Any, Final, NamedTuple

from archives.partial_file import PartialFile, continues, retry_after
from data.errors import FetchError
from model.storage.files import write_atomically

ATTEMPTS: Final = 5
"""Consecutive attempts without new bytes after which a file is given up."""
TIMEOUTS: Final = (10.0, 30.0)
"""Seconds to connect, and to wait for the next bytes."""
LONGEST_WAIT: Final = 120.0
"""Longest wait that a server may ask for (Retry-After) [s]; if it asks for more, the run ends with an error."""
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
        Checksum, if it is known beforehand; otherwise the one recorded at the first download applies.
    git_blob : str, optional
        SHA-1 by which git names the content, for a file at a fixed revision.
    optional : bool
        Whether a missing file on the server is no error.
    """

    path: str
    url: str
    check: Callable[[Path], None]
    sha256: str | None = None
    optional: bool = False
    git_blob: str | None = None


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
                    entry = _fetch(session, source, folder, progress, pause, _recorded(source, manifest))
                    manifest.pop(source.path, None)
                    if entry is not None:
                        manifest[source.path] = entry
                    _write_manifest(folder, manifest)
            return {source.path: manifest[source.path] for source in sources if source.path in manifest}
    except OSError as error:
        raise FetchError(f"Cannot write to {folder}: {error.strerror or error}. Choose another DATA_DIR.") from error


def _fetch(
    session: Any, source: Source, folder: Path, progress: Progress, pause: float, recorded: str | None
) -> dict[str, Any] | None:
    """Fetch one file, resuming after a broken connection; return None if an optional file does not exist."""
    import requests
    import urllib3

    path = folder / source.path
    path.parent.mkdir(parents=True, exist_ok=True)
    part, failures, reason = path.with_name(f"{path.name}.part"), 0, ""
    furthest = part.stat().st_size if part.exists() else 0
    while failures < ATTEMPTS:
        wait = 0.0
        try:
            was_resumed = _receive(session, source, part, progress)
            if was_resumed is None:
                return None
            return _accept(source, part, path, recorded, was_resumed=was_resumed)
        except _AgainError as error:
            reason, wait = str(error), error.wait
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = "the connection broke" if part.exists() else type(error).__name__
        # An attempt that brought new bytes is not a failure: a slow line may break many times on a large file.
        came = part.stat().st_size if part.exists() else 0
        failures, furthest = (0, came) if came > furthest else (failures + 1, furthest)
        time.sleep(max(wait, pause * 2 ** min(failures, ATTEMPTS)))
    raise FetchError(
        f"{source.url} cannot be fetched: {reason}, {ATTEMPTS} times. The part that was downloaded is kept; run the "
        "command again later."
    )


class _AgainError(Exception):
    """Failure after which another attempt is worthwhile, `wait` seconds later."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def _receive(session: Any, source: Source, part: Path, progress: Progress) -> bool | None:
    """Append the missing part of a file; return whether a partial file was resumed, None if there is no file."""
    partial = PartialFile(source.url, part)
    begun = partial.read_note()
    start = part.stat().st_size if begun else 0
    headers = {"Accept-Encoding": "identity"}
    if begun:
        headers |= {"Range": f"bytes={start}-", "If-Range": begun["validator"]}
    with session.get(source.url, headers=headers, timeout=TIMEOUTS, stream=True) as answer:
        status = answer.status_code
        if status in _TRY_AGAIN:
            wait = retry_after(answer.headers)
            if wait > LONGEST_WAIT:
                raise FetchError(
                    f"{source.url} answered with status {status} and asks to wait {wait:,.0f} s. The part that was "
                    "downloaded is kept; run the command again after that time."
                )
            raise _AgainError(f"the server answered with status {status}", wait)
        if status in _HTTP_GONE and source.optional:
            return None
        if status not in (_HTTP_OK, _HTTP_PARTIAL, _HTTP_RANGE):
            raise FetchError(f"{source.url} answered with status {status}. Check the address (--base-url).")
        is_rest = status == _HTTP_PARTIAL and begun is not None and continues(answer.headers, begun, start)
        if status == _HTTP_RANGE or (status == _HTTP_PARTIAL and not is_rest):
            # The partial file is complete already, or belongs to another file: start again.
            partial.delete()
            raise _AgainError("the server cannot continue the partial file")
        start = start if is_rest else 0
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        _check_room(source, part.parent, total, start)
        if not is_rest:
            partial.begin(answer.headers, total)
        with part.open("ab" if is_rest else "wb") as file:
            size = start
            while piece := answer.raw.read1(PIECE):  # available bytes, so that none are lost if the connection breaks
                file.write(piece)
                size += len(piece)
                if size > MAX_BYTES:
                    raise FetchError(
                        f"{source.url} sends more than {MAX_BYTES / 1e9:.0f} GB, so it is not the right file."
                    )
                progress(source.path, size, total)
        if total is not None and size < total:
            raise _AgainError("the connection broke")
    return is_rest


def _check_room(source: Source, folder: Path, total: int | None, start: int) -> None:
    needed, free = (total or 0) - start, shutil.disk_usage(folder).free
    if (total or 0) > MAX_BYTES:
        raise FetchError(
            f"{source.url} has {total or 0:,} bytes, more than {MAX_BYTES:,}, so it is not the right file."
        )
    if needed > free:
        raise FetchError(f"{source.url} needs {needed:,} bytes; {folder} has {free:,}. Make room or set DATA_DIR.")


def _accept(source: Source, part: Path, path: Path, recorded: str | None, *, was_resumed: bool) -> dict[str, Any]:
    """Rename a complete file to its final name; if a check fails, delete it and raise FetchError."""
    partial, digest = PartialFile(source.url, part), _digest(part)
    try:
        _check_sums(source, part, digest, recorded)
        source.check(part)
    except FetchError as error:
        partial.delete()
        if was_resumed:
            raise _AgainError("the parts of the download do not make up the file") from error
        raise
    part.replace(path)
    partial.delete()
    return {"url": source.url, "bytes": path.stat().st_size, "sha256": digest}


def _check_sums(source: Source, part: Path, digest: str, recorded: str | None) -> None:
    if source.sha256 not in (None, digest):
        raise FetchError(f"{source.url} is not the known file: its SHA-256 is {digest[:12]}…, not {source.sha256}.")
    if source.git_blob is not None and (blob := _git_blob(part)) != source.git_blob:
        raise FetchError(f"{source.url} is not the known file: git calls it {blob[:12]}…, not {source.git_blob}.")
    if recorded not in (None, digest):
        raise FetchError(
            f"{source.url} is no longer the file that was fetched before: its SHA-256 is {digest[:12]}…, not "
            f"{recorded}. If the new one is wanted, delete {MANIFEST} in the folder of downloads and fetch again."
        )


def _git_blob(path: Path) -> str:
    """Return the name that git gives a file's content."""
    named = sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            named.update(piece)
    return named.hexdigest()


def _recorded(source: Source, manifest: dict[str, dict[str, Any]]) -> str | None:
    """Return the checksum of the first fetch from the same address."""
    entry = manifest.get(source.path, {})
    return entry.get("sha256") if entry.get("url") == source.url else None


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
