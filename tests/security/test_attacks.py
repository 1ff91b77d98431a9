"""What an enemy would send to the served product: each must be refused in a sentence, and leave it answering."""

import http.client
import json
import re
import socket
import time
import urllib.parse

import pytest

from tests.serving import Served

SCRIPT = "<script>alert(1)</script>"
EVIL = "evil.example"
STALLED = 12  # more than a worker has threads
PATIENCE_SECONDS = 20
PASSWD = re.compile(r"root:.*:0:0:")

pytestmark = pytest.mark.slow


def place(served: Served) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(served.url)
    return str(parts.hostname), int(parts.port or 80)


def ask(
    served: Served, path: str, method: str = "GET", body: object = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    """Ask without any tidying of the path, as an enemy would."""
    connection = http.client.HTTPConnection(*place(served), timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent)  # type: ignore[arg-type]
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, answer.headers, text


def send(served: Served, raw: bytes, seconds: float = 10) -> bytes:
    """Send bytes as they are and give what comes back."""
    with socket.create_connection(place(served), timeout=seconds) as connection:
        connection.sendall(raw)
        return connection.recv(4096)


def catalogue(served: Served) -> tuple[str, str]:
    return next(iter(json.loads(ask(served, "/version")[2])["catalogues"].items()))


@pytest.mark.parametrize(
    "path",
    [
        f"/?galaxy={SCRIPT}&catalogue={SCRIPT}&at={SCRIPT}",
        f"/{SCRIPT}",
        f"/catalogues/{SCRIPT}/columns/x.bin",
        f"/models/{SCRIPT}/shared.safetensors",
        f"/api/v1/{SCRIPT}",
        f"/api/v1/catalogues/{SCRIPT}/galaxies/{SCRIPT}",
        f"/predict?flux={SCRIPT}",
        f"/assets/{SCRIPT}.js",
    ],
)
def test_no_script_comes_back_as_a_script(path, served: Served):
    for asked in (path, urllib.parse.quote(path, safe="/?=&")):
        status, headers, text = ask(served, asked.replace(" ", "%20"))
        assert status < 500
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert SCRIPT not in text or headers.get_content_type() != "text/html"


def test_names_that_a_visitor_chose_come_back_as_data(served: Served):
    body = json.dumps({"flux": [[1.0] * 12], "ids": [SCRIPT]})
    status, headers, text = ask(served, "/api/v1/predict", "POST", body, Content_Type="application/json")
    assert (status, headers.get_content_type()) == (200, "application/json")
    assert json.loads(text)["ids"] == [SCRIPT]
    table = f"{SCRIPT},flux_00\n1,1\n"
    status, headers, _ = ask(served, "/api/v1/predict", "POST", table, Content_Type="text/csv")
    assert (status, headers.get_content_type()) == (422, "application/problem+json")


def test_text_that_a_spreadsheet_would_run_is_made_harmless(served: Served):
    names = ",".join(f"flux_{number:02d}" for number in range(12))
    row = ",".join(["1"] * 12)
    formulas = ["=1+1", "+1+1", "@SUM(A1)", "-1+cmd|' /C calc'!A0", "\t=1"]
    table = f"name,{names}\n" + "".join(f'"{formula}",{row}\n' for formula in formulas)
    status, _, text = ask(served, "/api/v1/predict", "POST", table, Content_Type="text/csv")
    assert status == 200
    cells = [line.partition(",")[0].strip('"') for line in text.splitlines() if not line.startswith("#")][1:]
    assert len(cells) == len(formulas)
    assert all(cell.startswith("'") for cell in cells)


@pytest.mark.parametrize(
    "path",
    [
        "/catalogues/{up}etc/passwd/columns/redshift.bin?v=1",
        "/catalogues/mock/columns/{up}etc/passwd.bin",
        "/models/{up}etc/passwd/shared.safetensors",
        "/assets/{up}etc/passwd",
        "/assets/{up}app.py",
        "/_dash-component-suites/dash/{up}etc/passwd",
        "/api/v1/catalogues/{up}etc/passwd/galaxies/1",
        "/?catalogue={up}etc/passwd",
    ],
)
@pytest.mark.parametrize("up", ["../../../../../", "..%2f..%2f..%2f..%2f..%2f", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/"])
def test_no_path_leads_out(path, up, served: Served):
    status, _, text = ask(served, path.format(up=up))
    assert status in (200, 302, 400, 404)
    assert not PASSWD.search(text)
    assert "FingerprintedDash" not in text


@pytest.mark.parametrize("model", ["../../etc/passwd", "/etc/passwd", "default.json", "..", "", "a\x00b", "x" * 65])
def test_a_model_is_a_name_and_not_a_file(model, served: Served):
    body = json.dumps({"flux": [[1.0] * 12], "model": model})
    status, _, text = ask(served, "/api/v1/predict", "POST", body, Content_Type="application/json")
    assert status == 422
    assert not PASSWD.search(text)


def test_deeply_nested_json_is_refused(served: Served):
    deep = b"[" * 200_000
    for path in ("/api/v1/predict", "/_dash-update-component"):
        status, _, text = ask(served, path, "POST", deep, Content_Type="application/json")
        assert status in (400, 422), path
        assert "Traceback" not in text
    filled = b'{"output":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001
    assert ask(served, "/_dash-update-component", "POST", filled, Content_Type="application/json")[0] == 400


def test_numbers_beyond_all_bounds_are_refused(served: Served):
    for number in ("1e999", "9" * 5000, "NaN", "-Infinity"):
        body = f'{{"flux": [[{",".join([number] * 12)}]]}}'
        status, _, text = ask(served, "/api/v1/predict", "POST", body, Content_Type="application/json")
        assert status in (200, 400, 422), number
        assert status != 200 or json.loads(text)["problems"][0]


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(served: Served):
    head = "POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    began = time.monotonic()
    assert b" 413 " in send(served, f"{head}Content-Length: 99999999999\r\n\r\n".encode())
    assert time.monotonic() - began < 5


def test_a_line_break_in_a_header_or_path_makes_no_header(served: Served):
    raw = b"GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\nX-Request-ID: x%0d%0aSet-Cookie: a=b\r\n\r\n"
    head = send(served, raw).partition(b"\r\n\r\n")[0]
    assert b"\r\nSet-Cookie" not in head
    name, version = catalogue(served)
    path = f"/catalogues/{name}/columns/redshift.bin?v={version}%0d%0aSet-Cookie:a=b"
    assert "Set-Cookie" not in ask(served, path)[1]


def test_two_lengths_of_one_body_are_refused(served: Served):
    head = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
    answer = send(served, head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert not answer.startswith(b"HTTP/1.1 2")
    raw = b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n"
    assert send(served, raw).startswith(b"HTTP/1.1 400")


def test_no_header_of_a_visitor_gets_into_what_others_are_shown(served: Served):
    name, version = catalogue(served)
    poison = {"Host": EVIL, "X_Forwarded_Host": EVIL, "X_Forwarded_Prefix": f"/{EVIL}", "X_Original_URL": f"/{EVIL}"}
    for path in ("/", "/_dash-layout", "/api/v1/openapi.json", f"/catalogues/{name}/columns/redshift.bin?v={version}"):
        _, headers, text = ask(served, path, **poison)
        assert EVIL not in text + str(headers), path
        assert "Set-Cookie" not in headers
    # What is wrong is kept by nobody: a stale version, a column that is none, a catalogue that is none.
    for path in (f"/catalogues/{name}/columns/redshift.bin?v=old", f"/catalogues/{name}/columns/no.bin?v={version}"):
        status, headers, _ = ask(served, path)
        assert status == 404
        assert "max-age" not in headers.get("Cache-Control", "")


def test_clients_that_dawdle_silence_nobody(served: Served):
    waiting = []
    try:
        for number in range(STALLED):
            connection = socket.create_connection(place(served), timeout=PATIENCE_SECONDS)
            waiting.append(connection)
            body = b"Content-Length: 100\r\n\r\nhalf a body" if number % 4 == 3 else b"X-Half: a hea"
            # Half a body waits for its own, longer deadline: fewer of them than there are threads.
            connection.sendall(b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\n" + body)
        began = time.monotonic()
        assert ask(served, "/healthz")[0] == 200
        assert time.monotonic() - began < PATIENCE_SECONDS
    finally:
        for connection in waiting:
            connection.close()
