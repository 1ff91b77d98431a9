import json
import re
import threading
import time
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
