"""Weights on disk: safetensors with a JSON sidecar of metadata. Nothing is unpickled."""

import json
import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import jax
import numpy as np
from safetensors.numpy import load, save

from ..features import VARIANTS
from ..predictions.params import Diluted, Params
from ..storage.release import __version__
from .files import write_atomically
from .tensors import from_tensors, kinds, to_tensors

FORMAT: Final = 1
PACKAGE_FOLDER: Final = Path(__file__).parent / "weights"
USER_FOLDER_VARIABLE: Final = "GALACTIC_NEON_WEIGHTS"
"""Environment variable with the folder of the user's own weights."""
DEFAULT: Final = "default"
MAP: Final = "map"
INTRINSIC: Final = "intrinsic"
"""The intrinsic distribution, in a file beside the default model's."""
DOMAIN: Final = "domain"
NOISE_FREE: Final = "noise-free"
"""The model for continua without noise; it shares the default model's intrinsic distribution."""

USER_FOLDER: Final = Path("~/.local/share/galactic_neon")


class WeightsError(ValueError):
    """A weights file cannot be used; the message is a sentence for the user.

    Examples
    --------
    >>> from galactic_neon import WeightsError, load_params
    >>> try:
    ...     load_params("no-such-model")
    ... except WeightsError as error:
    ...     print(str(error)[:27])
    No weights 'no-such-model'.
    """


def user_folder() -> Path:
    """Return the folder of imported and self-trained weights.

    It is named by `GALACTIC_NEON_WEIGHTS`; the default is ~/.local/share/galactic_neon. A user without a home gets the
    latter as it is written here, which is a folder that does not exist.
    """
    if given := os.environ.get(USER_FOLDER_VARIABLE):
        return Path(given)
    with suppress(RuntimeError):
        return USER_FOLDER.expanduser()
    return USER_FOLDER


def available_models() -> tuple[str, ...]:
    """Return the names of the models that `load_params` finds, the default one first."""
    names = {path.stem for folder in (PACKAGE_FOLDER, user_folder()) for path in folder.glob("*.safetensors")}
    return (DEFAULT, *sorted(names - {DEFAULT, MAP, DOMAIN, INTRINSIC}))


def find_weights(name_or_path: str | Path = DEFAULT) -> Path:
    """Find a weights file by its name or path.

    Parameters
    ----------
    name_or_path : str or Path
        "default", "noise-free", the name of an imported model such as "published", or the path of a .safetensors file.

    Returns
    -------
    Path
        Path of an existing file.

    Raises
    ------
    WeightsError
        If there is no such file.
    """
    given = Path(name_or_path)
    if given.suffix == ".safetensors":
        candidates = [given]
    else:
        candidates = [folder / f"{given.name}.safetensors" for folder in (PACKAGE_FOLDER, user_folder())]
    for path in candidates:
        if path.is_file():
            return path
    hint = " Import it first: the command `import-published FILE.npy OUT`." if str(name_or_path) == "published" else ""
    names = ", ".join(available_models())
    raise WeightsError(f"No weights {str(name_or_path)!r}. Known models: {names}; or give a .safetensors file.{hint}")


def save_params(params: Params, path: Path, about: dict[str, Any]) -> Path:
    """Write the networks of `params` to a weights file, and its sidecar.

    Parameters
    ----------
    params : Params
        Networks that are None are left out.
    path : Path
        A .safetensors file; the sidecar gets the same name with .json.
    about : dict
        JSON-serialisable metadata for the sidecar: training rows, split, recipe, metrics, source.

    Returns
    -------
    Path
        Path of the sidecar.
    """
    present = {field: network for field, network in params._asdict().items() if network is not None}
    tensors = {field: to_tensors(network) for field, network in present.items()}
    content = save(
        {
            f"{field}/{name}": np.asarray(leaf, np.float32, order="C")
            for field, own in tensors.items()
            for name, leaf in own.items()
        }
    )
    sidecar = {
        "format": FORMAT,
        "version": __version__,
        "sha256": sha256(content).hexdigest(),
        "networks": {
            field: {
                "kind": type(network).__name__,
                "shapes": {name: list(leaf.shape) for name, leaf in tensors[field].items()},
            }
            for field, network in present.items()
        },
        **about,
    }
    write_atomically(path, content)
    write_atomically(path.with_suffix(".json"), (json.dumps(sidecar, indent=1) + "\n").encode())
    return path.with_suffix(".json")


def load_sidecar(name_or_path: str | Path = DEFAULT) -> dict[str, Any]:
    """Read the sidecar of a weights file.

    Parameters
    ----------
    name_or_path : str or Path
        As for `load_params`.

    Returns
    -------
    dict
        Content of the sidecar.

    Raises
    ------
    WeightsError
        If the weights file or its sidecar is missing.

    Examples
    --------
    >>> from galactic_neon import load_sidecar
    >>> about = load_sidecar()
    >>> sorted(about["networks"]), len(about["sha256"])
    (['colors', 'luminosity', 'redshift'], 64)
    """
    path = find_weights(name_or_path).with_suffix(".json")
    if not path.is_file():
        raise WeightsError(f"{path.name} is missing beside the weights. Copy both files.")
    return json.loads(path.read_text())


def read_params(path: Path) -> Params:
    """Read one weights file and verify its checksum against the sidecar.

    Parameters
    ----------
    path : Path
        A .safetensors file with its .json.

    Returns
    -------
    Params
        Networks that the file does not hold are None.

    Raises
    ------
    WeightsError
        If the checksum differs from the sidecar's, or the file has another format.
    """
    sidecar, content = load_sidecar(path), path.read_bytes()
    if sidecar.get("format") != FORMAT:
        raise WeightsError(f"{path.name} has format {sidecar.get('format')}; this version reads {FORMAT}. Update.")
    if sha256(content).hexdigest() != sidecar["sha256"]:
        raise WeightsError(f"The checksum of {path.name} differs from its sidecar's. Copy both files again.")
    tensors = load(content)
    networks: dict[str, Any] = dict.fromkeys(Params._fields)
    for field, about in sidecar["networks"].items():
        kind = kinds(Params.__annotations__[field])[about["kind"]]
        networks[field] = jax.device_put(from_tensors(kind, tensors, field))
    return Params(**networks)


def load_params(name_or_path: str | Path = DEFAULT) -> Params:
    """Load a model by name or path, with the canonical map and the domain.

    Parameters
    ----------
    name_or_path : str or Path
        "default"; "noise-free", for continua without noise, as synthetic ones; "published" (once imported); the name
        of any other model in the user's folder; or the path of a .safetensors file.

    Returns
    -------
    Params
        Float32 arrays on the default device. Each file is read once per process.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or of another format.

    Examples
    --------
    >>> from galactic_neon import load_params
    >>> params = load_params()
    >>> synthetic = load_params("noise-free")
    >>> params.redshift is not None and synthetic.intrinsic is not None
    True
    """
    return _load_once(find_weights(name_or_path).resolve())


@cache
def _load_once(file: Path) -> Params:
    params = read_params(file)
    own, noisy = file.with_name(f"{INTRINSIC}.safetensors"), file.with_name(f"{DEFAULT}.safetensors")
    if file.stem == DEFAULT and own.is_file():
        params = params._replace(intrinsic=read_params(own).intrinsic)
    if file.stem == NOISE_FREE and noisy.is_file():
        default = _load_once(noisy)
        diluted = Diluted(*(getattr(default, name) for name in VARIANTS))
        params = params._replace(intrinsic=default.intrinsic, diluted=diluted)
    for name, fields in ((MAP, ("map",)), (DOMAIN, ("domain", "widening"))):
        path = PACKAGE_FOLDER / f"{name}.safetensors"
        if getattr(params, name) is None and path.is_file():
            shared = read_params(path)
            params = params._replace(**{field: getattr(shared, field) for field in fields})
    return params
