"""Keep functions compiled by JAX on disk, which saves seconds at the next start of the server."""

import hashlib
import platform
from functools import cache
from pathlib import Path
from typing import Final

import jax

from server.process.folders import private_folder
from storage import memory

_COMPILED: Final = "/jax/core/compile/backend_compile_duration"
"""JAX reports this event when it has compiled a function or loaded it from the cache."""


def enable(cache_dir: Path) -> None:
    """Let JAX keep compiled functions in a private folder for this kind of processor."""
    folder = private_folder(cache_dir / f"compiled-{_processor()}")
    jax.config.update("jax_compilation_cache_dir", str(folder))
    # By default JAX keeps only functions that take long to compile, and ours do not.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    _give_back_what_compiling_took()


@cache
def _give_back_what_compiling_took() -> None:
    """Return the compiler's memory to the system after every function: one takes up to 150 MiB for a moment."""
    jax.monitoring.register_event_duration_secs_listener(_trim)


def _trim(event: str, duration_secs: float, **_: str | int) -> None:  # noqa: ARG001 - JAX names it
    if event == _COMPILED:
        memory.trim()


def _processor(described: Path = Path("/proc/cpuinfo")) -> str:
    """Return a hash of the processor's features: code compiled for one processor may be illegal on another."""
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    abilities = sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
    return hashlib.sha256("\n".join([platform.machine(), *abilities]).encode()).hexdigest()[:12]
