"""Many visitors, then many requests: ``python -m tests.load.soak [USERS] [SECONDS] [REQUESTS] [CATALOGUE]``.

Prints how long clicks and predictions took, what failed, and what the serving processes' memory was before and after.
Visitors and server share this machine's processors. Loopback alone; it ends by itself.
"""

import itertools
import json
import sys
import urllib.request
from typing import NamedTuple

from benchmarks.boot import memory, processes, processor_seconds
from data.catalogue.registry import open_catalogues
from tests.load.visitors import Notes, crowd
from tests.serving import Served, serving

THINK_SECONDS = (3.0, 8.0)
SETTLING_REQUESTS = 1_000
BUSY_USERS = 8


class Result(NamedTuple):
    """What a soak measured; memory in MiB, the server's processor time while the visitors were there."""

    visits: Notes
    requests: int
    memory_before: float
    memory_after: float
    processor_seconds: float


def soak(users: int, seconds: float, requests: int, catalogues: str | None = None) -> Result:
    """Let visitors in, then ask without pause until so many requests were answered."""
    galaxies = next(iter(open_catalogues(catalogues).values())).n
    # Visitors that never pause would meet the limits that are made for them.
    with serving(catalogues, TRUSTED_PROXIES="1", API_RATE_LIMIT="100000 per minute") as served:
        name, version = next(iter(_version(served)["catalogues"].items()))
        known = (name, galaxies, version)
        settled = _ask(served, known, SETTLING_REQUESTS)
        before = _memory(served)
        began = _processor(served)
        visits = crowd(served.url, users, seconds, THINK_SECONDS, known)
        used = _processor(served) - began
        done = settled + visits.count
        done += _ask(served, known, requests - done, visits)
        return Result(visits, done, before, _memory(served), used)


def report(result: Result) -> str:
    """Say what was measured."""
    notes = result.visits
    lines = [
        f"{kind}: {len(times)} answers, median {notes.percentile(kind, 50):.0f} ms, "
        f"95 % within {notes.percentile(kind, 95):.0f} ms, 99 % within {notes.percentile(kind, 99):.0f} ms"
        for kind, times in notes.milliseconds.items()
    ]
    growth = result.memory_after / result.memory_before - 1
    lines.append(f"{1000 * result.processor_seconds / notes.count:.1f} ms of processor a request")
    lines.append(f"{len(notes.failures)} failures{': ' if notes.failures else ''}{'; '.join(notes.failures[:5])}")
    lines.append(
        f"memory {result.memory_before:.0f} MiB, after {result.requests:,} requests {result.memory_after:.0f} MiB "
        f"({growth:+.1%})"
    )
    return "\n".join(lines)


def _ask(served: Served, known: tuple[str, int, str], requests: int, into: Notes | None = None) -> int:
    """Ask without pause in slices of some seconds, until enough were answered; failures go `into` the notes."""
    done = 0
    for slice_ in itertools.count():
        if done >= requests:
            return done
        notes = crowd(served.url, BUSY_USERS, 10, (0, 0), known)
        done += notes.count
        if into is not None:
            into.failures += notes.failures
        if slice_ > 60:
            raise RuntimeError(f"Only {done} of {requests} requests in ten minutes.")
    return done


def _memory(served: Served) -> float:
    return sum(map(memory, processes(served)))


def _processor(served: Served) -> float:
    return sum(map(processor_seconds, processes(served)))


def _version(served: Served) -> dict:
    with urllib.request.urlopen(f"{served.url}/version") as answer:
        return json.load(answer)


if __name__ == "__main__":
    asked = sys.argv[1:]
    numbers = [int(word) for word in asked[:3]] + [200, 300, 20_000][len(asked[:3]) :]
    sys.stdout.write(report(soak(numbers[0], numbers[1], numbers[2], *asked[3:4])) + "\n")
