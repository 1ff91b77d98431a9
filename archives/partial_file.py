"""A partial file of a download: what is stored of it in ``NAME.part.json``, and which response continues it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from model.storage.files import write_atomically


class PartialFile(NamedTuple):
    """A file whose download has begun, with its note in ``NAME.part.json``.

    Attributes
    ----------
    url : str
        Address of the file.
    path : Path
        The partial file.
    """

    url: str
    path: Path

    @property
    def note(self) -> Path:
        """The file that says which download this is."""
        return self.path.with_name(f"{self.path.name}.json")

    def read_note(self) -> dict[str, Any] | None:
        """Return address, validator and total length; None if the rest cannot be shown to belong to this file."""
        try:
            begun = json.loads(self.note.read_text(encoding="utf-8"))
            is_ours = self.path.stat().st_size > 0 and begun["url"] == self.url and isinstance(begun["validator"], str)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return begun if is_ours else None

    def begin(self, headers: Mapping[str, str], total: int | None) -> None:
        """Store the validator of a file before its first byte is written.

        Parameters
        ----------
        headers : mapping
            Headers of the response.
        total : int or None
            Length of the file [bytes], if it is known.
        """
        self.delete()
        validator = _validator(headers)
        if validator:
            note = {"url": self.url, "validator": validator, "total": total}
            write_atomically(self.note, json.dumps(note).encode())

    def delete(self) -> None:
        """Delete the partial file and its note."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def continues(headers: Mapping[str, str], begun: Mapping[str, Any], start: int) -> bool:
    """Return whether a response continues a partial file: offset, total length and validator must agree.

    Parameters
    ----------
    headers : mapping
        Headers of the response.
    begun : mapping
        From `PartialFile.read_note`.
    start : int
        Length of the partial file [bytes].

    Returns
    -------
    bool
        Whether it does.
    """
    place, _, total = headers.get("Content-Range", "").partition("/")
    is_place = place.startswith(f"bytes {start}-")
    is_length = begun.get("total") is None or total in ("*", str(begun["total"]))
    # A server that ignores If-Range sends the rest of its current file.
    return is_place and is_length and begun["validator"] in (headers.get("ETag"), headers.get("Last-Modified"))


def _validator(headers: Mapping[str, str]) -> str | None:
    """Return a strong validator: an ETag, or a modification time before the time of the response; None without one."""
    tag = headers.get("ETag", "")
    if tag.startswith('"'):
        return tag
    changed, now = _time(headers.get("Last-Modified")), _time(headers.get("Date"))
    # A file may change twice within one second, the resolution of the header (RFC 9110, 8.8.2.2).
    return headers["Last-Modified"] if not tag and changed and now and (now - changed).total_seconds() >= 1 else None


def retry_after(headers: Mapping[str, str]) -> float:
    """Return how long a server asks to wait; a date is compared with the server's own clock.

    Parameters
    ----------
    headers : mapping
        Headers of the response.

    Returns
    -------
    float
        Wait [s]; 0 if the server asks for none.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    until = _time(asked)
    if until is None:
        return 0.0
    return max((until - (_time(headers.get("Date")) or datetime.now(UTC))).total_seconds(), 0.0)


def _time(text: str | None) -> datetime | None:
    try:
        told = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
