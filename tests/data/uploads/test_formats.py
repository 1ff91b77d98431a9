"""Every format that an upload may have gives the same galaxies, and none of them runs anybody's code."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units as u
from astropy.table import Table

from data.catalogue.schema import FLUX_NAMES
from data.errors import UploadError
from data.uploads import apply_plan, infer_plan, limits, open_files, read, recognise

FLUX = np.array([[2.71, 3.79, 4.95, 4.88, 4.71, 4.55, 4.39, 4.28, 4.19, 3.95, 3.76, 3.60]] * 3) * [[1.0], [2.0], [0.5]]
IDS = [39627835576420141, 39627835576420142, 39627835576420143]
REDSHIFT = [0.1, 0.2, 0.3]


def columns() -> dict[str, list]:
    return {"TARGETID": IDS, "redshift": REDSHIFT} | dict(zip(FLUX_NAMES, FLUX.T.tolist(), strict=True))


def as_astropy(form: str, table: Table | None = None) -> bytes:
    table = Table(columns()) if table is None else table
    if form == "ascii.ecsv":
        out = io.StringIO()
        table.write(out, format=form)
        return out.getvalue().encode()
    binary = io.BytesIO()
    table.write(binary, format=form)
    return binary.getvalue()


def as_npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def as_npy(array: np.ndarray, **options: bool) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def as_parquet(table: pa.Table | None = None) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns()) if table is None else table, out)
    return out.getvalue()


def as_text(separator: str) -> bytes:
    rows = zip(*columns().values(), strict=True)
    return "\n".join(separator.join(map(str, row)) for row in [columns(), *rows]).encode()


WITH_IDS = {
    "CSV": lambda: as_text(","),
    "TSV": lambda: as_text("\t"),
    "JSON of columns": lambda: json.dumps(columns()).encode(),
    "JSON of rows": lambda: json.dumps(
        [dict(zip(columns(), row, strict=True)) for row in zip(*columns().values(), strict=True)]
    ).encode(),
    "ECSV": lambda: as_astropy("ascii.ecsv"),
    "FITS": lambda: as_astropy("fits"),
    "FITS with one vector column": lambda: as_astropy(
        "fits", Table({"TARGETID": IDS, "redshift": REDSHIFT, "continuum": FLUX.astype(np.float32)})
    ),
    "VOTable": lambda: as_astropy("votable"),
    "Parquet": as_parquet,
    "NPZ": lambda: as_npz(flux=FLUX, TARGETID=np.array(IDS), redshift=np.array(REDSHIFT)),
}


@pytest.mark.parametrize("kind", WITH_IDS)
def test_every_format_gives_the_same_galaxies(kind: str):
    table = read(WITH_IDS[kind](), f"galaxies.{kind.lower()[:4]}")
    np.testing.assert_allclose(table.bin_flux, FLUX, rtol=1e-6)
    assert table.ids == tuple(map(str, IDS))
    assert table.redshift is not None
    np.testing.assert_allclose(table.redshift, REDSHIFT, rtol=1e-6)
    assert table.problems == ("", "", "")


@pytest.mark.parametrize(
    "content",
    [as_npy(FLUX), as_npy(FLUX.astype(">f4")), as_npz(anything=FLUX), json.dumps(FLUX.tolist()).encode()],
    ids=["NPY", "big endian", "NPZ of one array", "bare JSON"],
)
def test_bare_arrays_are_bins(content: bytes):
    table = read(content, "array")
    np.testing.assert_allclose(table.bin_flux, FLUX, rtol=1e-6)
    assert table.ids == ("1", "2", "3")


def test_a_unit_of_the_file_is_used():
    # The same light per frequency: f_nu = f_lambda lambda^2 / c.
    centers = np.linspace(3550, 6850, 12) * u.AA
    per_frequency = u.Quantity(FLUX * 1e-17, "erg / (s cm2 AA)").to(u.mJy, equivalencies=u.spectral_density(centers))
    table = Table(dict(zip(FLUX_NAMES, per_frequency.T, strict=True)))
    raw = open_files([(as_astropy("fits", table), "jansky.fits")])
    assert {guess.field: guess.value for guess in infer_plan(raw)}["flux_unit"] == "mJy"
    np.testing.assert_allclose(apply_plan(raw).table.bin_flux, FLUX, rtol=1e-5)
    changed = apply_plan(raw, {"flux_unit": "any, per wavelength"}).table.bin_flux
    assert not np.allclose(changed[0] / changed[0].mean(), FLUX[0] / FLUX[0].mean(), rtol=1e-2)


def test_a_choice_that_is_none_is_refused():
    raw = open_files([(as_parquet(), "a.parquet")])
    with pytest.raises(UploadError, match="is not one of"):
        apply_plan(raw, {"flux_unit": "furlongs"})


class Trap:
    def __reduce__(self) -> tuple:
        return (pytest.fail, ("a pickle ran",))


@pytest.mark.parametrize(
    "content",
    [
        as_npy(np.array([Trap()] * 12, dtype=object), allow_pickle=True),
        as_npz(flux=FLUX, other=np.array([Trap()], dtype=object)),
    ],
    ids=["npy", "npz"],
)
def test_pickles_are_refused_unread(content: bytes):
    with pytest.raises(UploadError, match="never unpickled"):
        read(content, "trap")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flux.npy", b"\0" * (limits.MAX_EXPANDED_BYTES + 1))
    return out.getvalue()


def promising(shape: str) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"\0" * 64


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (bomb(), "unfolds to 200 MB; the limit is 200 MB"),
        (promising("(1000000000000, 12)"), "cut short"),
        (promising("(-1, 12)"), "cannot be read|cut short"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><VOTABLE/>', "XML entities"),
        (b"[" * 100_000, "looks like JSON"),
        (b"[1" + b"0" * 10_000 + b"]", "looks like JSON"),
        (b"\x1f\x8b\x08\0", "gzip archive. Unpack it"),
        (as_parquet(pa.table({f"c{i}": [1.0] for i in range(201)})), "201 columns; the limit is 200"),
        (as_parquet(pa.table({"a": np.zeros(200_001)})), "200,001 rows; the limit is 100,000 galaxies"),
        (as_parquet()[:-60], "looks like Parquet but cannot be read"),
        (as_astropy("fits")[:3000], "looks like FITS but cannot be read|holds no table"),
    ],
    ids=[
        "zip bomb",
        "promises",
        "negative",
        "entities",
        "nesting",
        "digits",
        "gzip",
        "wide",
        "long",
        "cut",
        "cut FITS",
    ],
)
def test_bombs_and_damage_get_a_sentence(content: bytes, expected: str):
    with pytest.raises(UploadError, match=expected):
        read(content, "bad")


def test_a_format_is_recognised_by_its_bytes_alone():
    assert recognise(as_parquet(), "galaxies.csv") == "Parquet"
    assert recognise(as_text(","), "galaxies.fits") == "CSV"
