"""`galactic_neon.dsps`: stars to spectra, lines and magnitudes."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from tests.serving import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("dsps") is None, reason="Needs dsps: pip install -r requirements-dev.txt"),
]
GALAXIES = 4096
"""Galaxies of the test of memory; `make soak` makes 100,000."""


def outcome(count: int) -> dict:
    command = [sys.executable, str(ROOT / "tests/pipeline/mocks.py"), str(count)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def found():
    return outcome(GALAXIES)


def test_luminosities_and_magnitudes_are_those_of_the_observed_spectrum(found):
    assert found["finite"]
    for name in ("luminosities", "magnitudes"):
        ours, expected = found[name]
        assert ours == pytest.approx(expected, abs=3e-3)


def test_slopes_are_finite_differences(found):
    for name, (slope, difference) in found["slopes"].items():
        assert slope == pytest.approx(difference, rel=0.03, abs=2e-3), name


def test_chunks_are_galaxies_one_by_one(found):
    assert set(found["rows"]) == {300}
    assert found["one"] < 2e-3
    assert {"ew", "ew_drawn", "ew_observed", "magnitudes"} <= found["chunks"].keys()
    assert max(found["chunks"][name] for name in ("ew", "ew_drawn", "magnitudes", "log_luminosity")) < 5e-3


def test_memory_does_not_grow_with_the_number_of_galaxies(found):
    assert found["made"] == GALAXIES
    assert found["grown"] < 64  # MiB; 4096 spectra would take 147


def test_populations_of_the_user_are_taken_and_short_ones_named(found):
    assert found["own"]
    assert "need to cover 3345-7060 Å" in found["refused"]
    assert np.isfinite(found["magnitudes"]).all()


@pytest.mark.soak
def test_a_hundred_thousand_galaxies_take_no_more_memory_than_some():
    made = outcome(100_000)
    assert made["made"] == 100_000
    assert made["grown"] < 64
