"""Batches use every device that JAX sees, and their numbers do not depend on how many there are."""

import os
import subprocess
import sys

import numpy as np
import pytest

from model.predictions.batch import predict_many
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params
from tests.serving import ROOT

PROGRAM = """
import sys
import jax
import numpy as np
from model.predictions import chunks
from model.predictions.batch import predict_many
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params
assert jax.device_count() == 4
seen = []
spread = chunks._over_devices
def watch(rows):
    placed = spread(rows)
    seen.append(len(getattr(placed, "devices", lambda: [0])()))
    return placed
chunks._over_devices = watch
flux = np.load(sys.argv[1])
drawn = sample_many(3, load_params(), flux)
np.savez(sys.argv[2], ew=predict_many(load_params(), flux).ew, drawn=drawn.ew, most=max(seen))
"""


@pytest.mark.slow
def test_four_devices_give_the_numbers_of_one(tmp_path):
    flux = (np.linspace(1, 2, 12) * np.random.default_rng(0).lognormal(0, 0.03, (1500, 12))).astype(np.float32)
    np.save(tmp_path / "flux.npy", flux)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "flux.npy"), str(tmp_path / "found.npz")]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    found = np.load(tmp_path / "found.npz")
    assert found["most"] == 4
    np.testing.assert_allclose(found["ew"], predict_many(load_params(), flux).ew, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["drawn"], sample_many(3, load_params(), flux).ew, rtol=2e-3, atol=1e-3)
