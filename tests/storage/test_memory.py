"""Memory that is not needed any more goes back to the system."""

import subprocess
import sys

import pytest

USE = """
from pathlib import Path
from storage import memory

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 / 1024

kept = not memory.keep_no_large_pieces()
pieces = [bytearray(b"x") * (4 << 20) for _ in range(20)]
full = held()
del pieces
print(kept, full - held())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux how much memory it holds")
def test_large_pieces_go_back_at_once():
    told = subprocess.run([sys.executable, "-c", USE], capture_output=True, text=True, check=True).stdout.split()
    if told[0] == "True":
        pytest.skip("this system's C library has no mallopt")
    assert float(told[1]) > 70
