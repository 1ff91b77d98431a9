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
