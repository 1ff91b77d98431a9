"""The cache of computed responses: files on one host, or Redis across hosts.

The cache uses pickle, so visitors' data must never be put into it, and its folder is private.
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
"""Folder below `CACHE_DIR`. The cache deletes surplus files in it, so it must hold nothing else."""

cache = Cache()


def install(server: Flask, settings: Settings) -> None:
    """Configure the cache from the settings."""
    cache.init_app(server, config=_configuration(settings))


def remembered(key: str, make: Callable[[], bytes]) -> bytes:
    """Return the cached bytes of a key; if there are none, call `make` and cache what it returns.

    If the cache fails, for example because Redis is unreachable, the failure is logged and `make` is called.
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
