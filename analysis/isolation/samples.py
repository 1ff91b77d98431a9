"""Small files of every format. Reading them before confinement imports the modules that parsers import late."""

import encodings
import importlib
import io
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import numpy as np

from data.errors import DataError
from data.paths import FILES

_COLUMNS: Final = {f"flux_{number:02d}": np.ones(3) for number in range(12)}
_NOT_TEXT: Final = ("idna", "punycode", "mbcs", "oem", "cp65001", "undefined")


def read_all() -> None:
    """Read each sample, ignoring errors: only the imports matter."""
    from data import uploads

    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _NOT_TEXT:
            with suppress(ImportError):
                importlib.import_module(f"encodings.{module.name}")
    for name, make in _samples():
        # A reader that refuses its sample has still been imported.
        with suppress(DataError):
            uploads.open_files([(make(), name)])
    pair = [
        FILES / "examples" / name for name in ("coadd-4-80613-thru20210324.fits", "redrock-4-80613-thru20210324.fits")
    ]
    with suppress(DataError, OSError):
        uploads.open_files([(path.read_bytes(), path.name) for path in pair])


def start_threads() -> None:
    """Let Arrow start its threads, one for input and one for parsing: a confined process cannot start any."""
    import pyarrow as pa
    import pyarrow.csv

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    # Unlike `open_csv`, whose parsing thread starts only if input comes late, this uses both in any case.
    pyarrow.csv.read_csv(io.BytesIO(_csv(",")))


def _samples() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "sample.csv", lambda: _csv(",")
    yield "sample.txt", lambda: _csv(" ")
    yield "sample.json", lambda: b'{"flux": [' + b"1," * 11 + b"1]}"
    yield "sample.npz", _npz
    yield "sample.npy", _npy
    yield "sample.parquet", _parquet
    for form in ("fits", "votable", "ascii.ecsv"):
        yield f"sample.{form}", lambda form=form: _astropy(form)


def _csv(separator: str) -> bytes:
    rows = [separator.join(_COLUMNS), separator.join(["1.0"] * len(_COLUMNS))]
    return "\n".join(rows).encode()


def _npz() -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **_COLUMNS)
    return out.getvalue()


def _npy() -> bytes:
    out = io.BytesIO()
    np.save(out, np.ones((3, 12)))
    return out.getvalue()


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({**_COLUMNS, "name": ["a", "b", None]}), out, compression="zstd")
    return out.getvalue()


def _astropy(form: str) -> bytes:
    from astropy.coordinates import SkyCoord
    from astropy.table import MaskedColumn, Table
    from astropy.time import Time

    out: io.IOBase
    table: Any = Table({**_COLUMNS, "name": ["a", "b", "c"], "n": MaskedColumn([1, 2, 3], mask=[True, False, False])})
    for name in _COLUMNS:
        table[name].unit = "Jy"
        # The first UCD makes astropy read the list of all words.
        table[name].info.meta = {"ucd": "phot.flux.density;em.opt"}
    if form == "ascii.ecsv":
        table["at"] = SkyCoord([1, 2, 3], [1, 2, 3], unit="deg")
        table["when"] = Time([1, 2, 3], format="mjd")
        out = io.StringIO()
        table.write(out, format=form)
        return out.getvalue().encode()
    out = io.BytesIO()
    table.write(out, format=form)
    return out.getvalue()
