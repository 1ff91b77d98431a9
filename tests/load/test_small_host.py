"""The server on a host with 512 MiB, in a control group of the kernel: nothing that visitors do ends a process."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.buttons import press_everything
from benchmarks.memory import LIMIT, settle
from tests.serving import ROOT, Served, serving
from tests.small_host import SmallHost, small_host

EXAMPLE = ROOT / "data" / "files" / "examples" / "example_fluxes.csv"
ROWS = 2_000


@pytest.fixture
def host() -> Iterator[SmallHost]:
    with small_host(LIMIT) as made:
        if made is None:
            pytest.skip("This user may make no control group.")
        yield made


def post(served: Served, body: bytes, kind: str, query: str = "") -> bytes:
    request = urllib.request.Request(f"{served.url}/api/v1/predict{query}", body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        said = error.read()
        # A file that needs more than is left is refused by name.
        if error.code == 422 and b"short of memory" in said:
            return said
        raise


@pytest.mark.soak
def test_a_first_start_and_large_tables_fit(host: SmallHost, tmp_path: Path):
    names = ",".join(f"flux_{number:02d}" for number in range(12))
    flux = np.random.default_rng(0).lognormal(0, 0.1, (ROWS, 12))
    table = "\n".join([names, *(",".join(f"{value:.4f}" for value in row) for row in flux)]).encode()
    with serving(wrapper=host.wrapper, CACHE_DIR=str(tmp_path / "caches")) as served:
        settle(served, 1)
        for query in ("", "?noise=observed&format=fits"):
            assert post(served, table, "text/csv", query)
        assert post(served, EXAMPLE.read_bytes(), "text/csv")
        galaxy = json.dumps({"flux": flux[:1].tolist(), "noise": "intrinsic"}).encode()
        assert json.loads(post(served, galaxy, "application/json"))["ew_noisy"]
        assert "Worker was sent" not in served.log.read_text()
    assert host.kills == 0


@pytest.mark.soak
@pytest.mark.browser
def test_pressing_every_button_fits(host: SmallHost, browser: Browser, tmp_path: Path):
    pressed: dict[str, int] = {}
    with serving(wrapper=host.wrapper, CACHE_DIR=str(tmp_path / "caches")) as served:
        settle(served, 1)
        failed = press_everything(browser, served.url, pressed.__setitem__)
        assert "Worker was sent" not in served.log.read_text()
    assert not failed
    assert host.kills == 0
    assert all(pressed.values())
    assert sum(pressed.values()) > 100
