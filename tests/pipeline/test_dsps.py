"""DSPS -> rest-frame spectrum -> bins -> lines under one jit, in processes of their own: `dsps` switches on 64 bits."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest

from tests.serving import ROOT

# Looked for without importing it: the import would switch this whole test process to 64 bits.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("dsps") is None, reason="Needs dsps: pip install -r requirements-dev.txt"),
]

HANGS = 900
"""Seconds after which a process counts as stuck."""
ORDERS, DTYPES = ("dsps first", "model first"), ("float32", "float64")


@pytest.fixture(scope="module")
def outcomes():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    results = {}
    for order, dtype in product(ORDERS, DTYPES):
        command = [sys.executable, str(ROOT / "tests/pipeline/program.py"), order, dtype]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=HANGS
        )
        assert done.returncode == 0, done.stderr
        results[order, dtype] = json.loads(done.stdout)
    return results


@pytest.fixture(params=product(ORDERS, DTYPES), ids=" ".join)
def outcome(request, outcomes):
    return outcomes[request.param], request.param[1]


def test_dsps_switches_on_64_bits_and_results_keep_the_dtype_given(outcome):
    numbers, dtype = outcome
    assert numbers["switched_on"]
    assert set(numbers["dtypes"]) == {dtype}


def test_gradients_are_those_of_finite_differences(outcome):
    numbers, dtype = outcome
    tolerance = {"float32": 0.03, "float64": 1e-5}[dtype]
    forward, reverse, differences = (np.array(numbers[name]) for name in ("forward", "reverse", "differences"))
    assert np.abs(differences).max(axis=1).min() > 0.01  # every parameter moves some line
    scale = np.abs(differences).max(axis=1, keepdims=True)
    assert np.abs(forward - differences).max() < tolerance * scale.max()
    assert (np.abs(forward - differences) < tolerance * scale).all()
    assert np.allclose(forward, reverse, rtol=1e-3 if dtype == "float32" else 1e-8, atol=1e-3 * tolerance)


def test_a_thousand_at_once_are_a_thousand_one_by_one(outcome):
    numbers, dtype = outcome
    assert numbers["finite"]
    assert numbers["spread"] > 0.01
    assert np.allclose(numbers["many"], numbers["one_by_one"], atol=1e-3 if dtype == "float32" else 1e-9)


def test_the_order_of_imports_changes_nothing_and_the_precision_little(outcomes):
    for dtype in DTYPES:
        first, second = (outcomes[order, dtype] for order in ORDERS)
        assert {**first} == {**second}
    single, double = (outcomes[ORDERS[0], dtype]["ew"] for dtype in DTYPES)
    assert np.allclose(single, double, atol=2e-3)


def test_the_documents_recipe_runs():
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/pipeline.md").read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    program = code.group(1).replace("galactic_neon", "model")
    program += "\nassert ew.shape == (10,) and many.shape == (50, 10) and len(slopes) == 3 and 0 <= score <= 1\n"
    command = [sys.executable, "-c", program]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
