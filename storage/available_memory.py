"""How much memory is left, for a process that may be one of several in a container."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


def available_memory(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int | None:
    """Return the bytes that this machine, or the control group that this process is in, has left; None if unknown."""
    found = []
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found.append(1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable"))))
    for group in _control_groups(groups, own):
        with suppress(OSError, ValueError, StopIteration):
            limit, used = (int((group.folder / name).read_text(encoding="ascii")) for name in (group.limit, group.used))
            lines = (group.folder / "memory.stat").read_text(encoding="ascii").splitlines()
            cached = int(next(line.split()[1] for line in lines if line.startswith(group.cached)))
            found.append(limit - used + cached)
    return min(found, default=None)


def own_memory() -> int:
    """Return the bytes of memory that this process holds alone, and that no file backs; 0 if unknown."""
    with suppress(OSError, ValueError):
        _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text(encoding="ascii").split())
        return (resident - shared) * os.sysconf("SC_PAGE_SIZE")
    return 0


class _ControlGroup(NamedTuple):
    """A group of processes whose memory the kernel limits: its folder, and the names of its figures."""

    folder: Path
    limit: str
    used: str
    cached: str


def _control_groups(root: Path, own: Path) -> list[_ControlGroup]:
    """Return the control groups, of version 1 or 2, of this process and those around it."""
    names = {
        "": (root, "memory.max", "memory.current", "inactive_file "),
        "memory": (root / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "),
    }
    found: list[_ControlGroup] = []
    with suppress(OSError):
        for line in own.read_text(encoding="ascii").splitlines():
            _, controllers, place = line.split(":", 2)
            for controller in names.keys() & set(controllers.split(",")):
                base, *figures = names[controller]
                inner = base / place.strip("/")
                # A container sees its own group as the root.
                around = [folder for folder in (inner, *inner.parents) if folder.is_relative_to(base)]
                found += [_ControlGroup(folder, *figures) for folder in around]
    return found
