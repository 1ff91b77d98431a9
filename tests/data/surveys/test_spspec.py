"""spSpec files of SDSS's releases 1-7, in their documented layout (classic.sdss.org/dr7/dm/flatFiles/spSpec.html)."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

from analysis.catalogues.from_fits import from_fits
from data.errors import CatalogueError, UploadError
from data.surveys.readers.sdss import read_spec
from data.uploads import apply_plan, open_files

REDSHIFT = 0.11
PIXELS = 3849
WAVE = 10 ** (3.5806 + 1e-4 * np.arange(PIXELS))
FLUX = (20 + (WAVE - 6000) / 1000).astype(np.float32)
SKY_LINE, EMISSION_LINE, NO_ERROR = 1000, 1500, 2000
"""Pixels with BRIGHTSKY, with EMLINE, and with an error of 0."""


def spspec(path, rows: int = 4, scale: tuple[str, str] = ("COEFF0", "COEFF1"), **changed):
    error, mask = np.full(PIXELS, 2.0), np.zeros(PIXELS)
    mask[SKY_LINE], mask[EMISSION_LINE] = 1 << 23, 1 << 30
    error[NO_ERROR] = 0
    flux = FLUX.copy()
    flux[[SKY_LINE, NO_ERROR]] = 5000
    image = np.stack([flux, flux - FLUX, error, mask, *[np.full(PIXELS, 7.0)] * (rows - 4)]).astype(np.float32)
    primary = fits.PrimaryHDU(image)
    keys = {scale[0]: 3.5806, scale[1]: 1e-4, "PLATEID": 266, "MJD": 51630, "FIBERID": 11, "VACUUM": 1, "DC-FLAG": 1}
    keys |= {"BUNIT": "1.0E-17 erg/cm/s/Ang", "Z": REDSHIFT, "Z_ERR": 1e-4, "Z_CONF": 0.99, "Z_STATUS": 4}
    keys |= {"Z_WARNIN": 0, "SPEC_CLN": 2} | changed
    primary.header.update({key: value for key, value in keys.items() if value is not None})
    lines = fits.BinTableHDU.from_columns([fits.Column("wave", "E", array=[6564.6]), fits.Column("ew", "E", array=[9])])
    fits.HDUList([primary, lines]).writeto(path)
    return path


def read(path):
    return apply_plan(open_files([(path.read_bytes(), path.name)]))


@pytest.mark.parametrize(("rows", "scale"), [(4, ("COEFF0", "COEFF1")), (5, ("CRVAL1", "CD1_1"))])
def test_flux_error_mask_and_redshift_are_read(rows, scale, tmp_path):
    observed, known = read_spec(spspec(tmp_path / "spSpec-51630-0266-011.fit", rows, scale))
    assert observed.target_ids == ("266-51630-11",)
    np.testing.assert_allclose(observed.wavelength_obs, WAVE, rtol=1e-12)
    masked = [SKY_LINE, NO_ERROR]
    assert np.flatnonzero(observed.ivar[0] == 0).tolist() == masked
    np.testing.assert_allclose(np.delete(observed.ivar[0], masked), 0.25)
    np.testing.assert_array_equal(np.delete(observed.flux[0], masked), np.delete(FLUX, masked))
    assert known == (REDSHIFT, 0, "GALAXY")


def test_the_page_averages_it_into_the_bins_of_the_spectrum_that_was_written(tmp_path):
    found = read(spspec(tmp_path / "spSpec-51630-0266-011.fit"))
    assert found.table.ids == ("266-51630-11",)
    assert found.table.redshift == pytest.approx([REDSHIFT])
    rows = [f"{wave:.6f},{flux:.6f},2" for wave, flux in zip(WAVE, FLUX, strict=True)]
    text = "\n".join([f"# redshift: {REDSHIFT}", "# flux: 1e-17 erg/s/cm2/A", "wavelength,flux,error", *rows])
    same = apply_plan(open_files([(text.encode(), "same.csv")]))
    np.testing.assert_allclose(found.table.bin_flux, same.table.bin_flux, rtol=1e-3)
    assert found.table.log_luminosity is not None
    assert same.table.log_luminosity is not None
    np.testing.assert_allclose(found.table.log_luminosity, same.table.log_luminosity, atol=1e-3)


def test_a_catalogue_is_made_of_it(tmp_path):
    from_fits([spspec(tmp_path / "spSpec-51630-0266-011.fit")], [], tmp_path / "c.parquet", fill_missing=True)
    assert pq.read_table(tmp_path / "c.parquet")["TARGETID"].to_pylist() == ["266-51630-11"]


@pytest.mark.parametrize(("code", "kind"), [(0, "UNKNOWN"), (3, "QSO"), (4, "QSO"), (6, "STAR")])
def test_what_is_no_galaxy_is_said_and_left_out(code, kind, tmp_path):
    path = spspec(tmp_path / "a.fit", SPEC_CLN=code)
    # A class that the survey does not know says nothing against a galaxy on the page.
    assert any("classifies the target as" in step for step in read(path).steps) == (kind != "UNKNOWN")
    with pytest.raises(CatalogueError, match=f"the survey calls it {kind}"):
        from_fits([path], [], tmp_path / "c.parquet")


@pytest.mark.parametrize(("bit", "warns"), [(4, False), (11, False), (14, False), (17, False), (1, True), (12, True)])
def test_bits_that_inform_put_no_redshift_in_doubt(bit, warns, tmp_path):
    _, known = read_spec(spspec(tmp_path / "a.fit", Z_WARNIN=1 << bit))
    assert bool(known.warning) == warns


@pytest.mark.parametrize("changed", [{"Z_STATUS": 1}, {"Z_STATUS": 0}, {"Z": None}])
def test_a_redshift_that_was_not_measured_is_none(changed, tmp_path):
    assert read_spec(spspec(tmp_path / "a.fit", **changed))[1] is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"BUNIT": "mJy"}, "states the flux unit 'mJy'"),
        ({"VACUUM": 0}, "says VACUUM = 0"),
        ({"COEFF1": 0.0}, "no ascending wavelengths"),
        ({"COEFF0": "blue"}, "COEFF0 = 'blue' is no number"),
        ({"Z": "T"}, "Z = 'T' is no number"),
        ({"SPEC_CLN": "galaxy"}, "SPEC_CLN = 'galaxy' is no number"),
    ],
)
def test_what_is_wrong_is_named(changed, words, tmp_path):
    with pytest.raises(UploadError, match=words) as raised:
        read(spspec(tmp_path / "a.fit", **changed))
    assert str(raised.value).startswith("a.fit")
