"""Reader of the weights that Khederlarian et al. published as pickles, with an unpickler that admits only arrays.

Unpickling can run any code, so this unpickler resolves only a short list of names, and replaces scikit-learn's scaler
by a class without code. It is used for the one-time import only; the app and `load_params` never unpickle.
"""

import io
import pickle
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..bins import N_BINS
from ..lines import LINE_NAMES
from ..networks.layers import Dense
from ..networks.per_line import PerLineNetwork
from ..predictions.params import Params
from .weights import WeightsError, load_sidecar, read_params, save_params

MAX_BYTES: Final = 20_000_000
"""Largest file that is read [bytes]; the published files have 0.7 MB."""
SCALERS: Final = ("color_scaler", "luminosity_scaler")
"""Keys of the standardisations, in the order of the features."""


class Scaler:
    """Attributes of a pickled scikit-learn StandardScaler, without its code."""

    mean_: np.ndarray
    scale_: np.ndarray


def _allowed() -> dict[tuple[str, str], Any]:
    # NumPy's reduce functions are private; an array and a scalar give access to them.
    reconstruct = np.empty(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]  # pyright: ignore[reportIndexIssue]
    names: dict[tuple[str, str], Any] = {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): np.dtype}
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        names[module, "_reconstruct"] = reconstruct
        names[module, "scalar"] = scalar
    for module in ("sklearn.preprocessing._data", "sklearn.preprocessing.data"):
        names[module, "StandardScaler"] = Scaler
    return names


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        """Return the object of an admitted name; raise WeightsError for any other."""
        try:
            return _allowed()[module_name, global_name]
        except KeyError:
            raise WeightsError(
                f"The file asks for {module_name}.{global_name}; only numpy arrays and the scaler's attributes are "
                "admitted. Do not use this file unless you know who made it."
            ) from None


def _read_object(path: Path) -> Any:
    """Read the one pickled object of an .npy file."""
    if path.stat().st_size > MAX_BYTES:
        raise WeightsError(f"{path.name} has {path.stat().st_size:,} bytes, more than {MAX_BYTES:,}. Wrong file?")
    stream = io.BytesIO(path.read_bytes())
    try:
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(stream)
        if dtype != np.dtype(object) or shape != ():
            raise WeightsError(f"{path.name} holds {shape} {dtype}, not one pickled dictionary. Wrong file?")
        array = _ArrayUnpickler(stream).load()
        return array.item() if isinstance(array, np.ndarray) else array
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, IndexError, ValueError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{path.name} is damaged or not a published weights file: {error}") from error


def read_published(path: Path) -> tuple[str, PerLineNetwork]:
    """Read a published weights file.

    Parameters
    ----------
    path : Path
        ``params_of_model_with(out)_luminosity.npy``.

    Returns
    -------
    variant : str
        "colors" or "luminosity".
    network : PerLineNetwork
        The ten networks, stacked along the line axis.

    Raises
    ------
    WeightsError
        If the file is not a published weights file, or needs a class that is not admitted.

    References
    ----------
    Khederlarian et al. 2024, MNRAS 531, 1454; github.com/ashodkh/emission-lines (MIT).
    """
    by_line = _read_object(path)
    if absent := [name for name in LINE_NAMES if name not in by_line]:
        raise WeightsError(
            f"{path.name} lacks the lines {', '.join(absent)}: it is not a file of the published networks."
        )
    try:
        entries = [by_line[name] for name in LINE_NAMES]
        scalers = [[entry[name] for name in SCALERS if name in entry] for entry in entries]
        layers = tuple(
            Dense(
                np.stack([np.asarray(weight, np.float32).T for weight, _ in layer]),
                np.stack([np.asarray(bias, np.float32) for _, bias in layer]),
            )
            for layer in zip(*(entry["params"] for entry in entries), strict=True)
        )
        network = PerLineNetwork(
            np.stack([np.concatenate([scaler.mean_ for scaler in own]) for own in scalers]).astype(np.float32),
            np.stack([np.concatenate([scaler.scale_ for scaler in own]) for own in scalers]).astype(np.float32),
            layers,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{path.name} lacks the weights and scalers ({error!r}). Wrong file?") from error
    return ("colors" if network.feature_mean.shape[1] == N_BINS - 1 else "luminosity"), network


def import_published(path: Path, out: Path) -> str:
    """Convert a published weights file, and keep the other variant if `out` already holds it.

    Parameters
    ----------
    path : Path
        ``params_of_model_with(out)_luminosity.npy``.
    out : Path
        Weights file to write or to extend, .safetensors.

    Returns
    -------
    str
        The variant, "colors" or "luminosity".

    Raises
    ------
    WeightsError
        If the file is not a published weights file, or `out` does not end in .safetensors.
    """
    if out.suffix != ".safetensors":
        raise WeightsError(f"OUT is {out.name!r}; it must end in .safetensors.")
    variant, network = read_published(path)
    params = read_params(out) if out.is_file() else Params(None, None, None, None)
    sources = load_sidecar(out).get("sources", {}) if out.is_file() else {}
    sources[variant] = {"file": path.name, "sha256": sha256(path.read_bytes()).hexdigest()}
    about = {
        "name": out.stem,
        "answer": "EW as catalogued, given detection",
        "unit": "Angstrom, rest frame, positive in emission",
        "reference": "Khederlarian et al. 2024, MNRAS 531, 1454 (doi:10.1093/mnras/stae1189)",
        "sources": sources,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    save_params(params._replace(**{variant: network}), out, about)
    return variant
