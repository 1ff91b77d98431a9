"""What the browser needs to predict by itself: the networks' weights as float32, and real galaxies per map cell."""

import json
from functools import cache
from hashlib import sha256
from typing import Any, Final

import jax
import numpy as np
from safetensors.numpy import save

from data.catalogue.cells import load_cells
from model.distribution.colors import LOG_TWO_PI
from model.predictions.intrinsic import line_softening
from model.predictions.params import Params
from model.storage.weights import available_models, load_params

SHARED: Final = "shared"
VARIANTS: Final = ("colors", "luminosity")
VERSION_DIGITS: Final = 12


@cache
def weights_file(model: str, part: str) -> bytes | None:
    """Give one part of a model's weights as a safetensors file.

    Parameters
    ----------
    model : str
        Name from `available_models`.
    part : {"shared", "colors", "luminosity"}
        The map and the domain, or a variant's network with the summary of its intrinsic distribution.

    Returns
    -------
    bytes or None
        The file; None when the model has no such part.
    """
    params = load_params(model)
    tensors = _shared(params) if part == SHARED else _variant(params, part)
    return save({name: np.ascontiguousarray(leaf, np.float32) for name, leaf in tensors.items()}) if tensors else None


@cache
def version(model: str, part: str) -> str | None:
    """Give the first digits of a part's SHA-256, for its address; None when the model has no such part."""
    content = weights_file(model, part)
    return None if content is None else sha256(content).hexdigest()[:VERSION_DIGITS]


def parts_of(model: str) -> dict[str, str]:
    """Give the parts that a model has, with their versions."""
    found = {part: version(model, part) for part in (SHARED, *VARIANTS)}
    return {part: digits for part, digits in found.items() if digits}


def models() -> tuple[str, ...]:
    """Give the names of the models that can be asked for."""
    return available_models()


@cache
def background() -> str:
    """Give the medians of real galaxies per map cell as JSON: places, counts, EWs [Å] of each line or null."""
    cells = load_cells()
    ew = [[float(f"{value:.3g}") if np.isfinite(value) else None for value in line] for line in cells.ew.T.tolist()]
    content = {
        "x": np.round(cells.center[:, 0].astype(float), 3).tolist(),
        "y": np.round(cells.center[:, 1].astype(float), 3).tolist(),
        "size": cells.size,
        "n": cells.n.tolist(),
        "ew": ew,
    }
    return json.dumps(content, separators=(",", ":"))


@cache
def background_version() -> str:
    """Give the first digits of the background's SHA-256."""
    return sha256(background().encode()).hexdigest()[:VERSION_DIGITS]


def _shared(params: Params) -> dict[str, Any]:
    if params.map is None or params.domain is None:
        return {}
    domain = params.domain
    # The density needs the volume of each Gaussian, not its determinant: computed here once.
    volume = np.linalg.slogdet(np.asarray(domain.whitening, np.float64))[1]
    log_norm = np.asarray(domain.log_weight) + volume - domain.center.shape[1] * LOG_TWO_PI / 2
    return named("map", params.map) | {
        "domain/center": domain.center,
        "domain/whitening": domain.whitening,
        "domain/log_norm": log_norm,
        "domain/level": domain.level,
        "domain/log_density": np.asarray(domain.log_density)[0],
    }


def _variant(params: Params, part: str) -> dict[str, Any]:
    network = getattr(params, part)
    if network is None:
        return {}
    tensors = named("net", network)
    if params.intrinsic is not None:
        tensors |= named("summary", getattr(params.intrinsic, part))
        tensors["summary/softening"] = line_softening(params.intrinsic.scales)
    return tensors


def named(prefix: str, tree: Any) -> dict[str, Any]:
    """Name the leaves of a pytree as its weights file does, below a prefix."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {f"{prefix}/{jax.tree_util.keystr(path, simple=True, separator='/')}": leaf for path, leaf in leaves}
