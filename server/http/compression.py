"""Compress responses, which Dash does not.

A response that never changes under its address, such as a script or a column of a catalogue, is compressed once at a
high quality and cached. A callback's response is compressed at a low quality, in about 0.5 ms.
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
    """Compress bytes with one of `ENCODINGS` at brotli's `quality`, which gzip caps at 9."""
    if encoding == "br":
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
