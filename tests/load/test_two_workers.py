"""Two workers share the caches, and one of them is killed: its lock is released, and nothing that it wrote misleads."""

import fcntl
import json
import os
import re
import signal
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from benchmarks.boot import processes
from server.process.folders import private_folder
from tests.load.visitors import crowd
from tests.serving import PATIENCE, Served, serving

pytestmark = pytest.mark.slow

RECOVERY_SECONDS = 60


def holder(lock: Path) -> int | None:
    """Return the process that holds a lock of a file, None if no process does."""
    try:
        inode = lock.stat().st_ino
    except FileNotFoundError:
        return None
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        found = re.fullmatch(r"\d+: FLOCK +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) .*", line)
        if found and int(found[2]) == inode:
            return int(found[1])
    return None


def is_free(lock: Path) -> bool:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def get(served: Served, path: str) -> bytes:
    with urllib.request.urlopen(f"{served.url}{path}", timeout=30) as answer:
        return answer.read()


def answers(served: Served) -> list[bytes]:
    """Return what both workers say: a measured column, and noisy ones, which the network computes."""
    name, version = next(iter(json.loads(get(served, "/version"))["catalogues"].items()))
    columns = f"/catalogues/{name}/columns"
    paths = [f"HALPHA_EW.bin?v={version}", *(f"HALPHA_EW_NOISY.bin?v={version}&seed={seed}" for seed in (7, 8))]
    return [get(served, f"{columns}/{path}") for path in paths]


@pytest.fixture(scope="module")
def expected() -> list[bytes]:
    with serving() as served:
        return answers(served)


def test_one_of_two_workers_is_killed_while_it_warms_up_and_while_it_serves(tmp_path: Path, expected: list[bytes]):
    cache = private_folder(tmp_path / "cache")
    lock, killed = cache / "preparing.lock", []

    def kill_the_first_that_prepares() -> None:
        deadline = time.monotonic() + PATIENCE
        while not killed and time.monotonic() < deadline:
            if (pid := holder(lock)) and list(cache.glob("compiled-*")):
                time.sleep(1)  # in the midst of a compilation
                if holder(lock) == pid:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            time.sleep(0.02)

    killer = threading.Thread(target=kill_the_first_that_prepares)
    killer.start()
    with serving(WEB_CONCURRENCY="2", CACHE_DIR=str(cache)) as served:
        killer.join()
        assert killed
        assert killed[0] not in processes(served)
        assert answers(served) == expected

        name, version = next(iter(json.loads(get(served, "/version"))["catalogues"].items()))
        visits = []
        load = threading.Thread(
            target=lambda: visits.append(crowd(served.url, 10, 4, (0.2, 0.5), (name, 100, version)))
        )
        load.start()
        time.sleep(1.5)
        os.kill(processes(served)[1], signal.SIGKILL)
        load.join()
        cut = {"RemoteDisconnected", "ConnectionResetError", "BadStatusLine", "IncompleteRead", "BrokenPipeError"}
        assert {failure.rpartition(": ")[2] for failure in visits[0].failures} <= cut
        assert visits[0].count > 50
        assert answers(served) == expected
        deadline = time.monotonic() + PATIENCE
        while not is_free(lock):
            assert time.monotonic() < deadline, "the lock is held although nothing is left to prepare"
            time.sleep(0.5)
    with serving(WEB_CONCURRENCY="2", CACHE_DIR=str(cache)) as again:
        assert answers(again) == expected
        assert b"damaged" not in again.log.read_bytes()
