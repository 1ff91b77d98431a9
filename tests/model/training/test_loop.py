import os
import signal
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from model.training.loop import Checkpoints
from model.training.network import Recipe, fit

RECIPE = Recipe(width=16, blocks=1, epochs=6, batch=64)
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.model.training.test_loop import train

seen = []
def kill(loss):
    seen.append(loss)
    if len(seen) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
train(Path(sys.argv[1]), kill)
"""


def train(folder: Path | None, progress=None, run="a run"):
    rng = np.random.default_rng(3)
    features = rng.normal(size=(400, 3))
    targets = np.sin(features[:, :2]) + rng.normal(size=(400, 2)) * 0.1
    return fit(features, targets, RECIPE, progress, folder and Checkpoints(folder, run))


def same(one, two):
    return all(map(np.array_equal, jax.tree.leaves(one), jax.tree.leaves(two)))


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path):
    root = Path(__file__).parents[3]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL
    losses = []
    resumed = train(tmp_path, losses.append)
    whole = []
    assert same(resumed, train(None, whole.append))
    assert losses == [whole[3]] * 4 + whole[4:]


def test_a_finished_run_is_not_repeated_and_another_starts_afresh(tmp_path):
    first = train(tmp_path)
    losses = []
    assert same(first, train(tmp_path, losses.append))
    assert len(set(losses)) == 1
    again = []
    train(tmp_path, again.append, run="another run")
    assert len(set(again)) == RECIPE.epochs


@pytest.mark.parametrize("content", [b"", b"not a checkpoint at all"])
def test_a_damaged_checkpoint_is_left_aside(tmp_path, content):
    train(tmp_path)
    (file,) = (path for path in tmp_path.iterdir() if path.suffix == ".safetensors")
    file.write_bytes(content)
    assert same(train(tmp_path), train(None))
