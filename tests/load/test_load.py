"""Many visitors at once: nothing fails, and memory stays within bounds. Loopback only, bounded."""

import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.boot import memory, processes
from tests.load.soak import report, soak
from tests.serving import PATIENCE, Served

PATHS = ("/", "/predict", "/readyz", "/_dash-layout", "/_dash-dependencies")
CLICK_MS, PREDICTION_MS = 400, 600
MAX_MIB = 512


def status(url: str) -> int:
    """Ask once and give the status, 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
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
def test_two_hundred_visitors_for_five_minutes_then_twenty_thousand_requests():
    result = soak(200, 300, 20_000)
    sys.stdout.write(report(result) + "\n")
    assert not result.visits.failures
    assert result.visits.percentile("click", 95) <= CLICK_MS
    assert result.visits.percentile("prediction", 95) <= PREDICTION_MS
    assert result.memory_after <= 1.05 * result.memory_before


@pytest.mark.slow
def test_memory_after_use_is_within_what_small_hosts_have(served: Served):
    visit(served, requests=100, visitors=8)
    assert sum(map(memory, processes(served))) <= MAX_MIB
