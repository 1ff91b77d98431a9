import re

from flask.testing import FlaskClient

from server.factory import create_server
from server.http.rate_limits import LARGE_BODY
from server.http.security import HEADERS, MAX_REQUEST_BYTES
from server.process.settings import Settings


def test_every_answer_carries_the_headers(client: FlaskClient):
    for answer in (client.get("/"), client.get("/healthz"), client.post("/_dash-update-component", json={})):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_policy_admits_the_pages_inline_scripts_and_no_others(client: FlaskClient):
    answer = client.get("/")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    page = re.sub(r"<!--.*?-->", "", answer.text, flags=re.DOTALL)
    scripts = re.findall(r"<script[^>]*>([^<]+)</script>", page)
    inline = [script for script in scripts if not script.startswith("{")]
    assert policy["script-src"].count("sha256-") >= len(inline) >= 2
    assert "unsafe" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert "https:" not in answer.headers["Content-Security-Policy"]


def test_large_request_is_refused_with_a_sentence(client: FlaskClient):
    body = b" " * (MAX_REQUEST_BYTES + 1)
    answer = client.post("/_dash-update-component", data=body, content_type="application/json")
    assert answer.status_code == 413
    assert "larger than" in answer.json["error"]


def test_named_sites_may_show_the_app_in_a_frame(settings: Settings):
    server = create_server(settings.model_copy(update={"frame_ancestors": "https://huggingface.co https://a.example"}))
    server.extensions["script_hashes"] = list
    server.add_url_rule("/page", view_func=lambda: "<p>")
    answer = server.test_client().get("/page")
    assert "frame-ancestors https://huggingface.co https://a.example" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers


def test_browsers_are_told_to_stay_with_tls_where_there_is_tls(settings: Settings):
    client = create_server(settings.model_copy(update={"trusted_proxies": 1})).test_client()
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    answer = client.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_too_many_files_from_one_address_are_refused(settings: Settings):
    server = create_server(settings.model_copy(update={"upload_rate_limit": "2 per minute"}))
    server.add_url_rule("/_dash-update-component", view_func=dict, methods=["POST"])
    client = server.test_client()
    file = b" " * (LARGE_BODY + 1)
    answers = [client.post("/_dash-update-component", data=file) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    seconds = int(answers[2].headers["Retry-After"])
    assert 1 <= seconds <= 61
    said = "This address has sent too many requests; 2 per 1 minute are allowed. Try again in "
    assert answers[2].json["error"] == f"{said}{seconds} seconds."
    assert client.post("/_dash-update-component", data=b"{}").status_code != 429
