"""What comparators cost is kept in the user's cache: a second evaluation on the same galaxies does not pay again."""

import inspect
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
from jaxtyping import Float
from safetensors.numpy import load_file, save

from data.paths import user_cache_folder
from model.networks.joint import JointNetwork
from model.networks.per_line import PerLineNetwork
from model.storage.files import write_atomically
from model.storage.tensors import from_tensors, to_tensors
from model.training.optimization import Progress
from research.baselines import local, trained
from research.baselines.local import Predictor
from research.baselines.trained import Recipe


def cache_folder() -> Path:
    """Folder of trained comparators and their answers, below the user's cache folder."""
    return user_cache_folder() / "comparators"


def remembered(
    fit: Callable[..., JointNetwork | PerLineNetwork],
    features: np.ndarray,
    ew: np.ndarray,
    recipe: Recipe,
    progress: Progress = None,
) -> JointNetwork | PerLineNetwork:
    """Train, or read what the same rows, recipe and code gave before.

    Parameters
    ----------
    fit : callable
        `trained.fit_per_line` or `trained.fit_joint`.
    features, ew : arrays
        The training sample.
    recipe : Recipe
        Sizes, rates, seed.
    progress : callable, optional
        Called with the mean loss of each epoch.

    Returns
    -------
    NamedTuple
        The trained network.
    """
    path = _place(f"{fit.__name__} {recipe} {inspect.getsource(trained)}", features, ew)
    if path.is_file():
        return from_tensors(fit.__annotations__["return"], load_file(path))
    network = fit(features, ew, recipe, progress)
    write_atomically(path, save(to_tensors(network)))
    return network


def looked_up(
    name: str, predict: Predictor, features: np.ndarray, ew: np.ndarray, asked: np.ndarray
) -> Float[np.ndarray, "galaxy line"]:
    """Predict by looking up, or read what the same galaxies and code gave before.

    Parameters
    ----------
    name : str
        Of the method.
    predict : callable
        The method, made of `features` and `ew`.
    features, ew : arrays
        The known galaxies.
    asked : (galaxy, feature) array
        What to predict.

    Returns
    -------
    (galaxy, line) array
        Equivalent widths [Å].
    """
    path = _place(f"{name} {inspect.getsource(local)}", features, ew, asked)
    if path.is_file():
        return load_file(path)["ew"]
    said = predict(asked)
    write_atomically(path, save({"ew": said}))
    return said


def _place(what: str, *arrays: np.ndarray) -> Path:
    """Name a file by everything that its content depends on."""
    key = sha256(what.encode())
    for array in arrays:
        key.update(np.ascontiguousarray(array).tobytes())
    return cache_folder() / f"{key.hexdigest()[:32]}.safetensors"
