"""Encode a table as text that the browser keeps and sends back, so that an uploaded file is read once.

The server keeps nothing of the table. The text is signed, which proves that this server has read it. Numbers are
written in the smallest type that holds them exactly.
"""

import base64
import binascii
import hashlib
import os
import secrets
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from analysis.isolation import transfer
from data.errors import UploadError
from data.uploads.limits import MAX_BYTES
from data.uploads.readers.raw_table import RawTable

SIGNATURE_BYTES: Final = 32
_SMALLER: Final = ("i1", "i2", "f4")
_AGAIN: Final = "The table that the browser sent back differs from the one that was read. Upload the file again."
_key = [secrets.token_bytes(SIGNATURE_BYTES)]


def use_key(key: bytes) -> None:
    """Sign with this key from now on; all workers and hosts that serve the same visitors need the same key."""
    _key[0] = hashlib.blake2b(key, digest_size=SIGNATURE_BYTES).digest()


def key_of(folder: Path) -> bytes:
    """Return the signing key that is kept in a folder, and create it if there is none.

    Parameters
    ----------
    folder : Path
        Private to this user.

    Returns
    -------
    bytes
        The same for all processes that share the folder; a random key if the folder cannot be written.
    """
    path = folder / "upload-key"
    made = secrets.token_bytes(SIGNATURE_BYTES)
    with suppress(OSError):
        draft = folder / f".upload-key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_bytes(made)
        # Of several processes at once, the first creates the file; the others read its key below.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    with suppress(OSError):
        kept = path.read_bytes()
        if len(kept) == SIGNATURE_BYTES:
            return kept
    return made


def encode(raw: RawTable) -> str:
    """Return a table as signed text.

    Raises
    ------
    UploadError
        If it is larger than a page can send back.
    """
    fields = raw._asdict() | {"columns": {title: _packed(values) for title, values in raw.columns.items()}}
    content = zlib.compress(b"".join(transfer.encode(fields)), 1)
    if len(content) > MAX_BYTES:
        raise UploadError(
            f"{raw.name} holds {len(content) / 2**20:.0f} MB of numbers and text after packing; this page accepts "
            f"{MAX_BYTES >> 20} MB. Keep only the columns you need, split the file, or use the command line."
        )
    return base64.b64encode(_signature(content) + content).decode()


def decode(text: object) -> RawTable:
    """Return the table that `encode` made a text of.

    Raises
    ------
    UploadError
        If the signature is wrong.
    """
    if not isinstance(text, str):
        raise UploadError(_AGAIN)
    try:
        content = memoryview(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise UploadError(_AGAIN) from error
    signature, content = content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
    if not secrets.compare_digest(bytes(signature), _signature(content)):
        raise UploadError(_AGAIN)
    # Signed content was compressed by this server, so it does not expand to more than the upload.
    raw = RawTable(**transfer.decode(zlib.decompress(content)))
    return raw._replace(columns={title: _unpacked(values) for title, values in raw.columns.items()})


def _signature(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, key=_key[0], digest_size=SIGNATURE_BYTES).digest()


def _packed(values: np.ndarray) -> np.ndarray:
    """Return float64 numbers in the smallest type that restores them bit for bit, including -0 and NaN."""
    if values.dtype != np.float64:
        return values
    with np.errstate(all="ignore"):
        for kind in _SMALLER:
            small = values.astype(kind)
            if np.array_equal(small.astype(np.float64).view(np.int64), values.view(np.int64)):
                return small
    return values


def _unpacked(values: np.ndarray) -> np.ndarray:
    return values if values.dtype == object else values.astype(np.float64)
