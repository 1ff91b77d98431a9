"""Start gunicorn with the product's configuration on a free port, for tests and benchmarks."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage import processor

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 300.0
"""Longest time that tests wait [s], enough for a machine with a load of 20."""

COMPILED = ROOT / ".pytest_cache" / f"compiled-{processor.fingerprint()}"
"""Functions that JAX compiled in these tests, for all their processes and for the next run."""


@dataclass(frozen=True)
class Served:
    """A running server: its address, its process, and the file of its log."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """Return a free TCP port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cache_folder(folder: Path) -> Path:
    """Make a folder for a server's caches that holds nothing but the functions that these tests have compiled."""
    folder.mkdir(mode=0o700)
    COMPILED.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / COMPILED.name).symlink_to(COMPILED)
    return folder


@contextmanager
def serving(catalogues: Path | str | None = None, wrapper: Sequence[str] = (), **environment: str) -> Iterator[Served]:
    """Serve the app until the block ends.

    Parameters
    ----------
    catalogues : Path or str, optional
        The catalogue file or folder; by default the embedded one.
    wrapper : sequence of str, optional
        A command that starts the command which follows it, such as one that limits its memory.
    **environment : str
        Further settings, such as ``LOG_LEVEL="debug"``.

    Yields
    ------
    Served
        When ``/readyz`` answers 200.

    Raises
    ------
    RuntimeError
        If the server ends or is not ready in time; the message contains its log.
    """
    settings = dict(environment, HOST="127.0.0.1", PORT=str(free_port()))
    if catalogues is not None:
        settings["CATALOGUES"] = str(catalogues)
    url = f"http://127.0.0.1:{settings['PORT']}"
    with tempfile.TemporaryDirectory(prefix="galactic-neon-test-") as folder:
        log = Path(folder, "server.log")
        with (
            log.open("wb") as output,
            subprocess.Popen(
                [*wrapper, sys.executable, "-m", "server"],
                cwd=ROOT,
                # Catalogues fetched on this machine must not be served, and no archive be contacted.
                env=os.environ | {"DATA_DIR": folder, "SPARCL_URL": "off"} | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            try:
                _wait_until_ready(url, process, log)
                yield Served(url, process, log)
            finally:
                process.terminate()
                try:
                    process.wait(timeout=PATIENCE / 5)
                except subprocess.TimeoutExpired:
                    process.kill()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"The server was not ready at {url}. Its log:\n{log.read_text(errors='replace')}")
