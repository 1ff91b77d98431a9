import json
import os
import re
import resource
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.catalogue import registry
from server.factory import create_server
from server.process import health, selftest
from server.process.settings import Settings
from tests.serving import PATIENCE, ROOT


def test_alive_before_ready(client: FlaskClient):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").status_code == 503


def test_ready_once_every_step_is_done(server: Flask, client: FlaskClient, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(registry, "served", lambda: {"any": object()})
    go_on = threading.Event()
    health.prepare(server, tmp_path / "turns", {"network": go_on.wait})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["steps"]["network"]) == (503, "waiting")
    go_on.set()
    server.extensions["preparation"]["network"].result(timeout=10)
    assert client.get("/readyz").json == {"ready": True, "steps": {"catalogues": "done", "network": "done"}}


def test_failed_step_is_said_and_logged(server: Flask, client: FlaskClient, caplog, tmp_path: Path):
    health.prepare(server, tmp_path / "turns", {"network": lambda: 1 / 0})
    server.extensions["preparation"]["network"].exception(timeout=10)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["steps"]["network"]) == (503, "failed")
    # Who waits for the step is told before the log is.
    deadline = time.monotonic() + PATIENCE
    while not caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "Preparing failed: network" in caplog.text


def test_a_step_that_failed_for_want_of_descriptors_is_tried_again(server, client, monkeypatch, caplog, tmp_path: Path):
    monkeypatch.setattr(registry, "served", lambda: {"any": object()})
    monkeypatch.setattr(health, "PAUSES", (0.2,) * 20)
    with (tmp_path / "first").open("w") as probe:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe.fileno() + 1, hard))
    opened = []
    try:
        with suppress(OSError):
            while True:
                opened.append(os.dup(0))
        health.prepare(server, tmp_path / "turns", {"network": lambda: None})
        deadline = time.monotonic() + PATIENCE
        while "tried again" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.01)
        assert client.get("/readyz").json["steps"]["network"] == "waiting"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in opened:
            os.close(descriptor)
    server.extensions["preparation"]["network"].result(timeout=PATIENCE)
    assert client.get("/readyz").status_code == 200
    assert "network failed (OSError)" in caplog.text


@pytest.mark.parametrize(("error", "attempts"), [(OSError, 3), (MemoryError, 3), (ImportError, 3), (ValueError, 1)])
def test_a_step_is_tried_a_bounded_number_of_times(error, attempts, server, client, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(health, "PAUSES", (0.01, 0.01))
    tried = []

    def step() -> None:
        tried.append(1)
        raise error("no more")

    health.prepare(server, tmp_path / "turns", {"network": step})
    assert isinstance(server.extensions["preparation"]["network"].exception(timeout=PATIENCE), error)
    assert len(tried) == attempts
    assert client.get("/readyz").json["steps"]["network"] == "failed"


def test_workers_of_one_host_prepare_in_turn(tmp_path: Path):
    running, most = [0], [0]
    guard = threading.Lock()

    def step() -> None:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.1)
        with guard:
            running[0] -= 1

    workers = [Flask(name) for name in ("first", "second")]
    for worker in workers:
        health.prepare(worker, tmp_path / "turns", {"one": step, "two": step}, {"three": step})
    for worker in workers:
        for future in (*worker.extensions["preparation"].values(), *worker.extensions["afterwards"].values()):
            future.result(timeout=60)
    assert most == [1]


def test_version_is_the_releases(client: FlaskClient):
    answer = client.get("/version").json
    assert f'version = "{answer["version"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert len(answer["models"]["default"]) == 64
    assert re.fullmatch(r"[0-9a-f]{7,40}(-dirty)?|unknown", answer["revision"])


def test_version_says_the_revision_that_the_platform_gives(settings: Settings):
    server = create_server(settings.model_copy(update={"revision": "c0ffee0"}))
    assert server.test_client().get("/version").json["revision"] == "c0ffee0"


def test_wrong_prediction_is_never_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    golden = json.loads(selftest.GOLDEN.read_text(encoding="utf-8"))
    golden["values"]["colors"][3] += 0.1
    changed = tmp_path / "golden.json"
    changed.write_text(json.dumps(golden), encoding="utf-8")
    monkeypatch.setattr(selftest, "GOLDEN", changed)
    with pytest.raises(selftest.SelfTestError, match="colors"):
        selftest.check()
