"""Rate limits by client address, of the API and of the pages, and the limit on JSON bodies."""

from typing import Final, NamedTuple

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import RequestEntityTooLarge, UnprocessableEntity

from analysis.isolation.jobs import CSV, PARQUET
from server.http import json_bodies

LIMITER: Final = Limiter(get_remote_address, headers_enabled=True)
_RATE: Final = "API_RATE_LIMIT"
_UPLOAD_RATE: Final = "UPLOAD_RATE_LIMIT"
_CALLBACK_RATE: Final = "CALLBACK_RATE_LIMIT"
LARGE_BODY: Final = 64 * 2**10
"""A page's request above this size [bytes] counts as a file; clicks and dragged bins are far smaller."""

MAX_JSON_BODY: Final = 8 * 2**20
"""Largest JSON body of the API [bytes], above what its limits on rows and pixels need."""


class Rates(NamedTuple):
    """How often one address may let the API compute, send files to pages, and call pages' callbacks."""

    api: str
    upload: str
    callback: str


def install(server: Flask, rates: Rates, storage: str | None) -> None:
    """Limit requests, counting them in Redis if its address is given, else in this process."""
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
        # A body of unknown length may be a file, so it counts as one.
        if request.content_length is None or request.content_length > LARGE_BODY:
            _count_upload()


def rate() -> str:
    """Return how often one address may let the API compute."""
    return current_app.config[_RATE]


def upload_rate() -> str:
    """Return how often one address may send a file to a page."""
    return current_app.config[_UPLOAD_RATE]


def callback_rate() -> str:
    """Return how often one address may call a page's callbacks."""
    return current_app.config[_CALLBACK_RATE]


costly = LIMITER.shared_limit(rate, scope="api")
"""Decorator of the routes that compute; they share one limit."""


@LIMITER.shared_limit(upload_rate, scope="upload")
def _count_upload() -> None:
    """Do nothing but count: the decorator refuses addresses above the limit."""


@LIMITER.shared_limit(callback_rate, scope="callback")
def _count_callback() -> None:
    """Do nothing but count: the decorator refuses addresses above the limit."""
