"""From bytes to columns, one reader per format; which one is decided by the bytes, never by trial."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from data.errors import UploadError
from data.unfolding import read_within
from data.uploads import text
from data.uploads.limits import MAX_BYTES, MAX_COLUMNS, MAX_EXPANDED_BYTES, check_expanded, check_shape, too_large
from data.uploads.raw import RawTable, from_arrays

MAX_HEADER_BYTES: Final = 200_000
"""Of an ECSV header; its YAML would otherwise be a small program."""

MAX_KEYS: Final = MAX_COLUMNS + 1
"""Of a list of JSON objects: one more than is allowed, so that the limit is noticed."""
_SIGNATURES: Final = {b"SIMPLE  =": "FITS", b"PAR1": "Parquet", b"\x93NUMPY": "NPY", b"PK\x03\x04": "NPZ"}
_REFUSED: Final = {
    b"\x1f\x8b": "a gzip archive. Unpack it and upload what is inside.",
    b"BZh": "a bzip2 archive. Unpack it and upload what is inside.",
    b"\xfd7zXZ": "an xz archive. Unpack it and upload what is inside.",
    b"%PDF": "a PDF. Export the table as CSV and upload that.",
    b"\x89PNG": "a picture. Upload the numbers behind it as CSV.",
    b"\x89HDF": "an HDF5 file. Export the table as FITS, Parquet or CSV and upload that.",
}


def recognise(content: bytes, name: str) -> str:
    """Tell a file's format from its first bytes.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for the sentences.

    Returns
    -------
    str
        A key of `READERS`.

    Raises
    ------
    UploadError
        When the file is empty, too large, or of a kind that holds no table.
    """
    if not content:
        raise UploadError(f"{name} is empty. It needs columns of numbers, for example flux_00 ... flux_11.")
    if len(content) > MAX_BYTES:
        raise UploadError(too_large(name, len(content)))
    for signature, kind in _REFUSED.items():
        if content.startswith(signature):
            raise UploadError(f"{name} is {kind}")
    for signature, form in _SIGNATURES.items():
        if content.startswith(signature):
            return form
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"<?xml", b"<VOTABLE")) or b"<VOTABLE" in start:
        return "VOTable"
    if start.startswith((b"{", b"[")):
        return "JSON"
    return "ECSV" if start.startswith(b"# %ECSV") else "CSV"


def read_raw(content: bytes, name: str) -> RawTable:
    """Read a file into columns.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for the sentences.

    Returns
    -------
    RawTable
        Its columns.

    Raises
    ------
    UploadError
        When it cannot be read, in a sentence.
    """
    form = recognise(content, name)
    if form == "CSV":
        return text.read_text(content, name)
    try:
        table = READERS[form](content, name)
    except UploadError:
        raise
    # The parsers of other people's formats fail in ways of their own on damaged bytes; all of them mean one thing here.
    except Exception as error:
        reason = _first_line(error)
        raise UploadError(f"{name} looks like {form} but cannot be read: {reason}. Write it again.") from error
    if not table.columns:
        raise UploadError(f"{name} holds no column of numbers. It needs twelve fluxes a row, or wavelength and flux.")
    check_shape(name, table.n, len(table.columns))
    return table


def _first_line(error: Exception) -> str:
    words = " ".join(str(error).split())
    return (words[:120] or type(error).__name__).rstrip(".")


def _read_json(content: bytes, name: str) -> RawTable:
    data = json.loads(content)
    about = {}
    if isinstance(data, Mapping):
        about = {key: data[key] for key in ("redshift", "z") if isinstance(data.get(key), (int, float))}
        arrays = {str(key): _array(values) for key, values in data.items() if isinstance(values, list)}
    elif isinstance(data, list) and data and all(isinstance(row, Mapping) for row in data):
        keys = list(dict.fromkeys(str(key) for row in data for key in row))
        arrays = {key: _array([row.get(key) for row in data]) for key in keys[:MAX_KEYS]}
    else:
        arrays = {"flux": _array(data)}
    if any(values.ndim == 1 and len(values) == 12 for key, values in arrays.items() if key == "flux"):
        arrays["flux"] = arrays["flux"][None]
        arrays = {key: values for key, values in arrays.items() if key == "flux" or len(values) == 1}
    return from_arrays(name, "JSON", arrays, {}, _redshift_of(about))


def _array(values: Any) -> np.ndarray:
    if isinstance(values, list) and values and not isinstance(values[0], list):
        if all(isinstance(value, (int, float, type(None))) and not isinstance(value, bool) for value in values):
            if any(isinstance(value, int) and abs(value) > 2**53 for value in values):
                return np.array([str(value) for value in values], dtype=object)
            return np.array([np.nan if value is None else float(value) for value in values])
        return np.array(["" if value is None else str(value)[:200] for value in values], dtype=object)
    try:
        return np.array(values, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise UploadError("The JSON holds rows of unequal length. Give twelve numbers for every galaxy.") from error


def _read_npy(content: bytes, name: str) -> RawTable:
    return from_arrays(name, "NPY", _parts(_load_npy(content, name)), {}, {})


def _parts(values: np.ndarray) -> dict[str, np.ndarray]:
    """Name the columns of a bare array: twelve are bins, two or three wavelength, flux and inverse variance."""
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


def _read_npz(content: bytes, name: str) -> RawTable:
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


def _read_parquet(content: bytes, name: str) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content))
    about = file.metadata
    check_shape(name, about.num_rows, about.num_columns)
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    check_expanded(name, sum(group.total_byte_size for group in groups))
    table = read_within(content, MAX_EXPANDED_BYTES)
    arrays = {title: _arrow_column(table[title], pa) for title in table.column_names}
    return from_arrays(name, "Parquet", arrays, {}, {})


def _arrow_column(values: Any, pa: Any) -> np.ndarray:
    kind = values.type
    if pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
        return np.array(values.to_pylist(), dtype=np.float64)
    if pa.types.is_floating(kind) or (pa.types.is_integer(kind) and values.null_count == 0):
        return values.to_numpy()
    if pa.types.is_integer(kind):
        return values.cast(pa.float64(), safe=False).to_numpy()
    return np.array(["" if value is None else str(value)[:200] for value in values.to_pylist()], dtype=object)


def _read_votable(content: bytes, name: str) -> RawTable:
    # Entities can unfold to any size, and no table needs one.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UploadError(f"{name} declares XML entities, which are not read here. Remove the DOCTYPE.")
    return _from_astropy(io.BytesIO(content), name, "VOTable", "votable", verify="ignore")


def _read_ecsv(content: bytes, name: str) -> RawTable:
    header = content[: MAX_HEADER_BYTES + 1].rfind(b"\n#")
    if header >= MAX_HEADER_BYTES - 1000:
        raise UploadError(f"{name} has an ECSV header above {MAX_HEADER_BYTES:,} bytes. Write it with fewer columns.")
    return _from_astropy(content.decode("utf-8"), name, "ECSV", "ascii.ecsv")


def _from_astropy(source: Any, name: str, form: str, reader: str, **options: Any) -> RawTable:
    import warnings

    from astropy.table import Table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = Table.read(source, format=reader, **options)
    check_shape(name, len(table), len(table.colnames))
    units = {title: str(table[title].unit) for title in table.colnames if table[title].unit is not None}
    columns = {title: table[title] for title in table.colnames}
    arrays = {title: one.filled(np.nan) if _masked_float(one) else one.data for title, one in columns.items()}
    meta = {str(key).lower(): value for key, value in table.meta.items() if isinstance(value, (int, float))}
    return from_arrays(name, form, arrays, units, _redshift_of(meta))


def _masked_float(column: Any) -> bool:
    return hasattr(column, "filled") and column.dtype.kind == "f"


def _redshift_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    found = next((float(meta[key]) for key in ("redshift", "z") if key in meta), None)
    return {} if found is None else {"redshift": found}


def _read_fits(content: bytes, name: str) -> RawTable:
    from data.uploads.fits import read_fits

    return read_fits(content, name)


READERS: Final[Mapping[str, Callable[[bytes, str], RawTable]]] = {
    "JSON": _read_json,
    "NPY": _read_npy,
    "NPZ": _read_npz,
    "Parquet": _read_parquet,
    "VOTable": _read_votable,
    "ECSV": _read_ecsv,
    "FITS": _read_fits,
}
"""The formats besides CSV and TSV."""
