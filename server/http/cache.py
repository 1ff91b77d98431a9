"""One cache for what can be computed again: files on one host, Redis across hosts.

The cache pickles what it keeps, so nothing a user sent is ever put into it, and its folder is private.
"""

from collections.abc import Callable
from typing import Any, Final

from flask import Flask
from flask_caching import Cache

from server.process.folders import private_folder
from server.process.settings import Settings

KEEP_SECONDS: Final = 30 * 24 * 3600
MAX_FILES: Final = 2000
FOLDER: Final = "answers"
"""Below `CACHE_DIR`: what counts and deletes its own files shares a folder with nobody."""

cache = Cache()


def install(server: Flask, settings: Settings) -> None:
    """Connect the cache to where the settings keep it."""
    cache.init_app(server, config=_configuration(settings))


def remembered(key: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` returned for this key before, or let it make it now.

    Where the cache fails, the failure is logged and `make` is called: an unreachable Redis costs time, not answers.
    """
    return cache.cached(key_prefix=key)(make)()


def _configuration(settings: Settings) -> dict[str, Any]:
    if settings.redis_url is not None:
        return {
            "CACHE_TYPE": "RedisCache",
            "CACHE_REDIS_URL": str(settings.redis_url),
            "CACHE_KEY_PREFIX": "galactic-neon:",
            "CACHE_DEFAULT_TIMEOUT": KEEP_SECONDS,
            "CACHE_OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    return {
        "CACHE_TYPE": "FileSystemCache",
        "CACHE_DIR": str(private_folder(settings.cache_dir / FOLDER)),
        "CACHE_THRESHOLD": MAX_FILES,
        "CACHE_DEFAULT_TIMEOUT": KEEP_SECONDS,
    }
