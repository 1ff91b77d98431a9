"""Spectra in several tables, rows or images: arms of a spectrograph are joined, other spectra of a file are named."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table

from data.formats.readers.arms import are_arms
from data.uploads import UploadResult, apply_plan, open_files
from tests.data.uploads.test_images import BINS, light
from tests.data.uploads.test_ways_in import tables

pytestmark = pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyWarning")

ARMS = {"B": np.arange(3600, 5800, 1.0), "R": np.arange(5700, 7620, 1.0), "Z": np.arange(7520, 9800, 1.0)}
WHOLE = np.arange(3600.0, 9800.0, 2.0)


def upload(content: bytes) -> UploadResult:
    return apply_plan(open_files([(content, "s")]), {"redshift": "0.08"})


def pixels(wave: np.ndarray, factor: float = 1.0, unit: str | None = "erg/s/cm2/Angstrom") -> Table:
    made = Table({"wave": wave, "flux": factor * light(wave)})
    made["wave"].unit, made["flux"].unit = "Angstrom", unit
    return made


def as_row(made: Table) -> Table:
    return Table({name: made[name][None] for name in made.colnames})


def images(*parts: tuple[str, np.ndarray]) -> bytes:
    out = io.BytesIO()
    named = [fits.ImageHDU(values, name=name) for name, values in parts]
    fits.HDUList([fits.PrimaryHDU(), *named]).writeto(out)
    return out.getvalue()


def rows(form: str, **more: list) -> bytes:
    out = io.BytesIO()
    cells = {"wave": list(ARMS.values()), "flux": [light(wave) for wave in ARMS.values()]}
    if form == "parquet":
        pq.write_table(pa.table(more | {name: [one.tolist() for one in every] for name, every in cells.items()}), out)
    else:
        length = max(map(len, ARMS.values()))
        padded = {
            name: np.array([np.pad(one, (0, length - len(one)), constant_values=np.nan) for one in every])
            for name, every in cells.items()
        }
        Table(more | padded).write(out, format="fits")
    return out.getvalue()


@pytest.mark.parametrize("order", ["BRZ", "ZRB", "RBZ"])
@pytest.mark.parametrize("form", ["fits", "votable"])
@pytest.mark.parametrize("shape", ["pixels", "row"])
@pytest.mark.parametrize("more", [(), (("SKY", pixels(WHOLE, 7.0)),)])
def test_arms_in_tables_are_joined(order: str, form: str, shape: str, more: tuple):
    made = [(arm, as_row(pixels(ARMS[arm])) if shape == "row" else pixels(ARMS[arm])) for arm in order]
    found = upload(tables(form, *made, *more))
    np.testing.assert_allclose(found.table.bin_flux[0] / 1e17, BINS, rtol=3e-3)
    assert any(f"3 tables, which are joined: {', '.join(order)}" in step for step in found.steps)


@pytest.mark.parametrize("form", ["fits", "parquet"])
@pytest.mark.parametrize("more", [{}, {"arm": ["b", "r", "z"]}, {"name": ["NGC 1"] * 3}])
def test_arms_in_rows_are_joined(form: str, more: dict):
    found = upload(rows(form, **more))
    np.testing.assert_allclose(found.table.bin_flux[0] / found.table.bin_flux[0].mean(), BINS / BINS.mean(), rtol=3e-3)
    assert any("3 rows of arrays, which are joined" in step for step in found.steps)


@pytest.mark.parametrize("name", ["{arm}_{what}", "{what}_{arm}"])
def test_arms_in_images_are_joined(name: str):
    parts = [
        (name.format(arm=arm, what=what), values)
        for arm, wave in ARMS.items()
        for what, values in (("FLUX", light(wave)), ("WAVE", wave), ("IVAR", np.ones_like(wave)))
    ]
    found = upload(images(*parts, ("SKY_FLUX", light(WHOLE)), ("SKY_WAVE", WHOLE)))
    np.testing.assert_allclose(found.table.bin_flux[0] / found.table.bin_flux[0].mean(), BINS / BINS.mean(), rtol=3e-3)
    assert any("arms of one spectrum, which are joined" in step for step in found.steps)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            [(f"G{n}{arm}", pixels(wave)) for n in (1, 2) for arm, wave in ARMS.items()],
            "G1B is read, not G1R, G1Z, G2B",
        ),
        ([("B", pixels(ARMS["B"])), ("R", pixels(ARMS["R"], unit="mJy"))], "B is read, not R"),
    ],
)
def test_parts_that_are_not_joined_are_named(made: list, words: str):
    steps = upload(tables("fits", *made)).steps
    assert any(words in step for step in steps)
    assert any("filled in from the other" in step for step in steps)
    steps = upload(rows("parquet", name=["A", "B", "C"])).steps
    assert any("the first usable one, is taken" in step for step in steps)


def test_spectra_of_one_range_are_never_joined():
    found = upload(tables("fits", ("G1", pixels(WHOLE)), ("G2", pixels(WHOLE, 2.0))))
    np.testing.assert_allclose(found.table.bin_flux[0] / 1e17, BINS, rtol=3e-3)
    assert any("G1 is read, not G2" in step for step in found.steps)
    assert not are_arms([WHOLE, WHOLE[1000:]])
    assert not are_arms([WHOLE, np.full(5, np.nan)])


@pytest.mark.parametrize(
    ("flags", "good", "bad"),
    [(31743, 1024, 512), (31743 - 512 + 1024, 512, 1024), (None, 1024, 512)],
)
def test_the_bits_that_hst_calls_serious_mask(flags: int | None, good: int, bad: int):
    hit = np.arange(len(WHOLE)) % 50 == 0
    made = Table({"WAVELENGTH": WHOLE, "FLUX": np.where(hit, 900.0, light(WHOLE)), "DQ": np.where(hit, bad, good)})
    part = fits.BinTableHDU(as_row(made), name="SCI")
    if flags is not None:
        part.header["SDQFLAGS"] = flags
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(header=fits.Header({"TELESCOP": "HST"})), part]).writeto(out)
    found = upload(out.getvalue()).table.bin_flux[0]
    np.testing.assert_allclose(found / found.mean(), BINS / BINS.mean(), rtol=3e-3)
