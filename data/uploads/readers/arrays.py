"""Readers of JSON, NPY and NPZ. Nothing is unpickled."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from data.columns.words import scalars
from data.errors import UploadError
from data.uploads.limits import MAX_COLUMNS, check_expanded, check_shape
from data.uploads.readers.metadata import understood
from data.uploads.readers.raw_table import RawTable, from_arrays

MAX_KEYS: Final = MAX_COLUMNS + 1
"""Keys that are read of a list of JSON objects: one more than allowed, so that the limit is detected."""


def read_json(content: bytes, name: str) -> RawTable:
    """Read JSON: an object of lists, a list of objects, or a list of numbers; `json` raises on other content."""
    data = json.loads(content)
    about: dict[str, Any] = {}
    if isinstance(data, Mapping):
        about = understood(
            scalars({key: value for key, value in data.items() if isinstance(value, (str, int, float))}), {}
        )
        arrays = {str(key): _array(values) for key, values in data.items() if isinstance(values, list)}
    elif isinstance(data, list) and data and all(isinstance(row, Mapping) for row in data):
        keys = list(dict.fromkeys(str(key) for row in data for key in row))
        arrays = {key: _array([row.get(key) for row in data]) for key in keys[:MAX_KEYS]}
    else:
        arrays = {"flux": _array(data)}
    if any(values.ndim == 1 and len(values) == 12 for key, values in arrays.items() if key == "flux"):
        arrays["flux"] = arrays["flux"][None]
        arrays = {key: values for key, values in arrays.items() if key == "flux" or len(values) == 1}
    return from_arrays(name, "JSON", arrays, _units(data), about)


def _units(data: Any) -> dict[str, str]:
    """Return the units by column in the object ``units``, empty if there is none."""
    units = data.get("units") if isinstance(data, Mapping) else None
    return {str(title): str(unit)[:120] for title, unit in units.items()} if isinstance(units, Mapping) else {}


def _array(values: Any) -> np.ndarray:
    if isinstance(values, list) and values and not isinstance(values[0], list):
        if all(isinstance(value, (int, float, type(None))) and not isinstance(value, bool) for value in values):
            if any(isinstance(value, int) and abs(value) > 2**53 for value in values):
                return np.array(["" if value is None else str(value) for value in values], dtype=object)
            return np.array([np.nan if value is None else float(value) for value in values])
        return np.array(["" if value is None else str(value) for value in values], dtype=object)
    try:
        return np.array(values, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise UploadError("The JSON holds rows of unequal length. Give twelve numbers for every galaxy.") from error


def read_npy(content: bytes, name: str) -> RawTable:
    """Read an NPY file as columns."""
    return from_arrays(name, "NPY", _parts(_load_npy(content, name)), {}, {})


def _parts(values: np.ndarray) -> dict[str, np.ndarray]:
    """Name the columns of an array: twelve are bins; two to four are wavelength, flux, inverse variance, mask."""
    if values.dtype.names:
        return {title: values[title] for title in values.dtype.names}
    if values.ndim == 1 and len(values) == 12:
        values = values[None]
    if values.ndim == 2 and values.shape[0] in (2, 3) and values.shape[1] > 20:
        values = values.T
    if values.ndim == 2 and values.shape[1] in (2, 3, 4):
        return dict(zip(("wavelength", "flux", "ivar", "mask"), values.T, strict=False))
    return {"flux": values}


def _load_npy(content: bytes, name: str) -> np.ndarray:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = header(stream)
    if kind.hasobject:
        raise UploadError(f"{name} holds Python objects, which are never unpickled. Save numbers: array.astype(float).")
    claimed = int(np.prod([int(side) for side in shape], dtype=object)) * kind.itemsize
    if claimed != len(content) - stream.tell():
        raise UploadError(f"{name} is cut short: its header promises {claimed:,} bytes of numbers. Save it again.")
    stream.seek(0)
    return np.load(stream, allow_pickle=False)


def read_npz(content: bytes, name: str) -> RawTable:
    """Read the arrays of an NPZ file as columns."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        if not members:
            raise UploadError(f"{name} is a zip archive or spreadsheet without NumPy arrays. Export the table as CSV.")
        check_expanded(name, sum(member.file_size for member in members))
        check_shape(name, 1, len(members))
        arrays = {member.filename.removesuffix(".npy"): _load_npy(archive.read(member), name) for member in members}
    if len(arrays) == 1:
        arrays = _parts(next(iter(arrays.values())))
    return from_arrays(name, "NPZ", arrays, {}, {})
