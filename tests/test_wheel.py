"""The library installs alone, under its own name, and predicts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import sys
import numpy as np
from galactic_neon import LINES, load_params, place_on_map, predict_ew
ew = predict_ew(load_params(), np.linspace(1, 2, 12))
assert ew.shape == (len(LINES),) and np.isfinite(ew).all()
assert np.isfinite(place_on_map(load_params(), np.linspace(1, 2, 12)).position).all()
strangers = {"model", "data", "server", "dash", "pandas", "pyarrow", "optax", "sklearn", "umap"} & set(sys.modules)
assert not strangers, strangers
"""


@pytest.mark.slow
def test_the_wheel_installs_alone_and_predicts(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT / "model", source / "model", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--target", tmp_path / "site", source], check=True)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, cwd=tmp_path, env=environment)
