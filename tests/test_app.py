"""The server, started as users start it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.serving import PATIENCE, ROOT, Served, free_port, serving

BUILDING = ("pandas", "umap", "sklearn", "numba", "optax", "tqdm")
WITHOUT = f"""
import sys
import time

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in {BUILDING!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import app
assert not app.server.extensions["preparation"]["network"].exception()
"""


def get(url: str) -> dict:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def start(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, *command]
    environ = os.environ | environment
    return subprocess.run(arguments, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.slow
def test_ready_healthy_and_versioned(served: Served):
    assert get(f"{served.url}/healthz") == {"status": "ok"}
    assert get(f"{served.url}/readyz")["ready"] is True
    assert get(f"{served.url}/version")["catalogues"]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/predict", "/predict/judge", "/synthesize", "/model", "/about"])
def test_every_page_starts(path, served: Served):
    with urllib.request.urlopen(served.url + path) as answer:
        assert "react-entry-point" in answer.read().decode()


@pytest.mark.slow
def test_serving_needs_none_of_the_building_packages():
    finished = start("-c", WITHOUT)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", [["app.py"], ["-m", "server"], ["-m", "gunicorn", "app:server"]])
def test_wrong_setting_stops_the_start_with_a_sentence(command):
    finished = start(*command, PORT="here")
    assert finished.returncode == 2
    assert finished.stderr.startswith("PORT=here is not valid")
    assert "Traceback" not in finished.stderr


@pytest.mark.slow
def test_unreadable_catalogue_stops_the_start_with_a_sentence(tmp_path: Path):
    catalogue = tmp_path / "galaxies.parquet"
    catalogue.write_text("not a table")
    finished = start("-m", "server", CATALOGUES=str(catalogue), PORT=str(free_port()))
    assert finished.returncode == 2
    assert catalogue.name in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "Galactic Neon: http" not in finished.stdout


@pytest.mark.slow
def test_a_damaged_catalogue_stops_the_start_with_a_sentence(tmp_path: Path):
    """Its last bytes are those of a catalogue, so that only the worker sees what is wrong."""
    catalogue = tmp_path / "galaxies.parquet"
    length = (40).to_bytes(4, "little")
    catalogue.write_bytes(b"PAR1" + bytes(100) + b"galactic_neon".ljust(40, b"x") + length + b"PAR1")
    finished = start("-m", "server", CATALOGUES=str(catalogue), PORT=str(free_port()))
    assert finished.returncode == 3
    assert catalogue.name in finished.stderr
    assert "Galactic Neon: http" not in finished.stdout


LIGHT = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "server"], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_maxrss // 1024, "Traceback" in done.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("setting", [{"CATALOGUES": "pyproject.toml"}, {"HOST": "203.0.113.7"}, {"CACHE_DIR": "/proc"}])
def test_what_stops_the_start_loads_neither_jax_nor_arrow(setting):
    """A check that needs them would take seconds: they are recognised by the memory, not by the time."""
    code, mebibytes, traceback = start("-c", LIGHT, **{"PORT": str(free_port())} | setting).stdout.split()
    assert (code, traceback) == ("2", "False")
    assert int(mebibytes) < 90


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"CACHE_DIR": "/proc/galactic-neon"}, "/proc/galactic-neon cannot be created"),
        ({"CACHE_DIR": "{file}"}, "is a file, and a folder is needed"),
        ({"CACHE_DIR": "{shared}"}, "is open to other users (mode 777). Run `chmod 700` on it"),
        ({"WEB_CONCURRENCY": "two"}, "WEB_CONCURRENCY=two is not valid"),
        ({"DATA_DIR": "/no/such/folder"}, "DATA_DIR=/no/such/folder is not valid: there is no such folder"),
        ({"API_CORS_ORIGINS": "nonsense"}, "write an origin as"),
        ({"HOST": "no.such.host.invalid"}, "HOST=no.such.host.invalid is no address of this machine"),
        ({"HOST": "203.0.113.7"}, "HOST=203.0.113.7 is no address of this machine"),
    ],
)
def test_a_start_that_cannot_work_ends_with_a_sentence(setting, says, tmp_path: Path):
    (tmp_path / "file").touch()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)
    given = {name: value.format(file=tmp_path / "file", shared=tmp_path / "shared") for name, value in setting.items()}
    finished = start("-m", "server", **{"PORT": str(free_port())} | given)
    assert finished.returncode == 2
    assert says in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "Galactic Neon: http" not in finished.stdout


@pytest.mark.slow
def test_a_variable_that_is_no_setting_is_said_at_the_start():
    with serving(CATALOGUE="mine.parquet") as served:
        assert "CATALOGUE is set and is not read: the setting is called CATALOGUES." in served.log.read_text()
        assert f"Galactic Neon: {served.url}" in served.log.read_text()


def metrics(served: Served) -> str:
    with urllib.request.urlopen(f"{served.url}/metrics") as answer:
        return answer.read().decode()


def visits(served: Served) -> float:
    """Return how many requests for a file that does not exist the metrics count."""
    found = re.search(r'^galactic_neon_requests_total\{.*route="/robots.txt".*\} (\S+)$', metrics(served), re.MULTILINE)
    return float(found[1]) if found else 0.0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_metrics_of_two_workers_survive_a_reload(tmp_path: Path):
    with serving(WEB_CONCURRENCY="2", TMPDIR=str(tmp_path)) as served:
        assert visits(served) == 0
        assert 'route="/"' not in metrics(served), "What the server asks itself is no traffic."
        for _ in range(6):
            urllib.request.urlopen(f"{served.url}/robots.txt").close()
        until(lambda: visits(served) == 6)
        until(lambda: "\ngalactic_neon_ready 1.0" in metrics(served))
        found = metrics(served)
        assert len(set(re.findall(r'process_resident_memory_bytes\{pid="(\d+)"\}', found))) == 2
        assert "galactic_neon_build_info{" in found
        drawn = (ROOT / "packaging" / "grafana.json").read_text(encoding="utf-8")
        for name in set(re.findall(r"(?:galactic_neon|process)_\w+", drawn)):
            assert f"\n{name}" in found, f"The dashboard draws {name}, which is not measured."
        folders = sorted(tmp_path.glob("galactic-neon-metrics-*"))
        booted = served.log.read_text().count("Booting worker")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.log.read_text().count("Booting worker") == booted + 2)
        until(lambda: "\ngalactic_neon_ready 1.0" in metrics(served))
        assert visits(served) == 6
        assert sorted(tmp_path.glob("galactic-neon-metrics-*")) == folders
    assert not list(tmp_path.glob("galactic-neon-metrics-*"))


@pytest.mark.slow
def test_a_server_that_still_compiles_ends_when_it_is_told_to(tmp_path: Path):
    port = str(free_port())
    environ = os.environ | {"PORT": port, "CACHE_DIR": str(tmp_path / "caches"), "SPARCL_URL": "off"}
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server"], cwd=ROOT, env=environ, stdout=output, stderr=output
        )
        until(lambda: "Ready: network" in log.read_text())
        process.terminate()
        assert process.wait(PATIENCE) == 0
    said = log.read_text()
    assert "Ready: noise" not in said, "It waited for the compiler."
    assert "Traceback" not in said


MOST_PROGRAMS = 28
"""Functions that a start compiles, each shape of its arguments counted. Each keeps 1 to 20 MiB of every worker, so that
a further one is worth a thought: see docs/performance.md."""


@pytest.mark.slow
def test_a_start_compiles_few_programs(tmp_path: Path):
    with serving(CACHE_DIR=str(tmp_path / "caches")) as served:
        until(lambda: "Ready: thousands of galaxies" in served.log.read_text())
    compiled = sorted(path.name for path in tmp_path.glob("caches/compiled-*/*-cache"))
    assert 0 < len(compiled) <= MOST_PROGRAMS, compiled


@pytest.mark.slow
def test_taken_port_is_said(served: Served):
    port = served.url.rpartition(":")[2]
    finished = start("-m", "server", PORT=port)
    assert finished.returncode == 2
    assert f"Port {port} is taken" in finished.stderr


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/predict", "/predict/judge", "/synthesize", "/model", "/about"])
def test_page_paints_without_console_errors(path, served: Served, page: Page):
    page.goto(served.url + path)
    expect(page.locator("main")).to_contain_text(re.compile(r"\w"))
    page.wait_for_load_state("networkidle")
