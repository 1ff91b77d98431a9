"""The wheel `galactic_neon` installs without other packages of this repository, is complete, and predicts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import importlib
import pkgutil
import sys
import warnings
import numpy as np
import galactic_neon
from galactic_neon import LINES, continuum_bins, load_params, measure_lines, place_on_map, predict_ew, sample_many
flux = np.linspace(1, 2, 12, dtype=np.float32)
ew = predict_ew(load_params(), flux)
assert ew.shape == (len(LINES),) and np.isfinite(ew).all()
assert np.isfinite(place_on_map(load_params(), flux).position).all()
assert np.isfinite(sample_many(1, load_params(), flux[None])[0]).all()
from galactic_neon.spectra.starlight import starlight
assert np.isfinite(starlight(flux)).all()
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    assert galactic_neon.Observed is galactic_neon.ObservedLines and "ObservedLines" in str(said[0].message)
for module in pkgutil.walk_packages(galactic_neon.__path__, "galactic_neon."):
    importlib.import_module(module.name)
strangers = {"model", "data", "server", "dash", "pandas", "pyarrow", "optax", "sklearn", "umap"} & set(sys.modules)
assert not strangers, strangers
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT / "model", source / "model", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, source], check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_data_file_of_the_library(wheel):
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("galactic_neon/")}
    files = (path.relative_to(ROOT / "model") for path in (ROOT / "model").rglob("*") if path.is_file())
    wanted = {f"galactic_neon/{path.as_posix()}" for path in files if "__pycache__" not in path.parts}
    assert held == wanted
    assert {"galactic_neon/py.typed", "galactic_neon/storage/weights/default.safetensors"} <= held


@pytest.mark.slow
def test_the_wheel_installs_alone_and_predicts(wheel, tmp_path):
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", tmp_path / "site", wheel], check=True)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, cwd=tmp_path, env=environment)
