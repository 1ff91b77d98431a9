"""A host with little memory: a control group of the kernel whose processes together may take so much and no more."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

MIB: Final = 2**20
_ROOT: Final = Path("/sys/fs/cgroup")
_LOOK_EVERY: Final = 0.05  # s


class SmallHost:
    """A control group, and the most anonymous memory that its processes have taken since the last question."""

    def __init__(self, folder: Path, is_old: bool) -> None:
        self._folder, self._is_old = folder, is_old
        self._peak = 0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    @property
    def wrapper(self) -> tuple[str, ...]:
        """Return the command that starts another one inside the group."""
        return "sh", "-c", f'echo $$ > {self._folder}/cgroup.procs && exec "$@"', "sh"

    @property
    def memory(self) -> float:
        """Return the anonymous memory of all processes now [MiB]; what the kernel could drop is not part of it."""
        return self._anonymous() / MIB

    @property
    def kills(self) -> int:
        """Return how many processes the kernel has killed because the group had no memory left."""
        counts = self._read("memory.oom_control" if self._is_old else "memory.events")
        return counts["oom_kill"]

    def take_peak(self) -> float:
        """Return the most anonymous memory since the last call [MiB]."""
        peak, self._peak = max(self._peak, self._anonymous()), 0
        return peak / MIB

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_EVERY):
            self._peak = max(self._peak, self._anonymous())

    def _anonymous(self) -> int:
        counts = self._read("memory.stat")
        return counts["total_rss"] if self._is_old else counts["anon"] + counts["shmem"]

    def _read(self, name: str) -> dict[str, int]:
        lines = (self._folder / name).read_text().splitlines()
        return {key: int(value) for key, value in (line.split() for line in lines)}


@contextmanager
def small_host(limit: int) -> Iterator[SmallHost | None]:
    """Make a control group, and delete it afterwards.

    Parameters
    ----------
    limit : int
        Memory that its processes may take together [MiB], without swap.

    Yields
    ------
    SmallHost or None
        None where this user may make no control group.
    """
    is_old = (_ROOT / "memory").is_dir()
    folder = (_ROOT / "memory" if is_old else _ROOT) / f"galactic-neon-{os.getpid()}"
    try:
        folder.mkdir()
        names = ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes") if is_old else ("memory.max",)
        for name in names:
            (folder / name).write_text(str(limit * MIB))
        if not is_old:
            (folder / "memory.swap.max").write_text("0")
    except OSError:
        with suppress(OSError):
            folder.rmdir()
        yield None
        return
    try:
        with SmallHost(folder, is_old) as host:
            yield host
    finally:
        _delete(folder)


def _delete(folder: Path) -> None:
    # The processes have ended; the kernel may count the last one for a moment longer.
    for _ in range(100):
        try:
            folder.rmdir()
        except OSError:
            threading.Event().wait(0.1)
        else:
            return
