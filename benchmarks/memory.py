"""Measure what the server's processes take on a small host: ``python -m benchmarks.memory [--limit MIB] [--starts]``.

Memory is anonymous memory of all serving processes in a control group of the kernel: what the kernel can drop again,
such as mapped catalogues and libraries, is not part of it, and a process is killed where the limit is too small for
the rest. Printed are the peak and the settled value of a start with empty and with filled caches, with one and two
workers, and after every button of every page was pressed once in a real browser.
"""

import argparse
import shutil
import sys
import tempfile
import time
from typing import Final

from playwright.sync_api import sync_playwright

from benchmarks.buttons import press_everything
from tests.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES
from tests.serving import PATIENCE, Served, serving
from tests.small_host import SmallHost, small_host

LIMIT: Final = 512  # MiB
ROOMY: Final = 4096  # MiB


def say(title: str, host: SmallHost) -> None:
    """Print the peak since the last line, the value now, and how often the kernel had to kill."""
    print(f"{title:<52} {host.take_peak():>6.0f} {host.memory:>6.0f} {host.kills:>6}", flush=True)


def settle(served: Served, workers: int) -> None:
    """Wait until each worker has prepared everything."""
    deadline = time.monotonic() + PATIENCE
    while served.log.read_text().count("Ready: thousands of galaxies") < workers and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2)


def starts(host: SmallHost, workers: int) -> None:
    """Measure a start with empty caches and one with filled ones."""
    with tempfile.TemporaryDirectory() as folder:
        for caches in ("empty", "filled"):
            host.take_peak()
            with serving(wrapper=host.wrapper, CACHE_DIR=f"{folder}/caches", WEB_CONCURRENCY=str(workers)) as served:
                settle(served, workers)
                say(f"start, {caches} caches, workers: {workers}", host)


def use(host: SmallHost, catalogues: str | None = None) -> list[str]:
    """Press every button of a server with empty caches; return what it failed to answer."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(catalogues, host.wrapper, CACHE_DIR=f"{folder}/caches") as served,
        sync_playwright() as playwright,
    ):
        settle(served, 1)
        say("start, empty caches", host)
        chromium = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        failed = press_everything(chromium, served.url, lambda title, n: say(f"{title}: {n} buttons", host))
        chromium.close()
        time.sleep(15)
        say("15 s after the last one", host)
        return failed


def main() -> None:
    """Print a line per state."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--limit", type=int, default=LIMIT, help="MiB that the host has (default: %(default)s)")
    options.add_argument("--starts", action="store_true", help="only the starts, no browser")
    options.add_argument("catalogue", nargs="?", help="by default the one that ships with the product")
    given = options.parse_args()
    print(f"{'MiB, all processes together':<52} {'peak':>6} {'now':>6} {'killed':>6}")
    with small_host(ROOMY) as host:
        if host is None:
            sys.exit("This user may make no control group, which the measurement needs: run it as root.")
        for workers in (1, 2):
            starts(host, workers)
    if not given.starts:
        with small_host(given.limit) as host:
            assert host is not None
            failed = use(host, given.catalogue)
            print("\n".join(failed) or "every request was answered")


if __name__ == "__main__":
    main()
