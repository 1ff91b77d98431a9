"""The template process: it imports the parsers, and a fork of it reads each upload. It never reads visitors' files.

It is started by `without_jax`, with one end of a socket as its standard input.
For each job it receives there a new socket; a fork confines itself, reads the files from that socket and answers on
it. The template ends with the server, or after some time without a job.
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

from analysis.isolation import jobs, samples, transfer
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
"""A fork that still runs so long after its deadline is killed."""


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
        _reap(running)
        # A short timeout while forks run, because they must be reaped.
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
            _run_fork(descriptors[0], limits)
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _import_parsers() -> None:
    """Import all modules that reading needs, by name and by reading samples: a confined process cannot import."""
    for name in PARSERS:
        with suppress(ImportError):  # other releases may have other names
            importlib.import_module(name)
    samples.read_all()


def _reap(running: dict[int, float]) -> None:
    """Forget forks that have ended, and kill those beyond their deadline."""
    for pid, deadline in list(running.items()):
        if os.waitpid(pid, os.WNOHANG)[0]:
            del running[pid]
        elif time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)


def _run_fork(descriptor: int, limits: dict[str, int]) -> None:
    """Confine this process, do the job that arrives on the socket, and exit; never returns."""
    channel = socket.socket(fileno=descriptor)
    for standard in (0, 1, 2):
        with suppress(OSError):
            os.close(standard)
    try:
        samples.start_threads()
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
        # Readers turn any exception of a parser into "cannot be read"; here the limit is the cause, not the file.
        is_memory = isinstance(error.__cause__, MemoryError)
        answer = {"beyond": "memory"} if is_memory else {"error": str(error)[:2000]}
    except MemoryError:
        answer = {"beyond": "memory"}
    except Exception as error:  # parsers raise exceptions of any kind
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
