"""A user's script passes the strict checks of mypy and pyright, and runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT

SCRIPT = Path(__file__).with_name("user.py")
CHECKERS = {
    "mypy": ["mypy", "--strict", "--follow-imports=silent", "--cache-dir=/dev/null"],
    "pyright": ["pyright"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKERS)
def test_it_is_typed(name: str):
    command = [sys.executable, "-m", *CHECKERS[name], str(SCRIPT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_it_runs():
    subprocess.run([sys.executable, str(SCRIPT)], cwd=ROOT, check=True, env={"PYTHONPATH": str(ROOT)})
