"""nginx and Caddy with the files of packaging/ in front of the real server, reached over TLS."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

from server.http.security import MAX_REQUEST_BYTES
from tests.serving import PATIENCE, ROOT, Served, free_port, serving

pytestmark = pytest.mark.slow

HOST = "neon.example.org"
PREDICTIONS = 3
FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Proto": "http",
    "Forwarded": "for=203.0.113.66;host=evil.example;proto=http",
    "X-Request-ID": "forged-by-a-visitor",
}
GALAXY = b'{"flux": [[1,1,1,1,1,1,1,1,1,1,1,1]]}'
NGINX = """pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
CADDY = """{{
	admin off
	skip_install_trust
	storage file_system {folder}/caddy
	http_port {http}
	https_port {https}
	default_bind 127.0.0.1
}}
{site}
"""


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


class Proxy(NamedTuple):
    """A proxy in front of the server; visitors' addresses begin with `network`."""

    name: str
    http: int
    https: int
    certificate: Path
    network: str

    def ask(
        self,
        path: str,
        visitor: int = 1,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        tls: bool = True,
    ) -> Answer:
        source = (f"{self.network}.{visitor}", 0)
        connection = http.client.HTTPConnection("127.0.0.1", timeout=PATIENCE)
        connection.sock = socket.create_connection(("127.0.0.1", self.https if tls else self.http), PATIENCE, source)
        if tls:
            trusted = ssl.create_default_context(cafile=self.certificate)
            connection.sock = trusted.wrap_socket(connection.sock, server_hostname=HOST)
        sent = {"Host": HOST, "Content-Type": "application/json"} | (headers or {})
        try:
            # A body that is too large may be answered, and the connection closed, before it was sent.
            with suppress(OSError):
                connection.request("POST" if body is not None else "GET", path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


def replaced(file: str, *pairs: tuple[str, str]) -> str:
    """Return a file of packaging/ with other ports and certificates."""
    text = (ROOT / "packaging" / file).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, f"{file} no longer says {old}"
        text = text.replace(old, new)
    return text


def nginx(folder: Path, proxy: Proxy, server: str, key: Path) -> list[str]:
    site = replaced(
        "nginx/galactic-neon.conf",
        ("127.0.0.1:8050", server),
        ("listen 80;", f"listen 127.0.0.1:{proxy.http};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{proxy.https} ssl"),
        ("/etc/letsencrypt/live/neon.example.org/fullchain.pem", str(proxy.certificate)),
        ("/etc/letsencrypt/live/neon.example.org/privkey.pem", str(key)),
    )
    # A machine that runs tests may lack IPv6.
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site))
    return ["nginx", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log", "-g", "daemon off;"]


def caddy(folder: Path, proxy: Proxy, server: str, key: Path) -> list[str]:
    site = replaced(
        "caddy/Caddyfile",
        ("127.0.0.1:8050", server),
        (f"{HOST} {{\n", f"{HOST} {{\n\ttls {proxy.certificate} {key}\n"),
    )
    (folder / "Caddyfile").write_text(CADDY.format(folder=folder, site=site, http=proxy.http, https=proxy.https))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


PROXIES: dict[str, Callable[[Path, Proxy, str, Path], list[str]]] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(TRUSTED_PROXIES="1", API_RATE_LIMIT=f"{PREDICTIONS} per hour") as started:
        yield started


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that nginx can reach, which works as another user if root starts it; pytest's folders are private."""
    with tempfile.TemporaryDirectory(prefix="galactic-neon-proxy-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def running(
    name: str, served: Served, open_folder: Path, folder_name: str, *changes: tuple[str, str]
) -> Iterator[Proxy]:
    """Start a proxy with the file of packaging/ and with changes to it."""
    program = shutil.which(name, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip(f"Needs {name} and openssl: install the packages with these names.")
    folder = open_folder / folder_name
    folder.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = f"-newkey rsa:2048 -nodes -days 1 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}".split()
    made = ["openssl", "req", "-x509", *words, "-out", certificate, "-keyout", key]
    subprocess.run(made, check=True, capture_output=True)
    # Each proxy has its own visitors, because the server counts their requests.
    number = 1 + list(PROXIES).index(name)
    started = Proxy(name, free_port(), free_port(), certificate, f"127.0.{number}")
    command = PROXIES[name](folder, started, served.url.removeprefix("http://"), key)
    for old, new in changes:
        config = next(folder.glob("*.conf"))
        text = config.read_text()
        assert old in text
        config.write_text(text.replace(old, new))
    with (folder / "log").open("wb") as log, subprocess.Popen([program, *command[1:]], stderr=log) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while True:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline
                try:
                    started.ask("/healthz")
                    break
                except OSError:
                    time.sleep(0.1)
            yield started
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, served: Served, open_folder: Path) -> Iterator[Proxy]:
    with running(request.param, served, open_folder, request.param) as started:
        yield started


def test_tls_is_seen_and_plain_requests_are_sent_to_it(proxy: Proxy):
    answer = proxy.ask("/version", headers=FORGED)
    assert answer.status == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    moved = proxy.ask("/version", tls=False)
    assert moved.status in (301, 308)
    assert moved.headers["Location"].startswith(f"https://{HOST}")


def test_forged_headers_are_dropped(proxy: Proxy):
    moved = proxy.ask("/api/v1", headers=FORGED)
    assert (moved.status, moved.headers["Location"]) == (308, f"https://{HOST}/api/v1/")
    named = proxy.ask("/version", headers=FORGED).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f-]{32,36}", named)


def test_each_visitor_has_a_limit_that_no_header_evades(proxy: Proxy):
    seen = [
        proxy.ask("/api/v1/predict", 2, GALAXY, FORGED | {"X-Forwarded-For": f"203.0.113.{number}"}).status
        for number in range(PREDICTIONS + 1)
    ]
    assert seen == [200] * PREDICTIONS + [429]
    assert proxy.ask("/api/v1/predict", 3, GALAXY).status == 200


def test_the_largest_body_that_the_server_accepts_passes(proxy: Proxy):
    answer = proxy.ask("/api/v1/predict", 4, b"1" * (MAX_REQUEST_BYTES - 1), {"Content-Type": "text/csv"})
    # It was read: one line of digits is no table.
    assert answer.status == 422
    assert b"The body, row 1" in answer.body


@pytest.mark.parametrize("excess", [1, 20 << 20])
def test_a_larger_body_is_refused(proxy: Proxy, excess: int):
    answer = proxy.ask("/api/v1/predict", 4, b"1" * (MAX_REQUEST_BYTES + excess))
    # nginx compares the length itself; Caddy passes the body on, and the server reads it after its answer.
    assert answer.status == 413


def test_nginx_passes_on_what_the_server_says_of_a_body_that_is_too_large(served: Served, open_folder: Path):
    """Closed with unread bytes, the connection would be reset, and nginx answer 502."""
    with running(
        "nginx", served, open_folder, "unlimited", ("client_max_body_size 28m;", "client_max_body_size 0;")
    ) as (unlimited):
        for excess in (1, 20 << 20):
            answer = unlimited.ask("/api/v1/predict", 4, b"1" * (MAX_REQUEST_BYTES + excess))
            assert answer.status == 413
            assert b"larger than this server accepts" in answer.body


def test_no_visitor_reads_the_metrics(proxy: Proxy):
    assert proxy.ask("/metrics").status == 404
