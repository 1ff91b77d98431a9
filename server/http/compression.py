"""Compress responses, which Dash does not.

A response that never changes under its address, such as a script or a column of a catalogue, is compressed once at a
high quality and cached. A callback's response is compressed at a low quality, in about 0.5 ms.
"""

import gzip
import hashlib
from contextlib import nullcontext
from functools import partial
from threading import Lock
from typing import Final

import brotli
from flask import Flask, Request, Response, request

from server.http.cache import remembered
from server.http.static import ASSETS, SUITES

ENCODINGS: Final = ("br", "gzip")
SMALLEST: Final = 600  # bytes; below about one packet, compression saves nothing
FAST, LASTING, BEST = 2, 9, 11  # brotli's qualities
SHORT: Final = 2**18
"""Lasting responses of up to this many bytes are compressed with a window of 64 KiB. With brotli's usual window each
takes 26 MiB while it is compressed, and ten times as long; a column comes out larger."""
_SHORT_WINDOW: Final = 16  # logarithm to the base of 2
_one_at_a_time = Lock()
COMPRESSIBLE: Final = (
    "text/",
    "application/json",
    "application/javascript",
    "application/octet-stream",
    "image/svg",
)


def compress(body: bytes, encoding: str, quality: int) -> bytes:
    """Compress bytes with one of `ENCODINGS` at brotli's `quality`, which gzip caps at 9."""
    if encoding == "br" and quality == LASTING and len(body) <= SHORT:
        return brotli.compress(body, quality=quality, lgwin=_SHORT_WINDOW)
    if encoding == "br":
        # The best quality is used by the preparing thread alone, which no request may wait for.
        with _one_at_a_time if quality == LASTING else nullcontext():
            return brotli.compress(body, quality=quality)
    return gzip.compress(body, min(quality, 9), mtime=0)


def compress_ahead(body: bytes, quality: int) -> None:
    """Compress bytes with all `ENCODINGS` and cache the results, unless they are cached at any quality."""
    for encoding in ENCODINGS:
        remembered(_key(body, encoding), partial(compress, body, encoding, quality))


def install(server: Flask) -> None:
    """Compress successful responses of `COMPRESSIBLE` types and at least `SMALLEST` bytes."""
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
