"""Catalogues from DESI's files: coadds made here, and the real ones where they were downloaded."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

from analysis.catalogues.from_fits import from_fits
from analysis.catalogues.targets import read_targets
from analysis.explorer.spectra import rest_spectrum, synthesise
from data.catalogue.catalogue import Catalogue, Galaxy
from data.catalogue.registry import EMBEDDED_FILE
from data.errors import CatalogueError, UploadError
from data.paths import FILES
from data.surveys.fastspecfit import read_lines
from data.surveys.readers.desi import FIRST_PIXEL, PIXEL, read_observed, read_redshifts
from data.surveys.readers.sdss import read_spec
from model.lines import EXTRA_LINES, LINE_NAMES
from model.spectra.extinction import attenuation
from model.spectra.lines.measure import measure_lines

IDS = np.array([39633345008634465, 39633345008634466, 39633345008634467])
REDSHIFTS = np.array([0.1, 0.2, 0.15])
EBV = np.array([0.05, -1.0, 0.0], np.float32)
CAMERAS = {"B": (0, 2751), "R": (2700, 5026), "Z": (4900, 7781)}


def continuum(observed: np.ndarray) -> np.ndarray:
    return 2 + (observed - 6000) / 6000


def write_pair(folder: Path, *, warning: int = 0) -> tuple[Path, Path]:
    """A coadd of three targets, the third masked in its blue half, and its redrock file."""
    parts = [
        fits.PrimaryHDU(),
        fits.BinTableHDU.from_columns(
            [fits.Column("TARGETID", "K", array=IDS), fits.Column("EBV", "E", array=EBV)], name="FIBERMAP"
        ),
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


def write_lines(folder: Path, *more: str) -> Path:
    names = ["OII_3726", "OII_3729", "HALPHA", "HGAMMA", "HBETA", "OIII_4959", "OIII_5007"]
    names += ["NII_6548", "NII_6584", "SII_6716", "SII_6731", *more]
    columns = [fits.Column("TARGETID", "K", array=IDS)]
    for name in names:
        columns.append(fits.Column(f"{name}_EW", "E", array=np.array([3.0, 0.0, 2.0])))
        columns.append(fits.Column(f"{name}_EW_IVAR", "E", array=np.array([4.0, 0.0, 1.0])))
    part = fits.BinTableHDU.from_columns(columns, name="FASTSPEC")
    fits.HDUList([fits.PrimaryHDU(), part]).writeto(folder / "fastspec.fits")
    return folder / "fastspec.fits"


def test_cameras_are_combined_by_inverse_variance(tmp_path):
    coadd, redrock = write_pair(tmp_path)
    first, _, third = (target.spectrum for target in read_targets([coadd], [redrock]))
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
        read_redshifts(coadd)
    with pytest.raises(UploadError, match=r"no extension FIBERMAP"):
        read_observed(redrock)
    with pytest.raises(UploadError, match=r"compressed"):
        read_observed(b"\x1f\x8b1234")
    with pytest.raises(UploadError, match=r"looks like FITS but cannot be read"):
        read_observed(b"not FITS")
    with pytest.raises(CatalogueError, match=r"one redrock file per coadd"):
        from_fits([coadd, coadd], [redrock], tmp_path / "out.parquet")
    with pytest.raises(UploadError, match=r"give its redrock file too"):
        from_fits([coadd], [], tmp_path / "out.parquet")
    with pytest.raises(CatalogueError, match=r"E\(B-V\) is 3"):
        from_fits([coadd], [redrock], tmp_path / "out.parquet", ebv=3)


def test_the_milky_ways_dust_is_taken_off_where_asked(tmp_path):
    coadd, redrock = write_pair(tmp_path)
    first, second, third = read_targets([coadd], [redrock], ebv_of_files=True)
    observed = first.spectrum.wavelength_rest * 1.1
    # The files list the values of Schlegel et al. 1998; Schlafly & Finkbeiner 2011 found 0.86 of them.
    gain = 10 ** (0.4 * attenuation(observed, 0.86 * 0.05))
    np.testing.assert_allclose(first.spectrum.flux, continuum(observed) * gain, rtol=1e-5)
    np.testing.assert_allclose(first.spectrum.ivar[6000], 4 / gain[6000] ** 2, rtol=1e-5)
    assert gain[0] > gain[-1] > 1
    assert "E(B-V) is -0.86" in second.problem
    np.testing.assert_allclose(third.spectrum.flux[3000], continuum(observed)[3000], rtol=1e-5)
    (same, *_) = read_targets([coadd], [redrock], 0.043)
    np.testing.assert_allclose(same.spectrum.flux, first.spectrum.flux, rtol=1e-5)


def write_spec(folder: Path, *, kind: str = "GALAXY", warning: int = 0) -> tuple[Path, Galaxy]:
    """An SDSS spec file, in its true layout, of a mock galaxy whose bluest bin SDSS misses."""
    catalogue = Catalogue(EMBEDDED_FILE)
    redshift = catalogue.column("redshift")
    strong = np.flatnonzero((catalogue.column("HALPHA_EW") > 40) & (redshift < 0.07))[0]
    galaxy = catalogue.galaxy(int(strong))
    galaxy = galaxy._replace(ew=np.nan_to_num(galaxy.ew))
    drawn = synthesise(galaxy, noise=False)
    loglam = np.arange(np.log10(3800.0), np.log10(7000 * (1 + galaxy.redshift)), 1e-4)
    flux = np.interp(10**loglam / (1 + galaxy.redshift), drawn.wavelength_rest, drawn.flux)
    error = 0.05 * np.median(flux)
    flux += error * np.random.default_rng(0).normal(size=len(flux))
    mask = np.zeros(len(flux), np.int32)
    mask[1000], flux[1000] = 1 << 24, 1e4
    pixels = [
        fits.Column("flux", "E", array=flux),
        fits.Column("loglam", "E", array=loglam),
        fits.Column("ivar", "E", array=np.full(len(flux), error**-2)),
        fits.Column("and_mask", "J", array=mask),
        fits.Column("or_mask", "J", array=mask),
        fits.Column("wdisp", "E", array=np.where(mask, 0.0, np.linspace(1.2, 0.9, len(flux)))),
    ]
    about = [
        fits.Column("CLASS", "6A", array=[kind]),
        fits.Column("Z", "E", array=[galaxy.redshift]),
        fits.Column("ZWARNING", "J", array=[warning]),
    ]
    primary = fits.PrimaryHDU()
    primary.header.update(PLATEID=2488, MJD=54149, FIBERID=7)
    parts = [fits.BinTableHDU.from_columns(pixels, name="COADD"), fits.BinTableHDU.from_columns(about, name="SPECOBJ")]
    fits.HDUList([primary, *parts]).writeto(folder / "spec-2488-54149-0007.fits", overwrite=True)
    return folder / "spec-2488-54149-0007.fits", galaxy


def test_a_warning_is_called_as_the_survey_calls_it(tmp_path):
    path, _ = write_spec(tmp_path, warning=4)
    with pytest.raises(CatalogueError, match="2488-54149-7, ZWARNING is 4: the survey does not trust the redshift"):
        from_fits([path], [], tmp_path / "sdss.parquet")


@pytest.mark.slow
def test_an_sdss_spectrum_becomes_a_galaxy_with_its_bluest_bin_filled_in(tmp_path):
    path, galaxy = write_spec(tmp_path)
    out = tmp_path / "sdss.parquet"
    with pytest.raises(CatalogueError, match=r"2488-54149-7, bin 0 \(3400-3700 Å at rest\) is not covered"):
        from_fits([path], [], out)
    from_fits([path], [], out, fill_missing=True)
    found = Catalogue(out).galaxy(0)
    assert found.target_id == "2488-54149-7"
    np.testing.assert_allclose(found.bin_flux[1:], galaxy.bin_flux[1:], rtol=0.03)
    assert found.bin_flux[0] == pytest.approx(galaxy.bin_flux[0], rel=0.3)
    table = pq.read_table(out)
    assert table["DOMAIN"].to_pylist() == ["edge"]
    assert "bin" in table["DOMAIN_REASON"].to_pylist()[0]
    for name in ("HALPHA", "HBETA", "NII_6584", "SII_6716"):
        line = LINE_NAMES.index(name)
        assert found.ew[line] == pytest.approx(galaxy.ew[line], rel=0.05, abs=4 / float(np.sqrt(found.ew_ivar[line])))


def test_what_sdss_takes_for_a_star_is_left_out(tmp_path):
    path, _ = write_spec(tmp_path, kind="STAR")
    with pytest.raises(CatalogueError, match=r"the survey calls it STAR"):
        from_fits([path], [], tmp_path / "out.parquet")


def test_an_sdss_file_says_how_sharp_it_is(tmp_path):
    path, _ = write_spec(tmp_path)
    fwhm, wavelength = read_spec(path)[0].fwhm, read_spec(path)[0].wavelength_obs
    # A pixel is 69 km/s; the masked one, which lists 0, is between its neighbours.
    sigma = np.array([1.2, 0.9]) * 69.03 / 299792.458 * wavelength[[0, -1]]
    np.testing.assert_allclose(fwhm[[0, -1]], 2.3548 * sigma, rtol=1e-3)
    assert fwhm[999] < fwhm[1000] < fwhm[1001]
    (target,) = read_targets([path], [])
    np.testing.assert_allclose(target.instrument_fwhm, fwhm / (1 + target.known.redshift))
    with fits.open(path, mode="update") as file:
        table: Any = file[1]
        table.columns.change_name("wdisp", "other")
    assert read_spec(path)[0].fwhm is None


@pytest.mark.slow
def test_lines_of_a_real_sdss_galaxy_agree_with_the_surveys_own():
    """Unpack `pip download --no-deps ppxf==9.5.2`; GALACTIC_NEON_PPXF names its ppxf/spectra."""
    path = Path(os.environ.get("GALACTIC_NEON_PPXF", "ppxf/spectra")) / "NGC3073_SDSS_DR18.fits"
    if not path.is_file():
        pytest.skip("Needs the FITS files of PyPI's ppxf; see this test's docstring.")
    observed, known = read_spec(path)
    rest = observed.wavelength_obs / (1 + known.redshift)
    found = measure_lines(rest, observed.flux[0], observed.ivar[0], observed.fwhm / (1 + known.redshift))
    with fits.open(path) as file:
        table: Any = file["SPZLINE"]
        listed = {str(row["LINENAME"]).strip(): (row["LINEEW"], row["LINEEW_ERR"]) for row in table.data}
    names = {"HALPHA": "H_alpha", "NII_6584": "[N_II] 6583", "SII_6716": "[S_II] 6716", "SII_6731": "[S_II] 6730"}
    for name, theirs in (names | {"OIII_5007": "[O_III] 5007"}).items():
        line = LINE_NAMES.index(name)
        error = np.hypot(found.ew_ivar[line] ** -0.5, listed[theirs][1])
        # Another model of the stars, and of their level.
        assert found.ew[line] == pytest.approx(listed[theirs][0], rel=0.15, abs=3 * error), name


@pytest.mark.slow
def test_lines_are_measured_where_no_table_lists_them(tmp_path):
    coadd, redrock = write_pair(tmp_path)
    out = tmp_path / "mine.parquet"
    from_fits([coadd], [redrock], out, ebv=0.02)
    catalogue = Catalogue(out)
    assert "measured above fitted starlight" in catalogue.provenance
    assert "corrected by E(B-V) = 0.02" in catalogue.provenance
    np.testing.assert_array_equal(np.isnan(catalogue.galaxy(0).ew), np.isnan(catalogue.galaxy(0).ew_ivar))
    assert np.isfinite(catalogue.galaxy(0).ew).any()


@pytest.mark.slow
def test_lines_that_are_not_predicted_have_columns_that_training_can_read(tmp_path):
    coadd, redrock = (next((FILES / "examples").glob(f"{kind}-*.fits")) for kind in ("coadd", "redrock"))
    out = tmp_path / "mine.parquet"
    from_fits([coadd], [redrock], out)
    table = pq.read_table(out)
    listed = {line.name: table[f"{line.name}_EW"].to_numpy()[0] for line in EXTRA_LINES}
    assert listed["HDELTA"] == pytest.approx(7.8, rel=0.1)
    assert listed["NEIII_3869"] == pytest.approx(6.1, rel=0.1)
    assert np.isnan(listed["SIII_9069"])
    for name, ew in listed.items():
        assert np.isnan(table[f"{name}_EW_IVAR"].to_numpy()[0]) == np.isnan(ew)
        assert f"{name}_EW_PREDICTED" not in table.column_names


def test_a_fastspecfit_table_gives_lines_that_are_not_predicted_if_it_has_them(tmp_path):
    assert "HDELTA" not in read_lines(write_lines(tmp_path))["39633345008634465"]
    (tmp_path / "more").mkdir()
    more = read_lines(write_lines(tmp_path / "more", "HDELTA", "SIII_9069"))
    assert {"HDELTA", "SIII_9069", "HALPHA"} <= more["39633345008634465"].keys()


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
