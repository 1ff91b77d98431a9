"""How often one address may ask for what costs."""

from typing import Final

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LIMITER: Final = Limiter(get_remote_address, headers_enabled=True)
_RATE: Final = "API_RATE_LIMIT"


def install(server: Flask, rate: str, storage: str | None) -> None:
    """Count requests in Redis where there is one, else in this process."""
    server.config[_RATE] = rate
    server.config["RATELIMIT_STORAGE_URI"] = storage or "memory://"
    # An unreachable Redis must not stop predictions.
    server.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    LIMITER.init_app(server)


def rate() -> str:
    """Return the limit of the server that answers."""
    return current_app.config[_RATE]


costly = LIMITER.shared_limit(rate, scope="api")
"""Decorates the routes that compute; they share one allowance."""
