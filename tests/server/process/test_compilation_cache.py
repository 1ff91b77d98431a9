"""What one process compiles, the next loads."""

import shutil
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from server.process import compilation_cache
from tests.serving import ROOT

PROGRAM = """
import sys, pathlib, jax
from server.process.compilation_cache import enable
events = []
jax.monitoring.register_event_listener(lambda event, **_: events.append(event))
enable(pathlib.Path(sys.argv[1]))
jax.jit(lambda x: x * 2 + 1)(3.0)
for outcome in ("hits", "misses"):
    print(sum(event == f"/jax/compilation_cache/cache_{outcome}" for event in events))
"""


def hits_and_misses(cache: Path) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(cache)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    hits, misses = map(int, done.stdout.split())
    return hits, misses


def test_a_second_process_compiles_nothing(tmp_path: Path):
    cache = tmp_path / "cache"
    hits, misses = hits_and_misses(cache)
    assert misses > 0
    assert hits == 0
    assert hits_and_misses(cache) == (misses, 0)
    shutil.rmtree(cache)
    assert hits_and_misses(cache) == (0, misses), "without the cache it compiles again"


def test_what_compiling_took_is_returned_after_every_function(monkeypatch: pytest.MonkeyPatch):
    returned = []
    monkeypatch.setattr(compilation_cache.memory, "trim", lambda: returned.append(True))
    compilation_cache._give_back_what_compiling_took()
    jax.jit(lambda x: x * 3 - 2)(2.0)
    assert returned


CPUINFO = """processor : 0
model name : Fine Processor
cpu MHz : 2400.000
flags : fpu sse2 avx2

processor : 1
model name : Fine Processor
cpu MHz : 3100.000
flags : fpu sse2 avx2
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [("avx2", "avx2 sse4a", False), ("Fine", "Finer", False), ("3100", "1200", True), ("processor : 1", "", True)],
)
def test_another_kind_of_processor_has_another_folder(old: str, new: str, same: bool, tmp_path: Path):
    """XLA itself only warns where features differ, and then runs the code."""
    described = tmp_path / "cpuinfo"
    names = []
    for text in (CPUINFO, CPUINFO.replace(old, new)):
        described.write_text(text)
        names.append(compilation_cache._processor(described))
    assert (names[0] == names[1]) == same
