"""Keep functions compiled by JAX on disk, which saves seconds at the next start of the server."""

import hashlib
import platform
from pathlib import Path

import jax

from server.process.folders import private_folder


def enable(cache_dir: Path) -> None:
    """Let JAX keep compiled functions in a private folder for this kind of processor."""
    folder = private_folder(cache_dir / f"compiled-{_processor()}")
    jax.config.update("jax_compilation_cache_dir", str(folder))
    # By default JAX keeps only functions that take long to compile, and ours do not.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _processor(described: Path = Path("/proc/cpuinfo")) -> str:
    """Return a hash of the processor's features: code compiled for one processor may be illegal on another."""
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    abilities = sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
    return hashlib.sha256("\n".join([platform.machine(), *abilities]).encode()).hexdigest()[:12]
