"""What an enemy would send to the served product: each must be refused in a sentence, and leave it answering."""

import base64
import http.client
import json
import re
import socket
import threading
import time
import urllib.parse
from contextlib import suppress

import pytest

from server.http.rate_limits import LARGE_BODY
from server.http.security import MAX_REQUEST_BYTES
from server.worker.limits import GRACE_SECONDS, LINGER_SECONDS, THREADS
from tests.analysis.isolation.bombs import BOMBS
from tests.serving import PATIENCE, Served, serving

SCRIPT = "<script>alert(1)</script>"
EVIL = "evil.example"
PATIENCE_SECONDS = 60
PASSWD = re.compile(r"root:.*:0:0:")

pytestmark = pytest.mark.slow


def place(served: Served) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(served.url)
    return str(parts.hostname), int(parts.port or 80)


def ask(
    served: Served, path: str, method: str = "GET", body: object = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    """Ask without any tidying of the path, as an enemy would."""
    connection = http.client.HTTPConnection(*place(served), timeout=PATIENCE)
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


@pytest.mark.parametrize("head", ["Content-Length: 99999999", "Transfer-Encoding: chunked"])
def test_whoever_sends_too_much_can_read_why(head: str, served: Served):
    """The rest of the body is read and discarded, up to a limit in bytes and in seconds."""
    size = MAX_REQUEST_BYTES + (8 << 20)
    body = (
        b"x" * size
        if "Length" in head
        else b"%x\r\n" % (size // 2) + b"x" * (size // 2) + b"\r\n%x\r\n" % size + b"x" * size
    )
    with socket.create_connection(place(served), timeout=PATIENCE) as connection:
        connection.sendall(f"POST /api/v1/predict HTTP/1.1\r\nHost: {EVIL}\r\n{head}\r\n\r\n".encode() + body)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"larger than this server accepts" in answer
    began = time.monotonic()
    with socket.create_connection(place(served), timeout=PATIENCE) as connection, suppress(OSError):
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)
    assert time.monotonic() - began < LINGER_SECONDS + PATIENCE_SECONDS


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


def dripping(served: Served, count: int, head: bytes, piece: bytes, stop: threading.Event) -> list[threading.Thread]:
    """Clients that send a piece a second, until they are shut out or told to stop."""

    def drip() -> None:
        with suppress(OSError), socket.create_connection(place(served), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(head)
            while not stop.wait(1):
                connection.sendall(piece)

    clients = [threading.Thread(target=drip) for _ in range(count)]
    for client in clients:
        client.start()
    return clients


SLOW = {
    "headers": (b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nX-Half: ", b"a"),
    "bodies": (b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", b"a"),
    "chunks": (b"POST /api/v1/predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
}


@pytest.mark.parametrize("kind", SLOW)
def test_slow_clients_hold_nobody(kind: str, served: Served):
    """They are three times as many as there are threads, and still there when others have been answered."""
    stop = threading.Event()
    clients = dripping(served, 3 * THREADS, *SLOW[kind], stop)
    try:
        time.sleep(3)
        for _ in range(5):
            assert ask(served, "/healthz")[0] == 200
            assert ask(served, "/api/v1/model")[0] == 200
        assert any(client.is_alive() for client in clients), "they held nobody because they were gone"
    finally:
        stop.set()
        for client in clients:
            client.join()


def test_clients_that_do_not_take_their_answers_hold_nobody(served: Served):
    connections = []
    try:
        for _ in range(3 * THREADS):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(PATIENCE_SECONDS)
            connection.connect(place(served))
            connection.sendall(
                b"GET /_dash-component-suites/plotly/package_data/plotly.min.js HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            connections.append(connection)
        time.sleep(3)
        for _ in range(5):
            assert ask(served, "/healthz")[0] == 200
            assert ask(served, "/api/v1/model")[0] == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_thousand_idle_connections_hold_nobody(served: Served):
    connections = []
    try:
        with suppress(OSError):  # this process may have fewer descriptors
            connections.extend(socket.create_connection(place(served), timeout=PATIENCE_SECONDS) for _ in range(1000))
        assert len(connections) > 100
        assert ask(served, "/healthz")[0] == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_slow_client_is_shut_out_in_the_end(served: Served):
    with socket.create_connection(place(served), timeout=120) as connection:
        connection.sendall(b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nX-Half: a hea")
        assert connection.recv(100) == b""


CHUNKED = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "size", [b"xyz", b"-1", b"1;\0", b"0x1", b"", b" 1", b"1 ", b"\xb2", b"f" * 22, b"0" * 2000, b"1;" + b"a" * 2000]
)
def test_malformed_chunks_are_refused(size: bytes, served: Served):
    """At once: nothing is waited for, and what follows is no second request."""
    began = time.monotonic()
    answer = send(served, CHUNKED + size + b"\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", PATIENCE_SECONDS)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1
    assert time.monotonic() - began < GRACE_SECONDS / 2


def test_a_chunk_larger_than_any_body_is_refused_before_it_comes(served: Served):
    assert send(served, CHUNKED + b"fffffff\r\n", PATIENCE_SECONDS).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("line", [b"1" * 2**16, b"0\r\nX: " + b"a" * 2**16, b"1;a=" + b"b" * 2**16])
def test_a_line_of_a_chunk_without_end_is_refused(line: bytes, served: Served):
    assert send(served, CHUNKED + line, PATIENCE_SECONDS).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("length", [b"9" * 5000, b"-1", b"1e3", b"0x10", b"\xb2", b"1, 1"])
def test_a_length_that_is_none_is_refused(length: bytes, served: Served):
    head = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + b"\r\n\r\n"
    assert send(served, head, PATIENCE_SECONDS).startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))


def test_bodies_of_unknown_length_count_as_files(served: Served):
    chunk = b"2\r\n{}\r\n0\r\n\r\n"
    head = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    large = b"a" * (LARGE_BODY + 1)
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(large), large)
    assert b" 400 " in send(served, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk, PATIENCE_SECONDS)
    with serving(UPLOAD_RATE_LIMIT="3 per minute") as limited:
        answers = [send(limited, head + b"Transfer-Encoding: chunked\r\n\r\n" + body, 60)[:20] for _ in range(6)]
    assert sum(b" 429 " in answer for answer in answers) == 3


@pytest.mark.parametrize("header", ["X-Forwarded-Proto: https", "X-Forwarded-Prefix: /x", "SCRIPT_NAME: /x"])
def test_what_a_proxy_would_say_counts_from_nobody(header: str, served: Served):
    answer = send(
        served, f"GET / HTTP/1.1\r\nHost: a\r\n{header}\r\nConnection: close\r\n\r\n".encode(), PATIENCE_SECONDS
    )
    head = answer.partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 200")
    assert b"Strict-Transport-Security" not in head


def test_while_a_bomb_is_read_a_second_visitor_is_answered(served: Served):
    """Bombs are sent one after the other until the visitor has three answers; docs/reliability.md has the times."""
    bomb = base64.b64encode(BOMBS["nulls.parquet"]()).decode()
    call = called(
        "predict-doctor.children", {"predict-file": [{"name": "a.parquet", "contents": f"data:;base64,{bomb}"}]}, served
    )
    answers: list[tuple[int, str]] = []

    answered = threading.Event()

    def send_bombs() -> None:
        while not answered.is_set():
            status, _, text = ask(served, "/_dash-update-component", "POST", call, Content_Type="application/json")
            answers.append((status, text))

    ask(served, "/_dash-update-component", "POST", call.replace(bomb, "YSxiCjEsMgo="), Content_Type="application/json")
    sender = threading.Thread(target=send_bombs)
    sender.start()
    times = []
    flux = json.dumps({"flux": [[1.0] * 12]})
    name, version = catalogue(served)
    for _ in range(3):
        began = time.monotonic()
        assert ask(served, "/healthz")[0] == 200
        assert ask(served, f"/catalogues/{name}/columns/redshift.bin?v={version}")[0] == 200
        assert ask(served, "/api/v1/predict", "POST", flux, Content_Type="application/json")[0] == 200
        times.append(time.monotonic() - began)
    answered.set()
    sender.join()
    assert answers[0][0] == 200
    assert "takes more" in answers[0][1]
    print(f"a second visitor waited {max(times):.2f} s for three answers")  # noqa: T201


def called(output: str, values: dict[str, object], served: Served) -> str:
    """The call of the callback that fills an output, as a page makes it."""
    every = json.loads(ask(served, "/_dash-dependencies")[2])
    one = next(each for each in every if output in each["output"] and not each["clientside_function"])
    names = one["output"].removeprefix("..").removesuffix("..").split("...")
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    inputs = [
        {"id": part["id"], "property": part["property"], "value": values.get(part["id"])} for part in one["inputs"]
    ]
    changed = [f"{part['id']}.{part['property']}" for part in inputs]
    return json.dumps(
        {"output": one["output"], "outputs": outputs, "inputs": inputs, "state": [], "changedPropIds": changed}
    )
