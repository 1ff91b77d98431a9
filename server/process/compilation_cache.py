"""Keep what JAX compiles: the next start of the server loads it instead of compiling for seconds."""

import hashlib
import platform
from pathlib import Path

import jax

from server.process.folders import private_folder


def enable(cache_dir: Path) -> None:
    """Have JAX keep its compiled functions in a private folder, one per kind of processor."""
    folder = private_folder(cache_dir / f"compiled-{_processor()}")
    jax.config.update("jax_compilation_cache_dir", str(folder))
    # Ours are small and quick to compile; by default JAX would keep none of them.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _processor() -> str:
    """Hash what the processor can do: code compiled for one may be illegal on another with the same folder."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    abilities = sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
    return hashlib.sha256("\n".join([platform.machine(), *abilities]).encode()).hexdigest()[:12]
