"""Answers travel compressed: quickly where they differ each time, hard and once where they last.

Dash compresses nothing. A bundle of scripts or a column of a catalogue never changes under its address, so it
is compressed once at a high quality and remembered; a callback's answer is compressed at a quality that costs
half a millisecond.
"""

import gzip
import hashlib
from functools import partial
from typing import Final

import brotli
from flask import Flask, Request, Response, request

from server.http.cache import remembered
from server.http.static import ASSETS, SUITES

ENCODINGS: Final = ("br", "gzip")
SMALLEST: Final = 600  # bytes; below about one packet, compression saves nothing
FAST, LASTING, BEST = 2, 9, 11  # brotli's qualities
COMPRESSIBLE: Final = (
    "text/",
    "application/json",
    "application/javascript",
    "application/octet-stream",
    "image/svg",
)


def compress(body: bytes, encoding: str, quality: int) -> bytes:
    """Compress bytes for one of `ENCODINGS`; `quality` is brotli's, gzip knows up to 9."""
    if encoding == "br":
        return brotli.compress(body, quality=quality)
    return gzip.compress(body, min(quality, 9), mtime=0)


def compress_ahead(body: bytes, quality: int) -> None:
    """Compress bytes before anybody waits for them, unless that was done at this quality or any other."""
    for encoding in ENCODINGS:
        remembered(_key(body, encoding), partial(compress, body, encoding, quality))


def install(server: Flask) -> None:
    """Compress every answer of the server that gains from it."""
    server.after_request(_compress_response)


def _compress_response(response: Response) -> Response:
    if response.status_code != 200 or not (response.mimetype or "").startswith(COMPRESSIBLE):
        return response
    response.vary.add("Accept-Encoding")
    encoding = _encoding(request)
    if encoding is None or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    if response.cache_control.max_age or request.path.startswith((SUITES, ASSETS)):
        compressed = remembered(_key(body, encoding), partial(compress, body, encoding, LASTING))
    else:
        compressed = compress(body, encoding, FAST)
    response.set_data(compressed)
    response.headers["Content-Encoding"] = encoding
    return response


def _encoding(asked: Request) -> str | None:
    return next((name for name in ENCODINGS if asked.accept_encodings.quality(name) > 0), None)


def _key(body: bytes, encoding: str) -> str:
    return f"compressed:{hashlib.sha256(body).hexdigest()}.{encoding}"
