"""How often one address may ask for what costs."""

from typing import Final

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LIMITER: Final = Limiter(get_remote_address, headers_enabled=True)
_RATE: Final = "API_RATE_LIMIT"
_UPLOAD_RATE: Final = "UPLOAD_RATE_LIMIT"
LARGE_BODY: Final = 64 * 2**10
"""Bytes from which a page's request counts as a file; clicks and dragged bins are far smaller."""


def install(server: Flask, rate: str, uploads: str, storage: str | None) -> None:
    """Count requests in Redis where there is one, else in this process."""
    server.config[_RATE] = rate
    server.config[_UPLOAD_RATE] = uploads
    server.config["RATELIMIT_STORAGE_URI"] = storage or "memory://"
    # An unreachable Redis must not stop predictions.
    server.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    LIMITER.init_app(server)

    @server.before_request
    def count_uploads() -> None:
        if (
            request.method == "POST"
            and not request.path.startswith("/api/")
            and (request.content_length or 0) > LARGE_BODY
        ):
            _count_upload()


def rate() -> str:
    """Return the limit of the server that answers."""
    return current_app.config[_RATE]


def upload_rate() -> str:
    """Return how often one address may send a file to a page."""
    return current_app.config[_UPLOAD_RATE]


costly = LIMITER.shared_limit(rate, scope="api")
"""Decorates the routes that compute; they share one allowance."""


@LIMITER.shared_limit(upload_rate, scope="upload")
def _count_upload() -> None:
    """Refuse an address that sends too many files."""
