"""Measure the start with warm caches, and the memory after use: ``python -m benchmarks.boot [CATALOGUE ...]``.

Wall time depends on the machine's load, processor time much less. Memory is the proportional set size (PSS) of all
server processes, after they have sent all columns of the explorer and five realisations.
"""

import os
import statistics
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from data.catalogue.registry import open_catalogues
from model.lines import LEADING_LINES
from server.process.settings import Settings
from tests.serving import Served, serving

STARTS = 3


def processes(served: Served) -> list[int]:
    """Return the ids of the server and its workers."""
    parent = str(served.process.pid)
    found = [served.process.pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            # Behind the name in parentheses: the state, then the parent's id.
            if stat.read_text(errors="replace").rpartition(")")[2].split()[1] == parent:
                found.append(int(stat.parent.name))
    return found


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Return a process's proportional set size [MiB]."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def use(url: str, catalogue: str, version: str) -> None:
    """Fetch what a visit to the explorer fetches."""
    columns = ["map_x", "map_y", *(f"{line.name}_EW{kind}" for line in LEADING_LINES for kind in ("", "_PREDICTED"))]
    paths = [f"/catalogues/{catalogue}/columns/{column}.bin?v={version}" for column in columns]
    paths += [
        f"/catalogues/{catalogue}/columns/{line.name}_EW_NOISY.bin?v={version}&seed={seed}"
        for line in LEADING_LINES
        for seed in range(1, 6)
    ]
    for path in ("/", "/_dash-layout", "/_dash-dependencies", *paths):
        with urllib.request.urlopen(f"{url}{path}") as answer:
            answer.read()


def main(catalogues: str | None = None) -> None:
    """Print the medians of the starts, and the memory."""
    name, catalogue = next(iter(open_catalogues(catalogues).items()))
    walls, cpus, settled = [], [], 0.0
    for start in range(STARTS + 1):
        began = time.monotonic()
        with serving(catalogues, CACHE_DIR=str(Settings().cache_dir)) as served:
            if start:  # the first one fills the caches
                walls.append(time.monotonic() - began)
                cpus.append(sum(map(processor_seconds, processes(served))))
            if start == STARTS:
                use(served.url, name, catalogue.version)
                time.sleep(15)  # preparation continues after readiness
                settled = sum(map(memory, processes(served)))
    sys.stdout.write(
        f"{name}, {catalogue.n:,} galaxies: boot to ready {statistics.median(walls):.1f} s on the wall, "
        f"{statistics.median(cpus):.1f} s of processor; {settled:.0f} MiB after use\n"
    )


if __name__ == "__main__":
    main(os.pathsep.join(sys.argv[1:]) or None)
