"""Take every right from this process that reading bytes does not need: files, network, memory, time.

Resource limits are enforced by the kernel, need no privilege and are to be had in every container. A process that may
hold no file descriptor opens neither a file nor a socket; what it has open stays usable.
"""

import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

MIB: Final = 2**20


def address_space() -> int:
    """Return the bytes of address space that this process takes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def confine(memory: int, processor_seconds: int, wall_seconds: int) -> None:
    """Limit this process for good.

    Parameters
    ----------
    memory : int
        Bytes of address space beyond what it takes now; an allocation beyond raises `MemoryError`.
    processor_seconds : int
        From its start; the kernel ends it then.
    wall_seconds : int
        From now; the kernel ends it then.
    """
    with suppress(OSError):  # other systems than Linux have no such file
        # Where the machine itself has no memory left, this process is ended, not the server.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        limit = address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # The server's own threads come first.
    os.nice(10)
    # Python handles signals between its own steps, and a parser's C code may take for ever: the kernel ends it.
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(wall_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(kind, (0, 0))
