"""A Redis that several hosts share: what one computed the other finds; gone, it costs no answer; back, it is used."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from server.factory import create_server
from server.http.cache import remembered
from server.process.settings import Settings
from tests.serving import free_port

CONTINUUM = {"flux": [[1.0] * 12]}


class Redis:
    """A Redis of the test's own that can go and come back."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._command = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(folder)]
        self._command += ["--bind", "127.0.0.1", "--loglevel", "warning"]
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        ping = ["redis-cli", "-p", str(self.port), "ping"]
        for _ in range(200):
            if subprocess.run(ping, capture_output=True, check=False).stdout == b"PONG\n":
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start.")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("Needs redis-server: install the package 'redis-server'.")
    started = Redis(tmp_path)
    yield started
    started.stop()


def result(server: Flask, key: str, value: bytes) -> bytes:
    with server.app_context():
        return remembered(key, lambda: value)


def predict(server: Flask) -> int:
    return server.test_client().post("/api/v1/predict", json=CONTINUUM).status_code


def test_redis_is_shared_goes_and_comes_back(redis: Redis, settings: Settings):
    def host() -> Flask:
        limits = {"api_rate_limit": "2 per minute"}
        return create_server(Settings(cache_dir=settings.cache_dir, redis_url=redis.url, **limits))  # type: ignore[arg-type]

    one, other = host(), host()
    assert result(one, "key", b"first") == b"first"
    assert result(other, "key", b"second") == b"first"
    # The allowance of an address is one for all hosts.
    statuses = [
        server.test_client().post("/api/v1/predict", json=CONTINUUM).status_code for server in (one, other, one)
    ]
    assert statuses == [200, 200, 429]

    redis.stop()
    began = time.monotonic()
    assert result(one, "key", b"third") == b"third"
    assert predict(one) in (200, 429)
    assert time.monotonic() - began < 5

    redis.start()
    assert result(one, "new", b"fourth") == b"fourth"
    assert result(other, "new", b"fifth") == b"fourth"
