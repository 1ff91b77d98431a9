"""How often one address may ask for what costs."""

from typing import Final, NamedTuple

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import RequestEntityTooLarge, UnprocessableEntity

from server.api.bodies import CSV, PARQUET
from server.http import json_bodies

LIMITER: Final = Limiter(get_remote_address, headers_enabled=True)
_RATE: Final = "API_RATE_LIMIT"
_UPLOAD_RATE: Final = "UPLOAD_RATE_LIMIT"
_CALLBACK_RATE: Final = "CALLBACK_RATE_LIMIT"
LARGE_BODY: Final = 64 * 2**10
"""Bytes from which a page's request counts as a file; clicks and dragged bins are far smaller."""

MAX_JSON_BODY: Final = 8 * 2**20
"""Bytes of JSON that the API takes: what its limits on rows and pixels need, and some."""


class Rates(NamedTuple):
    """How often one address may have the API compute, send a file to a page, and call a page's callbacks."""

    api: str
    upload: str
    callback: str


def install(server: Flask, rates: Rates, storage: str | None) -> None:
    """Count requests in Redis where there is one, else in this process."""
    server.config[_RATE] = rates.api
    server.config[_UPLOAD_RATE] = rates.upload
    server.config[_CALLBACK_RATE] = rates.callback
    server.config["RATELIMIT_STORAGE_URI"] = storage or "memory://"
    # An unreachable Redis must not stop predictions.
    server.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    LIMITER.init_app(server)

    @server.before_request
    def count() -> None:
        if request.method != "POST":
            return
        if request.path.startswith("/api/"):
            # A table says what it is; whatever else it may be, a body can be read as JSON.
            if request.mimetype not in (CSV, PARQUET):
                if (request.content_length or 0) > MAX_JSON_BODY:
                    raise RequestEntityTooLarge
                if problem := json_bodies.problem_of(request.get_data()):
                    raise UnprocessableEntity(problem)
            return
        _count_callback()
        # A body of unknown length is a file until it proves otherwise.
        if request.content_length is None or request.content_length > LARGE_BODY:
            _count_upload()


def rate() -> str:
    """Return the limit of the server that answers."""
    return current_app.config[_RATE]


def upload_rate() -> str:
    """Return how often one address may send a file to a page."""
    return current_app.config[_UPLOAD_RATE]


def callback_rate() -> str:
    """Return how often one address may call a page's callbacks."""
    return current_app.config[_CALLBACK_RATE]


costly = LIMITER.shared_limit(rate, scope="api")
"""Decorates the routes that compute; they share one allowance."""


@LIMITER.shared_limit(upload_rate, scope="upload")
def _count_upload() -> None:
    """Refuse an address that sends too many files."""


@LIMITER.shared_limit(callback_rate, scope="callback")
def _count_callback() -> None:
    """Refuse an address that sends too much."""
