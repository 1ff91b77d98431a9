"""Conversion of networks to the named arrays of a file, and back."""

from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import jax
import numpy as np
from jaxtyping import Float

Tensors = dict[str, Float[np.ndarray, "..."]]

STORED: Final = {"trunk": "", "from_trunk": "trunk", "from_context": "context", "catalogued": "listing"}
"""Names of fields in files of format 1 that differ from the names in the code; a trunk has no path component."""


def to_tensors(tree: Any) -> Tensors:
    """Name every array of nested named tuples by its path: ``median/weight``, ``blocks/0/bias``."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    names = (jax.tree_util.keystr(path, simple=True, separator="/").split("/") for path, _ in leaves)
    stored = ("/".join(filter(None, (STORED.get(part, part) for part in name))) for name in names)
    return {name: np.asarray(leaf) for name, (_, leaf) in zip(stored, leaves, strict=True)}


def from_tensors(kind: Any, tensors: Tensors, name: str = "") -> Any:
    """Build a named tuple from named arrays, according to the types of its fields.

    Parameters
    ----------
    kind : type
        A named tuple whose fields are arrays, named tuples, named tuples or None, or ``tuple[kind, ...]``.
    tensors : dict
        From `to_tensors`.
    name : str
        Path of the named tuple among the arrays; empty for the root.

    Returns
    -------
    object
        Of type `kind`, with numpy arrays.

    Raises
    ------
    KeyError
        If an array is missing.
    """
    if type(None) in get_args(kind):
        (kind,) = (option for option in get_args(kind) if option is not type(None))
        if not any(key.startswith(f"{name}/") for key in tensors):
            return None
    if hasattr(kind, "_fields"):
        paths = {field: "/".join(filter(None, (name, STORED.get(field, field)))) for field in kind._fields}
        return kind(
            **{field: from_tensors(kind.__annotations__[field], tensors, path) for field, path in paths.items()}
        )
    if get_origin(kind) is tuple:
        count = len({key[len(name) + 1 :].partition("/")[0] for key in tensors if key.startswith(f"{name}/")})
        return tuple(from_tensors(get_args(kind)[0], tensors, f"{name}/{index}") for index in range(count))
    return tensors[name]


def kinds(annotation: Any) -> dict[str, Any]:
    """Return the types of an annotation by their names; a union gives each of its types except None."""
    options = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return {option.__name__: option for option in options if option is not type(None)}
