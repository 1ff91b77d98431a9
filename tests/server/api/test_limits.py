"""Hostile bodies of the API are refused at their first faults, before they fill the memory."""

import json
import time
import tracemalloc

import pytest
from flask import Flask
from flask.testing import FlaskClient

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


def test_json_beyond_what_the_limits_need_is_refused_unread(client: FlaskClient, server: Flask):
    assert client.post("/api/v1/predict", data=b" " * (9 << 20), content_type="application/json").status_code == 413
