"""Keep functions compiled by JAX on disk, which saves seconds at the next start of the server."""

from functools import cache
from pathlib import Path

import jax

from server.process.folders import private_folder
from server.process.memory_relief import COMPILED
from storage import memory, processor


def enable(cache_dir: Path) -> None:
    """Let JAX keep compiled functions in a private folder for this kind of processor."""
    folder = private_folder(cache_dir / f"compiled-{processor.fingerprint()}")
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
    if event == COMPILED:
        memory.trim()
