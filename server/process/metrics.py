"""Metrics of the processes: memory, processor time and open files of each worker, the release, and readiness."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import Gauge, ProcessCollector
from prometheus_client.metrics_core import Metric

BUILD: Final = Gauge(
    "galactic_neon_build_info", "1, labelled with what runs", ["version", "revision"], multiprocess_mode="max"
)
READY: Final = Gauge(
    "galactic_neon_ready", "1 when every worker has loaded and compiled everything", multiprocess_mode="livemin"
)
_PROC: Final = Path("/proc")


class WorkerCollector:
    """Collector of the processes of all workers, labelled with their process ids."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics that prometheus_client reports of one process, for each worker."""
        families: dict[str, Metric] = {}
        for pid in _workers():
            for found in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    family.add_sample(sample.name, {**sample.labels, "pid": str(pid)}, sample.value)
        yield from families.values()


def _workers() -> Iterable[int]:
    """Return the ids of the processes that have this process's parent; where /proc is missing, this process alone."""
    parent = str(os.getppid())
    found = []
    for stat in _PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        # The state, then the parent's id.
        if fields[1] == parent:
            found.append(int(stat.parent.name))
    return sorted(found) or [os.getpid()]
