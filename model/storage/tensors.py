"""Networks as named arrays, as files hold them, and back."""

from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from ..distribution.chain import Chain, Heads, Summary
from ..distribution.colors import ColorMixture
from ..distribution.scales import Scales
from ..networks.joint import JointNetwork
from ..networks.layers import Dense
from ..networks.per_line import PerLineNetwork
from ..predictions.params import LineDistribution

Tensors = dict[str, Float[np.ndarray, "..."]]


def to_tensors(tree: Any) -> Tensors:
    """Name every array of nested named tuples by its path."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(leaf) for path, leaf in leaves}


def fields(tensors: Tensors, prefix: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Give the arrays of one flat named tuple by the names of its fields."""
    return {name: tensors[f"{prefix}/{name}"] for name in names}


def read_scales(tensors: Tensors, prefix: str) -> Scales:
    """Put the units of lines together."""
    return Scales(**fields(tensors, prefix, Scales._fields))


def read_chain(tensors: Tensors, prefix: str) -> Chain:
    """Put a chain together."""
    count = sum(name.startswith(f"{prefix}/heads/") and name.endswith("/output_bias") for name in tensors)
    heads = tuple(Heads(**fields(tensors, f"{prefix}/heads/{index}", Heads._fields)) for index in range(count))
    return Chain(**_trunk(tensors, prefix), heads=heads)


def rebuild(kind: str, tensors: Tensors) -> JointNetwork | PerLineNetwork | LineDistribution | ColorMixture:
    """Put a part of the weights together.

    Parameters
    ----------
    kind : str
        Name of its type.
    tensors : dict
        From `to_tensors`.

    Returns
    -------
    NamedTuple
        The part, of numpy arrays.
    """
    if kind == LineDistribution.__name__:
        colors, luminosity = (
            Summary(**_trunk(tensors, name), output=_dense(tensors, f"{name}/output"))
            for name in ("colors", "luminosity")
        )
        listing, latent = (read_chain(tensors, name) for name in ("listing", "latent"))
        return LineDistribution(read_scales(tensors, "scales"), listing, latent, colors, luminosity)
    if kind == PerLineNetwork.__name__:
        return PerLineNetwork(tensors["feature_mean"], tensors["feature_std"], _stack(tensors, "layers"))
    if kind == ColorMixture.__name__:
        return ColorMixture(**tensors)
    return JointNetwork(
        feature_mean=tensors["feature_mean"],
        feature_std=tensors["feature_std"],
        target_mean=tensors["target_mean"],
        target_std=tensors["target_std"],
        entry=_dense(tensors, "entry"),
        blocks=_stack(tensors, "blocks"),
        median=_dense(tensors, "median"),
        below=_dense(tensors, "below"),
        above=_dense(tensors, "above"),
    )


def _trunk(tensors: Tensors, prefix: str) -> dict[str, Any]:
    scalers = fields(tensors, prefix, ("feature_mean", "feature_std"))
    return {**scalers, "entry": _dense(tensors, f"{prefix}/entry"), "blocks": _stack(tensors, f"{prefix}/blocks")}


def _dense(tensors: Tensors, prefix: str) -> Dense:
    return Dense(**fields(tensors, prefix, Dense._fields))


def _stack(tensors: Tensors, prefix: str) -> tuple[Dense, ...]:
    count = sum(name.startswith(f"{prefix}/") and name.endswith("/weight") for name in tensors)
    return tuple(_dense(tensors, f"{prefix}/{index}") for index in range(count))
