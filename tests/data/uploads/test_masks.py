"""Columns that may be masks are read, or named; what is assumed of air and vacuum is said."""

import io
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from data.formats import FORMATS
from data.uploads import UploadResult, apply_plan, open_files
from tests.data.uploads.test_images import FLUX as PIXELS
from tests.data.uploads.test_images import LINEAR, as_fits, image
from tests.data.uploads.test_ways_in import BAD, LIGHT, WAVE, as_bytes, spectrum

pytestmark = pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyWarning")
forms = pytest.mark.parametrize("form", FORMATS)


def read(content: bytes, **chosen: str) -> UploadResult:
    return apply_plan(open_files([(content, "t")]), {"redshift": "0.08"} | chosen)


def right(form: str = "csv") -> np.ndarray:
    return read(as_bytes(Table({"wave": WAVE, "flux": LIGHT}), form)).table.bin_flux


@forms
@pytest.mark.parametrize("name", ["status", "qc", "QC_FLAG", "PixelStatus", "sky_quality"])
@pytest.mark.parametrize(("bad", "good"), [("bad", "good"), ("NOK", "OK"), ("fail", "pass"), ("rejected", "accepted")])
def test_words_of_a_column_of_status_are_read(form: str, name: str, bad: str, good: str):
    found = read(as_bytes(spectrum(**{name: np.where(BAD, bad, good)}), form))
    np.testing.assert_allclose(found.table.bin_flux, right(), rtol=2e-3)


@forms
@pytest.mark.parametrize("name", ["status", "qc", "QC_FLAG", "PixelStatus", "sky_quality"])
@pytest.mark.parametrize("values", [np.where(BAD, 3, 0), np.where(BAD, "warn", "ok"), np.where(BAD, 1.0, 0.0), BAD])
def test_a_status_without_a_known_meaning_is_named_and_can_be_chosen(form: str, name: str, values: np.ndarray):
    content = as_bytes(spectrum(**{name: values}), form)
    found = read(content)
    assert any(f"Column {name} was not used as a mask: its meaning is not known" in step for step in found.steps)
    if values.dtype.kind != "U":
        np.testing.assert_allclose(read(content, mask=name).table.bin_flux, right(), rtol=2e-3)
        inverse = as_bytes(spectrum(**{name: 1 - values.astype(float).clip(0, 1)}), form)
        np.testing.assert_allclose(read(inverse, mask=name, mask_kind="0 is bad").table.bin_flux, right(), rtol=2e-3)


@forms
@pytest.mark.parametrize("name", ["bpm", "DQ_FLAGS", "mask_bits", "quality_flag", "flux_flag"])
def test_more_masks_are_found_by_their_names(form: str, name: str):
    found = read(as_bytes(spectrum(**{name: np.where(BAD, 4, 0)}), form))
    np.testing.assert_allclose(found.table.bin_flux, right(), rtol=2e-3)


COMMENTS = {
    "# rest-frame wavelength": True,
    "# wavelengths in Angstrom, rest frame": True,
    "# spectrum shifted to the restframe": True,
    "# wavelength: observed, not rest-frame": False,
    "# the rest of the file is the spectrum": False,
}


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_says_the_frame(comment: str):
    content = f"{comment}\n".encode() + as_bytes(Table({"wave": WAVE / 1.08, "flux": LIGHT}), "csv")
    found = read(content)
    assert any("divided by 1 + z" in step for step in found.steps) != COMMENTS[comment]
    if COMMENTS[comment]:
        np.testing.assert_allclose(found.table.bin_flux, right(), rtol=2e-3)


@forms
def test_a_second_mask_is_named(form: str):
    found = read(as_bytes(spectrum(mask=BAD.astype(int), or_mask=np.ones(len(BAD), int)), form))
    assert any("Column or_mask was not used as a mask; the mask is mask." in step for step in found.steps)
    np.testing.assert_allclose(found.table.bin_flux, right(), rtol=2e-3)


@pytest.mark.parametrize("name", ["wave", "flux", "ivar", "resolution", "sky", "statistics", "wdisp", "model"])
def test_other_columns_are_not_taken_for_masks(name: str):
    steps = read(as_bytes(spectrum(**{name: np.ones(len(WAVE))} if name not in ("wave", "flux") else {}), "csv")).steps
    assert not any("not used as a mask" in step for step in steps)


@pytest.mark.parametrize("name", ["QC", "STATUS", "SKYMASK"])
def test_an_extension_that_may_be_a_mask_is_named(name: str):
    content = as_fits(image(PIXELS, **LINEAR), image(np.zeros(len(PIXELS), np.int16), name))
    assert any("not used as a mask" in step or "mask" in step for step in read(content).steps)
    out = io.BytesIO()
    table = fits.table_to_hdu(spectrum())
    fits.HDUList([fits.PrimaryHDU(), table, fits.ImageHDU(BAD.astype(np.int16), name=name)]).writeto(out)
    assert any(f"without the image {name}, which may mask" in step for step in read(out.getvalue()).steps)


def test_pypeit_says_1_of_good_pixels():
    out = io.BytesIO()
    table = fits.table_to_hdu(spectrum(mask=(~BAD).astype(int)))
    table.header["DMODCLS"] = "OneSpec"
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(out)
    np.testing.assert_allclose(read(out.getvalue()).table.bin_flux, right(), rtol=2e-3)


IRAF: dict[str, dict[str, Any]] = {
    "CTYPE1": {"CTYPE1": "LINEAR"},
    "ORIGIN": {"ORIGIN": "NOAO-IRAF FITS Image Kernel July 2003"},
    "WAT1_001": {"WAT1_001": "wtype=linear label=Wavelength units=Angstroms"},
}


@pytest.mark.parametrize("key", IRAF)
def test_it_is_said_that_vacuum_is_assumed_of_a_file_from_iraf(key: str):
    content = as_fits(image(PIXELS, **LINEAR | IRAF[key]))
    assert any("IRAF, whose line lists are in air" in step for step in read(content).steps)
    steps = read(content, medium="air").steps
    assert any("converted from air to vacuum" in step for step in steps)
    assert not any("read as in vacuum" in step for step in steps)
    stated = as_fits(image(PIXELS, **LINEAR | IRAF[key] | {"AIRORVAC": "vac"}))
    assert not any("IRAF" in step or "read as in vacuum" in step for step in read(stated).steps)


@forms
def test_it_is_said_that_vacuum_is_assumed(form: str):
    said = [any("read as in vacuum" in step for step in read(as_bytes(made, form)).steps) for made in (
        spectrum(), Table({"wave_vac": WAVE, "flux": LIGHT}), Table({"wave_air": WAVE, "flux": LIGHT})
    )]  # fmt: skip
    assert said == [True, False, False]
