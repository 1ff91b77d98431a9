import sys
from pathlib import Path

import numpy as np
import pytest

from storage.available_memory import available_memory, own_memory

MIB = 2**20


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("place", ["/", "/pod/container"])
def test_memory_that_a_control_group_leaves_is_known(tmp_path: Path, version: int, place: str):
    base = tmp_path / "memory" if version == 1 else tmp_path
    folder = base / place.strip("/")
    folder.mkdir(parents=True, exist_ok=True)
    limit, used = ("limit_in_bytes", "usage_in_bytes") if version == 1 else ("max", "current")
    (folder / f"memory.{limit}").write_text(f"{64 * MIB}\n")
    (folder / f"memory.{used}").write_text(f"{50 * MIB}\n")
    prefix = "total_" if version == 1 else ""
    (folder / "memory.stat").write_text(f"anon 1\n{prefix}inactive_file {6 * MIB}\n")
    own = tmp_path / "own"
    own.write_text(f"5:cpu,cpuacct:/elsewhere\n4:memory:{place}\n" if version == 1 else f"0::{place}\n")
    assert available_memory(tmp_path, own) == 20 * MIB


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux how much memory it holds")
def test_the_memory_of_this_process_grows_with_what_it_holds():
    before = own_memory()
    held = np.ones(64 * MIB, np.uint8)
    assert 48 * MIB < own_memory() - before < 80 * MIB
    assert held[-1] == 1
