"""Deny this process files and network, and limit its memory and time.

Resource limits are enforced by the kernel, need no privilege and are available in every container. With a limit of
zero file descriptors a process can open neither files nor sockets; those already open stay usable. The kernel does not
apply the limit of processes and threads to root, so root becomes another user first.
"""

import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

MIB: Final = 2**20
NOBODY: Final = 65534
"""The user that a process of root becomes; by convention it owns nothing."""


def address_space() -> int:
    """Return the size of this process's address space [bytes]."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def confine(memory: int, processor_seconds: int, wall_seconds: int) -> None:
    """Limit this process, irrevocably.

    Parameters
    ----------
    memory : int
        Bytes of address space beyond those in use now; a larger allocation raises `MemoryError`.
    processor_seconds : int
        Processor time since its start, after which the kernel ends it.
    wall_seconds : int
        Time from now, after which the kernel ends it.
    """
    with suppress(OSError):  # systems other than Linux have no /proc/self
        # If the machine runs out of memory, the kernel ends this process before the server.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        limit = address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # The server's threads have priority.
    os.nice(10)
    if os.getuid() == 0:
        _leave_root()
    # Python's handlers run between bytecodes, never during a parser's C code; the default action needs no handler.
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(wall_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(kind, (0, 0))


def _leave_root() -> None:
    with suppress(OSError):  # a container may have no other user
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
