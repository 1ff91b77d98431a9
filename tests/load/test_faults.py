"""What goes wrong in public: nothing is lost that was answered, nothing wrong is answered, and the server comes back.

One server takes the faults one after the other; the last one ends it.
"""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cli
from archives import sparcl
from benchmarks.boot import processes
from data.catalogue.registry import EMBEDDED_FILE
from server.process.folders import private_folder
from server.process.settings import Settings
from tests.load.visitors import crowd, galaxy_path
from tests.local_http import answering
from tests.serving import PATIENCE, ROOT, Served, serving

pytestmark = pytest.mark.slow

CLOCK = """
import pathlib, time
real = time.time
time.time = lambda: real() + 86400 * int(pathlib.Path({file!r}).read_text() or 0)
"""
"""Python runs it before all else: the wall clock jumps by the days that the file says; libfaketime breaks sleeping."""

DISK_BYTES = 128_000_000


def get(served: Served, path: str, patience: float = PATIENCE) -> bytes:
    with urllib.request.urlopen(f"{served.url}{path}", timeout=patience) as answer:
        return answer.read()


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that says by how many days the server's clock is wrong."""
    file = tmp_path_factory.mktemp("clock") / "days"
    file.write_text("0")
    file.with_name("sitecustomize.py").write_text(CLOCK.format(file=str(file)))
    return file


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with little room, on a disk of its own where this account may mount one."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(disk: Path, worker: int) -> Iterator[None]:
    """Fill the disk for a while; where it is the machine's own, forbid the worker that a file grows instead."""
    if os.path.ismount(disk):
        with (disk / "filler").open("wb", buffering=0) as filler:
            for size in (1 << 20, 1):  # first coarsely, then to the last byte
                with suppress(OSError):
                    while True:
                        filler.write(bytes(size))
        assert shutil.disk_usage(disk).free == 0
        yield
        (disk / "filler").unlink()
    else:
        before = resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        yield
        resource.prlimit(worker, resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def archive() -> Iterator[str]:
    """An archive of spectra that takes every question and never answers."""
    with answering(lambda _: time.sleep(2 * sparcl.TIMEOUT)) as url:
        yield url


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mock galaxies under the names of real ones: a catalogue whose spectra lie in an archive."""
    table = pq.read_table(EMBEDDED_FILE).slice(0, 20)
    names = pa.array([str(39_627_000_000_000 + row) for row in range(len(table))])
    table = table.set_column(0, "TARGETID", names).replace_schema_metadata(None)
    folder = tmp_path_factory.mktemp("observed")
    pq.write_table(table, folder / "table.parquet")
    build = ["catalogue", "build", *(str(folder / name) for name in ("table.parquet", "observed.parquet"))]
    assert cli.main([*build, "--title", "Observed"]) == 0
    return folder / "observed.parquet"


@pytest.fixture(scope="module")
def struck(clock: Path, disk: Path, archive: str, observed: Path) -> Iterator[Served]:
    """A server of these tests' own, with a cache that has compiled functions alone and a clock that jumps."""
    cache = private_folder(disk / "cache")
    for folder in Settings().cache_dir.glob("compiled-*"):
        shutil.copytree(folder, cache / folder.name)
    catalogues = os.pathsep.join(map(str, (EMBEDDED_FILE, observed)))
    faults = {"CACHE_DIR": str(cache), "SPARCL_URL": archive, "PYTHONPATH": str(clock.parent)}
    with serving(catalogues, TRUSTED_PROXIES="1", **faults) as served:
        yield served


@pytest.fixture(scope="module")
def known(struck: Served) -> tuple[str, str]:
    return next(iter(json.loads(get(struck, "/version"))["catalogues"].items()))


def noisy(struck: Served, known: tuple[str, str], seed: int) -> bytes:
    return get(struck, f"/catalogues/{known[0]}/columns/HALPHA_EW_NOISY.bin?v={known[1]}&seed={seed}")


def test_a_clock_that_jumps_changes_no_answer(struck: Served, known: tuple[str, str], clock: Path):
    before = noisy(struck, known, 1)
    for jump in ("400", "-800", "0"):
        clock.write_text(jump)
        assert noisy(struck, known, 1) == before
        assert json.loads(get(struck, "/readyz"))["ready"]
        with urllib.request.urlopen(f"{struck.url}/healthz", timeout=PATIENCE) as answer:
            stamp = answer.headers["Date"]
        told = datetime.strptime(stamp, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC)
        expected = datetime.now(UTC) + timedelta(days=int(jump))
        assert abs(told - expected) < timedelta(minutes=5), "the clock did not jump"


def cut_off(folder: Path) -> int:
    """Truncate every kept array, as a copy that broke off would; returns how many there were."""
    victims = [path for kind in ("columns", "draws") for path in (folder / kind).glob("*.np?")]
    for victim in victims:
        os.truncate(victim, 100)
    return len(victims)


def test_every_folder_of_the_cache_is_private(struck: Served, known: tuple[str, str], disk: Path):
    noisy(struck, known, 1)
    folders = [path for path in (disk / "cache").rglob("*") if path.is_dir()]
    assert {"columns", "draws", "answers"} <= {path.name for path in folders}
    assert {oct(path.stat().st_mode & 0o077) for path in (disk / "cache", *folders)} == {"0o0"}


def test_file_descriptors_that_run_out_are_survived(struck: Served, known: tuple[str, str]):
    """The worker may open no more files for a while: it, or the one that replaces it, answers the same afterwards."""
    expected, worker = noisy(struck, known, 1), processes(struck)[1]
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    used = len(list(Path(f"/proc/{worker}/fd").iterdir()))
    parts = urllib.parse.urlsplit(struck.url)
    idle: list[socket.socket] = []
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (used + 20, before[1]))
    try:
        for _ in range(60):
            with suppress(OSError):
                idle.append(socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=5))
        # It is asked for a file meanwhile; the idle connections keep it from answering for a minute.
        with suppress(OSError, http.client.HTTPException):
            get(struck, f"/catalogues/{known[0]}/columns/HGAMMA_EW.bin?v={known[1]}", 5.0)
    finally:
        with suppress(ProcessLookupError):  # a library may end it that needs a file while it compiles
            resource.prlimit(worker, resource.RLIMIT_NOFILE, before)
        for connection in idle:
            connection.close()
    began = time.monotonic()
    while not _is_ready(struck):
        assert time.monotonic() - began < PATIENCE, "it did not come back"
        time.sleep(0.2)
    assert noisy(struck, known, 1) == expected


def hold(served: Served, wanted: int) -> list[socket.socket]:
    parts, held = urllib.parse.urlsplit(served.url), []
    with suppress(OSError):  # this process may have fewer descriptors
        held.extend(
            socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE) for _ in range(wanted)
        )
    return held


@pytest.mark.parametrize("wanted", [1_000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_idle_connections_beyond_all_limits_leave_it_healthy(struck: Served, known: tuple[str, str], wanted: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = hold(struck, wanted)
    try:
        assert len(held) > wanted // 2
        for _ in range(5):
            began = time.monotonic()
            assert get(struck, "/healthz")
            assert time.monotonic() - began < PATIENCE
        assert noisy(struck, known, 1)
    finally:
        for connection in held:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_kept_files_that_are_truncated_cost_no_answer(struck: Served, known: tuple[str, str], disk: Path):
    name, version = known
    paths = [
        f"/catalogues/{name}/columns/{column}.bin?v={version}" for column in ("redshift", "HBETA_EW", "NII_6548_SN")
    ]
    paths += [galaxy_path(name, 11, version), f"/catalogues/{name}/columns/HALPHA_EW_NOISY.bin?v={version}&seed=1"]
    before, worker = [get(struck, path) for path in paths], processes(struck)[1]
    for _ in range(2):
        assert cut_off(disk / "cache") >= 4
        # Not from a cache of answers: sixteen bits were not asked for yet.
        assert [get(struck, path) for path in paths] == before
        assert len(get(struck, f"/catalogues/{name}/columns/OII_DOUBLET_EW.bin?v={version}&bits=16")) == 40_000
    assert processes(struck)[1] == worker
    assert "are made again" in struck.log.read_text()


def test_a_catalogue_replaced_while_it_is_served_changes_no_answer(struck: Served, observed: Path):
    """Copied over in its place, as `cp` does: names, numbers and spectra stay those of the file that was opened."""
    version = json.loads(get(struck, "/version"))["catalogues"]["observed"]
    kept = observed.read_bytes()
    galaxies = [f"/api/v1/catalogues/observed/galaxies/{39_627_000_000_000 + row}" for row in (3, 12)]
    before = [get(struck, path) for path in galaxies]
    other = pq.read_table(observed)
    pq.write_table(other.take(list(range(len(other)))[::-1]), observed.with_name("other.parquet"))
    try:
        observed.write_bytes(observed.with_name("other.parquet").read_bytes())
        assert [get(struck, path) for path in galaxies] == before
        redshift = get(struck, f"/catalogues/observed/columns/redshift.bin?v={version}&bits=16")
        assert len(redshift) == 40
        assert json.loads(get(struck, "/version"))["catalogues"]["observed"] == version
    finally:
        observed.write_bytes(kept)


def test_a_full_disk_costs_no_answer(struck: Served, known: tuple[str, str], disk: Path):
    kept = noisy(struck, known, 1)
    with full(disk, processes(struck)[1]):
        # A draw and a compressed answer that are in no cache yet.
        drawn = noisy(struck, known, 7)
        assert noisy(struck, known, 1) == kept
        asked = urllib.request.Request(f"{struck.url}/api/v1/openapi.json", headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert answer.status == 200
        assert json.loads(get(struck, "/readyz"))["ready"]
    assert noisy(struck, known, 7) == drawn
    assert drawn != kept


def test_an_archive_that_hangs_holds_nobody_else_up(struck: Served, known: tuple[str, str]):
    """Few wait for it, ten seconds at most; the others are told at once, and everybody else is served."""
    version = json.loads(get(struck, "/version"))["catalogues"]["observed"]

    def ask(row: int) -> tuple[float, str]:
        began = time.monotonic()
        said = get(struck, galaxy_path("observed", row, version) + "&archive=1").decode()
        return time.monotonic() - began, said

    get(struck, galaxy_path(known[0], 2, known[1]))  # what a first click compiles does not count
    with ThreadPoolExecutor(8) as visitors:
        asked = [visitors.submit(ask, row) for row in range(8)]
        time.sleep(1)
        began = time.monotonic()
        get(struck, galaxy_path(known[0], 3, known[1]))
        get(struck, "/healthz")
        assert time.monotonic() - began < sparcl.TIMEOUT / 2
        answers = [each.result() for each in asked]
    waited = [said for seconds, said in answers if seconds > sparcl.TIMEOUT - 1]
    assert 1 <= len(waited) <= sparcl.AT_ONCE
    assert all("did not answer within 10 s" in said for said in waited)
    assert all("busy" in said for seconds, said in answers if seconds < sparcl.TIMEOUT - 1)
    assert max(seconds for seconds, _ in answers) < sparcl.TIMEOUT + 5


def test_a_worker_killed_under_load_is_replaced_and_nothing_wrong_is_answered(struck: Served, known: tuple[str, str]):
    drawn = noisy(struck, known, 7)
    visits = []
    load = threading.Thread(
        target=lambda: visits.append(crowd(struck.url, 20, 4, (0.2, 0.5), (known[0], 100, known[1])))
    )
    load.start()
    time.sleep(2)
    began = time.monotonic()
    os.kill(processes(struck)[1], signal.SIGKILL)
    while not _is_ready(struck):
        assert time.monotonic() - began < PATIENCE, "the worker did not come back"
        time.sleep(0.1)
    load.join()
    # A request that the killed worker held is cut, and says so; whatever is answered is right.
    cut = {"RemoteDisconnected", "ConnectionResetError", "BadStatusLine", "IncompleteRead", "BrokenPipeError"}
    assert {failure.rpartition(": ")[2] for failure in visits[0].failures} <= cut
    assert len(visits[0].failures) <= 20  # at most what each visitor was waiting for
    assert visits[0].count > 100
    assert noisy(struck, known, 7) == drawn


def test_sigterm_lets_an_upload_finish(struck: Served):
    header = ",".join(f"flux_{number:02d}" for number in range(12)).encode()
    body = header + b"\n" + b"\n".join([b",".join([b"1"] * 12)] * 50)
    warm = urllib.request.Request(f"{struck.url}/api/v1/predict", body, {"Content-Type": "text/csv"})
    with urllib.request.urlopen(warm, timeout=60) as answer:  # what a first upload compiles may outlast the grace
        assert answer.status == 200
    parts = urllib.parse.urlsplit(struck.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
    connection.putrequest("POST", "/api/v1/predict")
    connection.putheader("Content-Type", "text/csv")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[: len(body) // 2])
    time.sleep(0.5)
    struck.process.terminate()
    time.sleep(1)
    connection.send(body[len(body) // 2 :])
    answer = connection.getresponse()
    rows = [line for line in answer.read().splitlines() if not line.startswith(b"#")]
    assert (answer.status, len(rows)) == (200, 51)
    connection.close()
    assert struck.process.wait(timeout=PATIENCE) == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=2)


def test_corrupt_weights_never_serve(tmp_path: Path):
    code = (
        "from model.storage import weights\n"
        f"weights.PACKAGE_FOLDER = __import__('pathlib').Path({str(tmp_path)!r})\n"
        "weights.load_params()\n"
    )
    from model.storage.weights import PACKAGE_FOLDER

    for file in PACKAGE_FOLDER.iterdir():
        content = bytearray(file.read_bytes())
        if file.name == "default.safetensors":
            content[-100] ^= 1
        (tmp_path / file.name).write_bytes(content)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "checksum" in done.stderr.lower() or "sha256" in done.stderr.lower()


def _is_ready(served: Served) -> bool:
    try:
        return bool(json.loads(get(served, "/readyz"))["ready"])
    except (OSError, http.client.HTTPException):
        return False
