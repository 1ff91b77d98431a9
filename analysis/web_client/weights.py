"""Data for predictions in the browser: the networks' weights as float32, and medians of real galaxies per map cell."""

import json
from functools import cache
from hashlib import sha256
from typing import Any, Final

import numpy as np
from safetensors.numpy import save

from data.catalogue.cells import load_cells
from model.distribution.colors import LOG_TWO_PI
from model.distribution.latent import line_softening
from model.features import VARIANTS
from model.predictions.params import Params
from model.storage.tensors import to_tensors
from model.storage.weights import available_models, load_params

SHARED: Final = "shared"
VERSION_DIGITS: Final = 12


@cache
def weights_file(model: str, part: str) -> bytes | None:
    """Return one part of a model's weights as the bytes of a safetensors file.

    Parameters
    ----------
    model : str
        Name from `available_models`.
    part : {"shared", "colors", "luminosity", "redshift"}
        "shared" holds the map and the domain, the others a variant's network and its intrinsic percentiles.

    Returns
    -------
    bytes or None
        None if the model has no such part.
    """
    params = load_params(model)
    tensors = _shared(params) if part == SHARED else _variant(params, part)
    return save({name: np.ascontiguousarray(leaf, np.float32) for name, leaf in tensors.items()}) if tensors else None


@cache
def version(model: str, part: str) -> str | None:
    """Return the first 12 digits of a part's SHA-256, for its address; None if the model has no such part."""
    content = weights_file(model, part)
    return None if content is None else sha256(content).hexdigest()[:VERSION_DIGITS]


def parts_of(model: str) -> dict[str, str]:
    """Return the versions of the parts that a model has, by part."""
    found = {part: version(model, part) for part in (SHARED, *VARIANTS)}
    return {part: digits for part, digits in found.items() if digits}


def models() -> tuple[str, ...]:
    """Return the names of the available models."""
    return available_models()


@cache
def background() -> str:
    """Return medians of real galaxies per map cell as JSON: coordinates, counts, and EWs [Å] by line or null."""
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
    """Return the first 12 digits of the background's SHA-256."""
    return sha256(background().encode()).hexdigest()[:VERSION_DIGITS]


def _shared(params: Params) -> dict[str, Any]:
    if params.map is None or params.domain is None or params.widening is None:
        return {}
    domain, widening = params.domain, params.widening
    # The log normalisation of each Gaussian needs a determinant, which is computed here instead of in the browser.
    volume = np.linalg.slogdet(np.asarray(domain.whitening, np.float64))[1]
    log_norm = np.asarray(domain.log_weight) + volume - domain.center.shape[1] * LOG_TWO_PI / 2
    return named("map", params.map) | {
        "domain/center": domain.center,
        "domain/whitening": domain.whitening,
        "domain/log_norm": log_norm,
        "domain/level": domain.level,
        "domain/log_density": np.asarray(domain.log_density)[0],
        "domain/widening/start": np.asarray(widening.start).reshape(1),
        "domain/widening/slope": widening.slope,
    }


def _variant(params: Params, part: str) -> dict[str, Any]:
    network = getattr(params, part)
    if network is None:
        return {}
    tensors = named("net", network)
    if params.intrinsic is not None:
        tensors |= named("summary", getattr(params.intrinsic, part))
        tensors["summary/softening"] = line_softening(params.intrinsic.scales)
        if params.diluted is not None:
            tensors |= named("diluted", getattr(params.diluted, part))
    return tensors


def named(prefix: str, tree: Any) -> dict[str, Any]:
    """Return the leaves of a pytree by "prefix/name", with the names of the weights file."""
    return {f"{prefix}/{name}": leaf for name, leaf in to_tensors(tree).items()}
