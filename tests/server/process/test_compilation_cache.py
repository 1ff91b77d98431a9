import subprocess
import sys
from pathlib import Path

from tests.serving import ROOT

PROGRAM = """
import sys, pathlib, jax
from server.process.compilation_cache import enable
enable(pathlib.Path(sys.argv[1]))
jax.jit(lambda x: x * 2 + 1)(3.0)
"""


def test_a_second_process_compiles_nothing(tmp_path: Path):
    def kept() -> dict[str, int]:
        command = [sys.executable, "-c", PROGRAM, str(tmp_path / "cache")]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        return {path.name: path.stat().st_size for path in tmp_path.rglob("*-cache")}

    first = kept()
    assert first
    assert kept() == first
