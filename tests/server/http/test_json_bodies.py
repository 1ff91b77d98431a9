"""Hostile bodies of the API are refused at their first faults, before they fill the memory."""

import gc
import json
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.http.json_bodies import problem_of

ROW = [1.0] * 12
BODIES = {
    "rows of no numbers": {"flux": [["x"] * 12] * 30_000},
    "long rows": {"flux": [["x"] * 300_000]},
    "many rows": {"flux": [ROW] * 60_000},
    "unknown fields": {"flux": [ROW], **{f"f{n}": n for n in range(300_000)}},
    "luminosities": {"flux": [ROW], "log_luminosity": ["x"] * 900_000},
    "redshifts": {"flux": [ROW], "redshift": [[]] * 900_000},
    "names": {"flux": [ROW], "ids": [{}] * 900_000},
    "a long name": {"flux": [ROW], "ids": ["x" * 4_000_000]},
    "wavelengths": {"wavelength": ["x"] * 400_000, "flux": [None] * 400_000},
    "a list": [[]] * 900_000,
}
MANY_MIB = 300


@pytest.fixture(autouse=True, scope="module")
def frozen() -> Iterator[None]:
    """Leave the objects of other tests out of garbage collections, as gunicorn.conf.py does with those of a start.

    Memory is returned after a large body, and that collection would take seconds in a process of many tests.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("path", ["/api/v1/predict", "/api/v1/catalogues/mock/place", "/api/v1/spectrum/bins"])
@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_with_few_words_and_little_memory(name: str, path: str, client: FlaskClient):
    body = json.dumps(BODIES[name])
    tracemalloc.start()
    before = time.process_time()
    answer = client.post(path, data=body, content_type="application/json")
    spent, (_, peak) = time.process_time() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code in (404, 422), answer.text[:300]
    assert len(answer.text) < 10_000
    assert peak < MANY_MIB * 2**20
    assert spent < 20, "processor time; a body of 4 MB once took 50 s"


WORST = {
    "lists": lambda size: b'{"x":[' + b"[]," * (size // 3) + b"1]}",
    "objects": lambda size: b'{"x":[' + b"{}," * (size // 3) + b"1]}",
    "keys": lambda size: b"{" + b",".join(b'"%d":1' % number for number in range(size // 11)) + b"}",
    "texts": lambda size: b'{"x":[' + b'"ab",' * (size // 5) + b"1]}",
    "nulls": lambda size: b'{"flux":[' + b"null," * (size // 5) + b"1]}",
    "numbers": lambda size: b'{"flux":[' + b"1e5," * (size // 4) + b"1]}",
    "depth": lambda size: b"[" * 20_000 + b"1" * (size - 50_000) + b"]" * 20_000,
    "digits": lambda size: b'{"flux":[' + b"9" * size + b"]}",
    "escapes": lambda size: b'{"x":"' + rb"\ud83d\ude00" * (size // 12) + b'"}',
}
"""What fills a body with the most Python objects, or takes longest to read."""
MOST_MIB, MOST_SECONDS = 100, 1


@pytest.mark.parametrize("path", ["/api/v1/predict", "/api/v1/spectrum/bins", "/_dash-update-component"])
@pytest.mark.parametrize("kind", WORST)
def test_the_worst_json_takes_little_memory_and_time(kind: str, path: str, client: FlaskClient):
    """As much of it as is read at all, and as much as comes through the count of its values."""
    for size in (4 << 20, 8 << 20) if path.startswith("/api") else (4 << 20, 26 << 20):
        body = WORST[kind](size - 1000)
        spent, peak = costs(client, path, body)
        # The body itself is held twice by the client that is tested with.
        assert peak - 3 * len(body) < MOST_MIB * 2**20
        assert spent < MOST_SECONDS


def test_what_is_just_under_the_count_takes_little(client: FlaskClient):
    for kind, size in (("lists", 70_000), ("texts", 1_200_000), ("keys", 2_600_000)):
        body = WORST[kind](size)
        assert not problem_of(body)
        spent, peak = costs(client, "/api/v1/predict", body)
        assert peak < MOST_MIB * 2**20
        assert spent < MOST_SECONDS


def costs(client: FlaskClient, path: str, body: bytes) -> tuple[float, int]:
    """Processor seconds of a refusal, and the most bytes that it took; tracing memory takes time of its own."""
    began = time.process_time()
    answer = client.post(path, data=body, content_type="application/json")
    spent = time.process_time() - began
    assert answer.status_code in (400, 422), answer.text[:300]
    tracemalloc.start()
    client.post(path, data=body, content_type="application/json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return spent, peak


def test_json_beyond_what_the_limits_need_is_refused_unread(client: FlaskClient, server: Flask):
    assert client.post("/api/v1/predict", data=b" " * (9 << 20), content_type="application/json").status_code == 413
