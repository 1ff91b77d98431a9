"""Cache of the comparators' networks and predictions, which speeds up evaluations on the same galaxies."""

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
from model.training.loop import Progress
from research.baselines import local, trained
from research.baselines.local import Predictor
from research.baselines.trained import Recipe


def cache_folder() -> Path:
    """Return the folder of trained comparators and their predictions, within the user's cache folder."""
    return user_cache_folder() / "comparators"


def remembered(
    fit: Callable[..., JointNetwork | PerLineNetwork],
    features: np.ndarray,
    ew: np.ndarray,
    recipe: Recipe,
    progress: Progress = None,
) -> JointNetwork | PerLineNetwork:
    """Train a network, or read it from the cache if rows, recipe and code are the same.

    Parameters
    ----------
    fit : callable
        `trained.fit_per_line` or `trained.fit_joint`.
    features, ew : arrays
        Training sample.
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
    """Predict with a method that searches galaxies, or read the result from the cache if data and code are the same.

    Parameters
    ----------
    name : str
        Name of the method.
    predict : callable
        Prediction function, built from `features` and `ew`.
    features, ew : arrays
        Training galaxies.
    asked : (galaxy, feature) array
        Galaxies to predict.

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
    """Return the path of a cache file, named by a hash of everything that its content depends on."""
    key = sha256(what.encode())
    for array in arrays:
        key.update(np.ascontiguousarray(array).tobytes())
    return cache_folder() / f"{key.hexdigest()[:32]}.safetensors"
