"""Measure what compiling the parts of a draw takes: ``python -m benchmarks.compilation``.

For each part in the order of its first use, printed are the memory above that before, at its peak and afterwards, and
the processor time. Nothing is read from a cache on the disk.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

os.environ["JAX_ENABLE_COMPILATION_CACHE"] = "false"

import jax
import numpy as np

from model.predictions.joint import batch
from model.predictions.joint.anchor import Anchor
from model.storage.weights import load_params
from storage import memory

PARTS: Final = ("_joint", "_undiluted_lines", "_usual", "_conditions", "_change", "_known_lines")
ROWS: Final = 64
CLEAR: Final = "5"
"""What the kernel's `clear_refs` takes to forget the peak."""
KB_PER_MIB: Final = 1024


def mebibytes(file: str, name: str) -> float:
    """Return a figure of this process [MiB]."""
    lines = Path("/proc/self", file).read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / KB_PER_MIB


def measured(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that prints what a call of the part takes."""

    def call(*columns: Any) -> Any:
        memory.give_back()
        before = mebibytes("status", "VmRSS")
        Path("/proc/self/clear_refs").write_text(CLEAR, encoding="ascii")
        start = time.process_time()
        found = jax.block_until_ready(part(*columns))
        seconds, peak = time.process_time() - start, mebibytes("status", "VmHWM")
        memory.give_back()
        print(f"  {name:<18} {peak - before:>5.0f} {mebibytes('status', 'VmRSS') - before:>5.0f} {seconds:>6.1f}")
        return found

    return call


def main() -> None:
    """Print a line per part."""
    memory.keep_no_large_pieces()
    for name in PARTS:
        setattr(batch, name, measured(name.strip("_"), getattr(batch, name)))
    bins = np.ones((ROWS, 12), np.float32)
    anchors = {"starlight alone": None, "given Hα and O/H": Anchor(np.full(ROWS, 1.5), np.full(ROWS, 8.7))}
    print(f"{'':<20} {'peak':>5} {'after':>5} [MiB] [s]")
    for model in ("default", "noise-free"):
        for given, anchor in anchors.items():
            print(f"{model}, {given}")
            batch.sample_many(0, load_params(model), bins, ids=np.arange(ROWS), anchor=anchor)


if __name__ == "__main__":
    main()
