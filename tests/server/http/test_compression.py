import gzip
import re
import subprocess
import sys

import brotli
import pytest
from flask.testing import FlaskClient

from server.http.compression import compress
from tests.serving import ROOT

DECOMPRESS = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("encoding", DECOMPRESS)
@pytest.mark.parametrize("path", ["/_dash-dependencies", "/assets/style.css"])
def test_compressed_is_the_same_content(path, encoding, client: FlaskClient):
    client.get("/")  # Dash collects its callbacks at the first request.
    plain = client.get(path).data
    answer = client.get(path, headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert DECOMPRESS[encoding](answer.data) == plain


def test_brotli_is_preferred_and_refusals_are_heeded(client: FlaskClient):
    def chosen(accepted: str) -> str | None:
        return client.get("/", headers={"Accept-Encoding": accepted}).headers.get("Content-Encoding")

    assert chosen("gzip, deflate, br") == "br"
    assert chosen("gzip, br;q=0") == "gzip"
    assert chosen("identity") is None


@pytest.mark.parametrize("named_by_content", [True, False])
def test_file_is_compressed_once(named_by_content, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    address = re.search(r'src="(/[^"]*dash_renderer[^"]+)"', client.get("/").text)[1]
    if not named_by_content:
        address = re.sub(r"\.v[^.]+", "", address)
    first = client.get(address, headers={"Accept-Encoding": "br"}).data

    def not_again(*_):
        pytest.fail("compressed a second time")

    monkeypatch.setattr("server.http.compression.compress", not_again)
    assert client.get(address, headers={"Accept-Encoding": "br"}).data == first


def test_callback_answers_are_compressed(client: FlaskClient):
    call = {"output": "shown.children", "outputs": {"id": "shown", "property": "children"}}
    call["inputs"] = [{"id": "typed", "property": "value", "value": "x"}]
    answer = client.post("/_dash-update-component", json=call, headers={"Accept-Encoding": "br"})
    assert b"You typed x" in brotli.decompress(answer.data)


def test_compression_is_deterministic():
    # A body's compressed copies share its ETag.
    assert compress(b"a" * 1000, "gzip", 9) == compress(b"a" * 1000, "gzip", 9)


TAKEN = """
import os, resource
from server.http.compression import LASTING, compress

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

columns, before = [os.urandom(rows) for rows in (20_000, 173_188)], peak()
for column in columns:
    compress(column, "br", LASTING)
print(peak() - before)
"""


def test_a_column_is_compressed_in_little_memory():
    """Eight are compressed at a time, where a visitor chooses other panels."""
    told = subprocess.run([sys.executable, "-c", TAKEN], capture_output=True, text=True, check=True, cwd=ROOT)
    assert float(told.stdout) < 4
