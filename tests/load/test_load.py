"""Many visitors at once, and a worker that is killed: nothing fails, nothing stays down. Loopback only, bounded."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.serving import Served

PATHS = ("/", "/predict", "/readyz", "/_dash-layout", "/_dash-dependencies")
RECOVERY_SECONDS = 60


def status(url: str) -> int:
    """Ask once and give the status, 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, ConnectionError):
        return 0


def visit(served: Served, requests: int, visitors: int) -> list[int]:
    """Spread requests over simultaneous visitors and give every status."""
    urls = [served.url.rstrip("/") + PATHS[number % len(PATHS)] for number in range(requests)]
    with ThreadPoolExecutor(visitors) as pool:
        return list(pool.map(status, urls))


@pytest.mark.slow
def test_simultaneous_visitors_are_all_answered(served: Served):
    assert set(visit(served, requests=200, visitors=20)) == {200}


@pytest.mark.soak
def test_thousands_of_requests_are_all_answered(served: Served):
    assert set(visit(served, requests=20_000, visitors=50)) == {200}


@pytest.mark.slow
def test_a_killed_worker_is_replaced(serve):
    served = serve()
    found = subprocess.run(["pgrep", "-P", str(served.process.pid)], capture_output=True, text=True, check=True)
    os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
    deadline = time.monotonic() + RECOVERY_SECONDS
    while status(served.url.rstrip("/") + "/readyz") != 200:
        assert time.monotonic() < deadline, "the worker did not come back"
        time.sleep(0.2)
    assert set(visit(served, requests=20, visitors=5)) == {200}
