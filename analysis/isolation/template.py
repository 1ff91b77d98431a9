"""The process that reading processes are copies of: the parsers are imported, and nothing of a stranger is in it.

It is started as a program (`python -m analysis.isolation.template`) with one end of a socket as its standard input.
Each job comes there as an open socket of its own; a copy of this process (`fork`) is confined and answers on that. The
process ends when the server does, or after a while without a job.
"""

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any, Final

from analysis.isolation import jobs, transfer, without_jax
from analysis.isolation.channel import receive, send
from analysis.isolation.confinement import confine
from data.errors import DataError

PARSERS: Final = (
    "pyarrow.parquet",
    "pyarrow.csv",
    "pyarrow.compute",
    "astropy.io.fits",
    "astropy.io.votable",
    "astropy.io.ascii.ecsv",
    "astropy.table",
    "astropy.coordinates",
    "astropy.time",
    "astropy.units.format.cds",
    "astropy.units.format.generic",
    "astropy.units.format.ogip",
    "astropy.units.format.vounit",
    "astropy.units.format.fits",
    "yaml",
    "zipfile",
)
GRACE_SECONDS: Final = 2
"""After its deadline a copy that is still there is killed."""


def main() -> None:
    """Answer jobs until the server ends or `sys.argv[1]` seconds pass without one."""
    idle = float(sys.argv[1])
    control = socket.socket(fileno=os.dup(0))
    _import_parsers()
    gc.collect()
    gc.freeze()
    send(control, b"ready")
    running: dict[int, float] = {}
    used = time.monotonic()
    while running or time.monotonic() - used < idle:
        _bury(running)
        # Short while copies run, which have to be waited for.
        ready, _, _ = select.select([control], [], [], 0.2 if running else idle)
        if not ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            break
        used = time.monotonic()
        limits = json.loads(message)
        if pid := os.fork():
            running[pid] = used + limits["wall_seconds"] + GRACE_SECONDS
            os.close(descriptors[0])
        else:
            control.close()
            _be_a_copy(descriptors[0], limits)
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _import_parsers() -> None:
    """Import what reading needs, by name and by reading small files: a confined process can open no module."""
    without_jax.install()
    for name in PARSERS:
        with suppress(ImportError):  # named otherwise in another release
            importlib.import_module(name)
    from analysis.isolation import samples

    samples.read_all()


def _bury(running: dict[int, float]) -> None:
    for pid, deadline in list(running.items()):
        if os.waitpid(pid, os.WNOHANG)[0]:
            del running[pid]
        elif time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)


def _be_a_copy(descriptor: int, limits: dict[str, int]) -> None:
    """Read what comes, answer, and end; never returns."""
    channel = socket.socket(fileno=descriptor)
    for standard in (0, 1, 2):
        with suppress(OSError):
            os.close(standard)
    try:
        confine(limits["memory"], limits["processor_seconds"], limits["wall_seconds"])
        _answer(channel)
    finally:
        os._exit(0)


def _answer(channel: socket.socket) -> None:
    asked = json.loads(receive(channel))
    contents = [bytes(receive(channel)) for _ in range(asked["files"])]
    try:
        answer: dict[str, Any] = {"value": jobs.JOBS[asked["job"]](asked, contents)}
    except DataError as error:
        # Readers say of whatever a parser raises that the file cannot be read; this is not the file's damage.
        is_memory = isinstance(error.__cause__, MemoryError)
        answer = {"beyond": "memory"} if is_memory else {"error": str(error)[:2000]}
    except MemoryError:
        answer = {"beyond": "memory"}
    except Exception as error:  # whatever a parser raises is an answer
        answer = {"failed": type(error).__name__}
    del contents
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer |= {"processor_seconds": used.ru_utime + used.ru_stime, "peak_kib": used.ru_maxrss}
    try:
        pieces = transfer.encode(answer)
    except MemoryError:
        pieces = transfer.encode({"beyond": "memory"})
    send(channel, *pieces)


if __name__ == "__main__":
    main()
