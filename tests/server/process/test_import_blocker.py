"""What the serving process must not load, although it is installed here: each costs memory and time at every start."""

import json
import subprocess
import sys

import jax
import pytest

from tests.serving import ROOT

HEAVY = ("pandas", "umap", "numba", "sklearn", "optax", "astropy", "scipy", "plotly.validator_cache")
NOT_AT_THE_START = ("pyarrow", "requests")
STRAY_OPERATIONS = 2
"""How many operations may run outside of a compiled function of ours from the start to the first click."""

SERVE = """
import json, sys
import app
for step in (*app.server.extensions["preparation"].values(), *app.server.extensions["afterwards"].values()):
    step.result()
from data.catalogue.registry import served
from tests.load.visitors import galaxy_path
name, catalogue = next(iter(served().items()))
client = app.server.test_client()
for column in ("map_x", "HALPHA_EW", "HALPHA_EW_NOISY"):
    assert client.get(f"/catalogues/{name}/columns/{column}.bin?v={catalogue.version}").status_code == 200
row = catalogue.row_of(catalogue.target_ids[7].decode())
assert client.get(galaxy_path(name, row, catalogue.version)).status_code == 200
print(json.dumps(sorted(set(sys.argv[1:]) & set(sys.modules))))
"""


def test_what_supervises_the_workers_stays_small():
    code = "import sys, server.process.settings; print(sorted({'numpy', 'jax', 'dash', 'flask'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


WORKER = """
import gc, runpy, types
from gunicorn.config import Config
known = Config().settings
hooks = [runpy.run_path("gunicorn.conf.py")[name] for name in ("post_fork", "post_worker_init") if name in known]
hooks[0](None, None)
paused = gc.isenabled()
hooks[1](types.SimpleNamespace(age=2))
print(paused, gc.isenabled(), gc.get_freeze_count() > 0)
"""


def test_garbage_is_looked_for_as_soon_as_a_worker_has_started():
    done = subprocess.run([sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("False True True\n", 0), done.stderr


DOWNLOAD = """
import sys
from server.process import import_blocker
import_blocker.block("pandas")
import numpy as np
from data.formats import FORMATS
from analysis.emission.synthetic_spectrum import LineShape, as_file, spectrum_of_bins
columns = spectrum_of_bins(np.ones(12, np.float32), np.ones(10, np.float32), LineShape(), 0.1)
for format in FORMATS:
    assert as_file(columns, LineShape(), "default", format)[0]
print("pandas" in sys.modules)
"""


@pytest.mark.slow
def test_downloads_leave_pandas_alone_where_it_is_installed():
    done = subprocess.run([sys.executable, "-c", DOWNLOAD], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
    assert 'import_blocker.block("pandas")' in (ROOT / "gunicorn.conf.py").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_server_starts_and_answers_without_heavy_packages(tmp_path):
    environment = {"CACHE_DIR": str(tmp_path / "cache"), "DATA_DIR": str(tmp_path), "SPARCL_URL": "off"}
    loaded = []
    for _ in range(2):  # once it expands the catalogue, once it finds it expanded
        done = subprocess.run(
            [sys.executable, "-c", SERVE, *HEAVY, *NOT_AT_THE_START],
            cwd=ROOT,
            env={"PATH": "", "HOME": str(tmp_path)} | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        loaded.append(json.loads(done.stdout.splitlines()[-1]))
    assert loaded == [["pyarrow"], []]
    # Each compiled program stays in memory with more than a MiB around it, an operation outside every `jit` too.
    operations = {f"jit_{name}" for module in (jax.lax, jax.numpy) for name in vars(module)}
    compiled = [path.name.rpartition("-")[0].rpartition("-")[0] for path in tmp_path.rglob("jit_*-cache")]
    assert "jit_predict" in compiled
    assert len([name for name in compiled if name in operations]) <= STRAY_OPERATIONS, compiled
