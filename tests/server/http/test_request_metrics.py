import json
import logging
import logging.config
import re
import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.factory import create_server
from server.process.settings import Settings
from tests.serving import ROOT

TOKEN = "a-token-long-enough"  # noqa: S105

LOG = """
import logging.config
from server.process import logs
logging.config.dictConfig(logs.configuration("json", "info"))
logs.REQUEST_ID.set("0123abcd")
logging.getLogger("somewhere").info("two\\nlines of %s", "text", extra={"status": 200})
"""


def test_every_answer_has_an_id_of_its_own(client: FlaskClient):
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(1, "from-the-proxy-1", True), (0, "from-the-visitor", False), (1, "x" * 65, False), (1, "a b; c=1 {}()", False)],
)
def test_an_id_is_kept_only_from_a_trusted_proxy(proxies, given, kept, settings: Settings):
    server = create_server(settings.model_copy(update={"trusted_proxies": proxies}))
    answer = server.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


def test_a_log_line_is_one_json_object_with_the_requests_id():
    done = subprocess.run([sys.executable, "-c", LOG], cwd=ROOT, capture_output=True, text=True, check=True)
    line = json.loads(done.stderr)
    assert (line["message"], line["request_id"], line["status"]) == ("two\nlines of text", "0123abcd", 200)
    assert {"timestamp", "level", "logger"} <= line.keys()


def test_requests_are_logged_without_what_visitors_sent(settings: Settings, caplog: pytest.LogCaptureFixture):
    server = create_server(settings.model_copy(update={"log_format": "json"}))
    with caplog.at_level(logging.INFO):
        client = server.test_client()
        client.get("/healthz?flux=secret-of-a-visitor")
        client.get("/secret-of-a-visitor")
        client.post("/api/v1/predict", json={"flux": [["secret-of-a-visitor"] * 12]})
        client.post("/api/v1/predict", data="secret-of-a-visitor", content_type="text/csv")
    assert "secret-of-a-visitor" not in caplog.text
    told = [
        (vars(record)["route"], vars(record)["status"])
        for record in caplog.records
        if record.name == "galactic_neon.requests"
    ]
    assert told == [("/healthz", 200), ("none", 404), ("/api/v1/predict", 422), ("/api/v1/predict", 422)]


def test_numbers_count_requests_by_route(client: FlaskClient):
    for _ in range(3):
        client.get("/healthz")
    text = client.get("/metrics").text
    counted = re.search(r'galactic_neon_requests_total{method="GET",route="/healthz",status="200"} (\S+)', text)
    assert counted is not None
    assert float(counted[1]) >= 3
    assert 'galactic_neon_request_seconds_bucket{le="0.4",route="/healthz"}' in text
    assert "galactic_neon_requests_in_progress 1.0" in text


def test_numbers_are_for_this_machine_or_who_has_the_token(client: FlaskClient, settings: Settings):
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    guarded = create_server(settings.model_copy(update={"metrics_token": TOKEN})).test_client()
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_paths_and_methods_that_visitors_invent_make_no_series(server: Flask):
    client = server.test_client()
    client.get("/healthz/invented-path")
    client.open("/healthz", method="INVENTED")
    assert "invented" not in client.get("/metrics").text.lower()
