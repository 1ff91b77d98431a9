"""Catalogues from DESI's files: coadds made here, and the real ones where they were downloaded."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from data.catalogue import Catalogue
from data.desi import FIRST_PIXEL, PIXEL, read_coadd
from data.errors import CatalogueError, UploadError
from data.from_fits import from_fits
from data.spectra import rest_spectrum

IDS = np.array([39633345008634465, 39633345008634466, 39633345008634467])
REDSHIFTS = np.array([0.1, 0.2, 0.15])
CAMERAS = {"B": (0, 2751), "R": (2700, 5026), "Z": (4900, 7781)}


def continuum(observed: np.ndarray) -> np.ndarray:
    return 2 + (observed - 6000) / 6000


def write_pair(folder: Path, *, warning: int = 0) -> tuple[Path, Path]:
    """A coadd of three targets, the third masked in its blue half, and its redrock file."""
    parts = [
        fits.PrimaryHDU(),
        fits.BinTableHDU.from_columns([fits.Column("TARGETID", "K", array=IDS)], name="FIBERMAP"),
    ]
    for camera, (first, last) in CAMERAS.items():
        observed = FIRST_PIXEL + PIXEL * np.arange(first, last)
        flux = np.tile(continuum(observed), (3, 1)).astype(np.float32)
        ivar, mask = np.full(flux.shape, 4.0, np.float32), np.zeros(flux.shape, np.int32)
        if camera == "B":
            mask[2, :1200], flux[2, :1200] = 1, 1e6
        for what, values in (("WAVELENGTH", observed), ("FLUX", flux), ("IVAR", ivar), ("MASK", mask)):
            parts.append(fits.ImageHDU(values, name=f"{camera}_{what}"))
    fits.HDUList(parts).writeto(folder / "coadd.fits")
    columns = [
        fits.Column("TARGETID", "K", array=IDS),
        fits.Column("Z", "D", array=REDSHIFTS),
        fits.Column("ZWARN", "K", array=np.array([0, warning, 0])),
        fits.Column("SPECTYPE", "6A", array=np.array(["GALAXY"] * 3)),
    ]
    redrock = fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="REDSHIFTS")])
    redrock.writeto(folder / "redrock.fits")
    return folder / "coadd.fits", folder / "redrock.fits"


def write_lines(folder: Path) -> Path:
    names = ["OII_3726", "OII_3729", "HALPHA", "HGAMMA", "HBETA", "OIII_4959", "OIII_5007"]
    names += ["NII_6548", "NII_6584", "SII_6716", "SII_6731"]
    columns = [fits.Column("TARGETID", "K", array=IDS)]
    for name in names:
        columns.append(fits.Column(f"{name}_EW", "E", array=np.array([3.0, 0.0, 2.0])))
        columns.append(fits.Column(f"{name}_EW_IVAR", "E", array=np.array([4.0, 0.0, 1.0])))
    part = fits.BinTableHDU.from_columns(columns, name="FASTSPEC")
    fits.HDUList([fits.PrimaryHDU(), part]).writeto(folder / "fastspec.fits")
    return folder / "fastspec.fits"


def test_cameras_are_combined_by_inverse_variance(tmp_path):
    coadd, redrock = write_pair(tmp_path)
    first, _, third = read_coadd(coadd.read_bytes(), redrock.read_bytes())
    assert (first.target_id, first.redshift) == ("39633345008634465", 0.1)
    observed = first.wavelength_rest * 1.1
    np.testing.assert_allclose(observed[[0, -1]], [3600, 3600 + 0.8 * 7780])
    np.testing.assert_allclose(first.flux, continuum(observed), rtol=1e-5)
    np.testing.assert_allclose(first.ivar[[0, 2720, 6000]], [4, 8, 4])
    assert (third.ivar[:1200] == 0).all()


def test_a_catalogue_has_bins_widths_spectra_and_reasons(tmp_path):
    coadd, redrock = write_pair(tmp_path, warning=4)
    out = tmp_path / "mine.parquet"
    said = from_fits([coadd], [redrock], out, lines=[write_lines(tmp_path)])
    assert said.endswith("1 galaxies; 2 left out, see mine.problems.csv.")
    catalogue = Catalogue(out)
    galaxy = catalogue.galaxy(0)
    np.testing.assert_allclose(galaxy.bin_flux, continuum(np.arange(3550, 7000, 300) * 1.1), rtol=2e-3)
    assert galaxy.ew[0] == pytest.approx(6)
    assert galaxy.ew_ivar[0] == pytest.approx(2)
    assert galaxy.ew[6] == pytest.approx(3)
    assert np.isfinite(galaxy.predicted.ew).all()
    spectrum = rest_spectrum(catalogue, 0)
    np.testing.assert_allclose(spectrum.flux, continuum(spectrum.wavelength_rest * 1.1), rtol=1e-4)
    problems = (tmp_path / "mine.problems.csv").read_text()
    assert "39633345008634466,ZWARN is 4" in problems
    assert "39633345008634467,bin 0 (3400-3700 Å at rest) is not covered" in problems


def test_wrong_files_are_named_in_a_sentence(tmp_path):
    coadd, redrock = write_pair(tmp_path)
    with pytest.raises(UploadError, match=r"no extension REDSHIFTS"):
        read_coadd(coadd, coadd)
    with pytest.raises(UploadError, match=r"no extension FIBERMAP"):
        read_coadd(redrock, redrock)
    with pytest.raises(UploadError, match=r"compressed"):
        read_coadd(b"\x1f\x8b1234", redrock)
    with pytest.raises(UploadError, match=r"cannot be read as FITS"):
        read_coadd(b"not FITS", redrock)
    with pytest.raises(CatalogueError, match=r"one redrock file per coadd"):
        from_fits([coadd], [], tmp_path / "out.parquet")


def test_a_real_galaxy_of_the_archive(tmp_path):
    """Unpack `pip download --no-deps fastspecfit==3.6.1`; GALACTIC_NEON_FASTSPECFIT names its fastspecfit/test/data."""
    folder = Path(os.environ.get("GALACTIC_NEON_FASTSPECFIT", "fastspecfit/test/data"))
    pairs = [(folder / f"coadd-{name}.fits", folder / f"redrock-{name}.fits") for name in NAMES]
    if not all(path.is_file() for pair in pairs for path in pair):
        pytest.skip("Needs the FITS files of PyPI's fastspecfit; see this test's docstring.")
    out = tmp_path / "real.parquet"
    said = from_fits([pair[0] for pair in pairs], [pair[1] for pair in pairs], out)
    assert "1 galaxies; 1 left out" in said
    catalogue = Catalogue(out)
    assert catalogue.target_ids[0].decode() == "39633345008634465"
    assert catalogue.galaxy(0).redshift == pytest.approx(0.3687, abs=1e-4)
    assert "39089837499744649" in (tmp_path / "real.problems.csv").read_text()


NAMES = ("4-80613-thru20210324", "special-dark-27247")
