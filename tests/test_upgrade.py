"""A new release over the caches and the catalogue of an earlier one."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.catalogue.registry import EMBEDDED_FILE
from data.formats.fields import METADATA_KEY
from tests.serving import PATIENCE, ROOT, Served, free_port, serving

RELEASED = "2026-11-23"
"""The day after the last release."""
START = """
import os, subprocess, sys, time, urllib.request
server = subprocess.Popen([sys.executable, "-m", "gunicorn", "app:server"])
for _ in range(3000):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}/readyz").close()
        break
    except OSError:
        assert server.poll() is None
        time.sleep(0.1)
urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}/").close()
time.sleep(5)
server.terminate()
sys.exit(server.wait())
"""


def answers(served: Served) -> list[bytes]:
    """Return a column, a draw and a galaxy; the address names the catalogue's version."""
    with urllib.request.urlopen(f"{served.url}/version") as found:
        (name, version), *_ = json.load(found)["catalogues"].items()
    base = f"{served.url}/catalogues/{name}"
    paths = ("columns/HALPHA_EW.bin", "columns/HBETA_EW_NOISY.bin", "galaxies/7.json")
    return [urllib.request.urlopen(f"{base}/{path}?v={version}").read() for path in paths]


def older_catalogue(folder: Path) -> Path:
    """Write the catalogue as the first release did: without a survey, and with a key that is unknown today."""
    table = pq.read_table(EMBEDDED_FILE)
    about = json.loads(table.schema.metadata[METADATA_KEY])
    del about["survey"]
    about["made_by"] = "release 0.1.0"
    older = table.replace_schema_metadata({METADATA_KEY: json.dumps(about).encode()})
    pq.write_table(older, folder / EMBEDDED_FILE.name)
    return folder / EMBEDDED_FILE.name


@pytest.mark.slow
def test_an_older_catalogue_and_unknown_files_in_the_caches_change_no_answer(tmp_path: Path):
    caches = tmp_path / "caches"
    with serving(CACHE_DIR=str(caches)) as served:
        expected = answers(served)
    for folder in [caches, *(path for path in caches.rglob("*") if path.is_dir())]:
        (folder / "of-another-release-0.npy").write_bytes(b"\x93NUMPY damaged")
        (folder / "0123456789abcdef0123456789abcdef").write_bytes(b"\x80\x04N.")
    with serving(older_catalogue(tmp_path), CACHE_DIR=str(caches)) as served:
        assert answers(served) == expected
        assert "Traceback" not in served.log.read_text()


@pytest.mark.soak
def test_the_caches_of_the_last_release_change_no_answer(tmp_path: Path):
    asked = ["git", "log", "-1", f"--before={RELEASED}", "--format=%H"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    if not commit:
        pytest.skip("This checkout has no history that reaches back to the last release.")
    released, caches = tmp_path / "released", tmp_path / "caches"
    subprocess.run(["git", "worktree", "add", "--detach", str(released), commit], cwd=ROOT, check=True)
    try:
        environment = os.environ | {"PORT": str(free_port()), "CACHE_DIR": str(caches), "SPARCL_URL": "off"}
        command = [sys.executable, "-c", START]
        assert subprocess.run(command, cwd=released, env=environment, timeout=PATIENCE, check=False).returncode == 0
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(released)], cwd=ROOT, check=True)
    assert any(caches.iterdir())
    with serving(CACHE_DIR=str(tmp_path / "new")) as served:
        expected = answers(served)
    with serving(CACHE_DIR=str(caches)) as served:
        assert answers(served) == expected
        assert "Traceback" not in served.log.read_text()
