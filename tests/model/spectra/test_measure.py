import numpy as np
import pytest

from analysis.catalogues.targets import read_targets
from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from model.lines import EXTRA_LINES, LINE_NAMES, LINES
from model.spectra.lines.measure import as_catalogued, measure_lines
from model.spectra.lines.side_bands import COMPONENT_WAVELENGTHS, components_of, side_band_levels
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import add_lines, line_profiles
from scripts.line_pulls import pulls
from tests.serving import ROOT

pytestmark = pytest.mark.slow

BINS = np.array([0.75, 0.85, 0.95, 0.98, 1.0, 1.02, 1.03, 1.02, 1.0, 0.98, 0.96, 0.94], np.float32)
PIXELS = np.arange(3395.0, 7005.0, 0.7)
STARS = np.interp(PIXELS, starlight_grid(), np.asarray(starlight(BINS)))
FWHM = 1.4
WEAK = [index for index, line in enumerate(LINES) if line.tied_to]


def painted(ew: np.ndarray) -> np.ndarray:
    """Tie the weak lines as the measurement does."""
    level = np.asarray(side_band_levels(PIXELS, STARS))[1:]
    ew = ew.astype(np.float64)
    for weak in WEAK:
        strong = LINE_NAMES.index(LINES[weak].tied_to)
        ew[weak] = ew[strong] * level[strong] / level[weak] / LINES[weak].flux_ratio
    return ew


def spectrum(ew: np.ndarray, dispersion: float, noise: float, seed: int = 0, oii: float = 1.0):
    flux = np.asarray(add_lines(PIXELS, STARS, ew, dispersion, FWHM, oii))
    return flux + noise * np.random.default_rng(seed).normal(size=len(PIXELS)), np.full(len(PIXELS), noise**-2.0)


@pytest.mark.parametrize(("dispersion", "oii"), [(70.0, 1.4), (180.0, 0.8)])
def test_strong_lines_come_back_with_their_width_and_shift(dispersion, oii):
    ew = painted(np.array([20, 6, 14, 0, 12, 0, 60, 18, 11, 8]))
    flux, ivar = spectrum(ew, dispersion, 0.01, oii=oii)
    shift = 1 + 25 / 299792.458
    found = measure_lines(PIXELS * shift, flux, ivar, FWHM)
    # 1 %: the templates are fitted, not known; 0.25 Å of a Balmer line is its absorption.
    np.testing.assert_allclose(found.ew, ew, rtol=0.01, atol=0.25)
    assert found.velocity_dispersion == pytest.approx(dispersion, rel=0.03)
    assert found.velocity == pytest.approx(25, abs=3)
    np.testing.assert_allclose(found.continuum[50:-50], STARS[50:-50], rtol=0.05)


@pytest.mark.parametrize(
    "parts",
    [
        ((0.8, 90.0, 0.0), (0.1, 270.0, 0.0), (0.1, 90.0, -190.0)),
        ((0.85, 90.0, 0.0), (0.15, 270.0, 0.0)),
        ((0.85, 90.0, 0.0), (0.15, 90.0, 190.0)),
    ],
    ids=["wings and shoulder", "wings", "shoulder"],
)
def test_profiles_that_no_gaussian_describes_keep_their_area(parts):
    ew = painted(np.array([20, 6, 14, 0, 40, 0, 200, 30, 15, 11]))
    level = np.asarray(side_band_levels(PIXELS, STARS))
    both = np.concatenate([[ew[0] / 2], [ew[0] / 2], ew[1:]]) * level
    profile = sum(share * np.asarray(line_profiles(PIXELS, sigma, FWHM, shift)) for share, sigma, shift in parts)
    flux = STARS + profile @ both + 0.01 * np.random.default_rng(0).normal(size=len(PIXELS))
    found = measure_lines(PIXELS, flux, np.full(len(PIXELS), 1e4), FWHM)
    np.testing.assert_allclose(found.ew, ew, rtol=0.012, atol=0.15)


def test_the_strong_lines_of_a_real_galaxy_agree_with_their_sums():
    """The packaged galaxy at z = 0.37; its Hα has a shoulder on the red side."""
    folder = ROOT / "data" / "files" / "examples"
    (target,) = read_targets([*folder.glob("coadd-*.fits")], [*folder.glob("redrock-*.fits")])
    spectrum = target.spectrum
    rest = spectrum.wavelength_rest
    assert spectrum.ivar is not None
    found = measure_lines(rest, spectrum.flux, spectrum.ivar, target.instrument_fwhm)
    width, good = np.gradient(rest), spectrum.ivar > 0
    for name, reach in {"HALPHA": 8, "HBETA": 12, "OIII_5007": 12, "SII_6716": 7, "OII_DOUBLET": 12}.items():
        line = LINE_NAMES.index(name)
        waves = LINES[line].wavelengths
        box = good & (rest > waves[0] - reach) & (rest < waves[-1] + reach)
        ew = ((spectrum.flux - found.continuum) * width)[box].sum() / found.level[line]
        noise = np.sqrt((width[box] ** 2 / spectrum.ivar[box]).sum()) / found.level[line]
        assert abs(found.ew[line] - ew) < 2 * np.hypot(noise, found.ew_ivar[line] ** -0.5), name
        assert found.ew[line] == pytest.approx(ew, rel=0.015), name


def test_lines_that_are_not_predicted_are_measured_too():
    wave = np.arange(3395.0, 9600.0, 0.7)
    stars = np.interp(wave, PIXELS, STARS) * np.where(wave < 7000, 1, (wave / 7000) ** -0.5)
    given = np.array([3.0, 2.5, 1.5, 2.0, 8.0, 20.0])
    assert [line.number for line in EXTRA_LINES] == ["3869", "4101", "5876", "6300", "9069", "9532"]
    extra = components_of(EXTRA_LINES)
    beside = np.asarray(side_band_levels(wave, stars, extra))
    flux = np.asarray(add_lines(wave, stars, painted(np.full(10, 8.0)), 110.0, FWHM))
    flux = flux + np.asarray(line_profiles(wave, 110.0, FWHM, components=extra)) @ (given * beside)
    flux = flux + 0.01 * np.random.default_rng(1).normal(size=len(wave))
    found = measure_lines(wave, flux, np.full(len(wave), 1e4), FWHM)
    np.testing.assert_allclose(found.extra_ew, given, rtol=0.03, atol=0.4)  # Hδ: its absorption
    assert np.abs((found.extra_ew - given) * np.sqrt(found.extra_ew_ivar))[-2:].max() < 3
    np.testing.assert_allclose(found.extra_level, beside, rtol=0.03)
    optical = wave < 7050
    short = measure_lines(wave[optical], flux[optical], np.full(optical.sum(), 1e4), FWHM)
    assert np.isnan(short.extra_ew).tolist() == [False] * 4 + [True] * 2
    np.testing.assert_allclose(short.ew, found.ew, rtol=0.01)


def test_the_resolution_may_change_along_the_spectrum():
    ew, sharpness = painted(np.array([20, 6, 14, 0, 12, 0, 60, 18, 11, 8])), 5e-4
    lines = line_profiles(PIXELS, 90.0, sharpness * COMPONENT_WAVELENGTHS)
    both = np.concatenate([[ew[0] / 2], [ew[0] / 2], ew[1:]])
    flux = STARS + np.asarray(lines) @ (both * np.asarray(side_band_levels(PIXELS, STARS)))
    flux += 0.01 * np.random.default_rng(0).normal(size=len(PIXELS))
    found = measure_lines(PIXELS, flux, np.full(len(PIXELS), 1e4), sharpness * PIXELS)
    assert found.velocity_dispersion == pytest.approx(90, rel=0.03)
    np.testing.assert_allclose(found.ew, ew, rtol=0.01, atol=0.15)


def test_without_the_stars_hbeta_would_be_angstroms_too_low():
    flux, ivar = spectrum(np.zeros(10), 120.0, 0.01)
    hbeta = LINE_NAMES.index("HBETA")
    found = measure_lines(PIXELS, flux, ivar, FWHM)
    near = np.abs(PIXELS - LINES[hbeta].wavelength) < 8
    level = np.asarray(side_band_levels(PIXELS, STARS))[hbeta + 1]
    bare = ((flux - level)[near]).sum() * 0.7 / level
    assert bare < -2
    assert abs(found.ew[hbeta]) < 0.25


def test_errors_grow_with_the_noise():
    ew = painted(np.full(10, 5.0))
    quiet, loud = (measure_lines(PIXELS, *spectrum(ew, 120.0, noise), FWHM) for noise in (0.03, 0.12))
    np.testing.assert_allclose(np.sqrt(quiet.ew_ivar / loud.ew_ivar), 4, rtol=0.5)


def test_tied_lines_keep_their_ratio_and_have_no_signal_of_their_own():
    flux, ivar = spectrum(painted(np.full(10, 5.0)), 120.0, 0.1)
    found = measure_lines(PIXELS, flux, ivar, FWHM)
    signal = found.ew * np.sqrt(found.ew_ivar)
    for weak in WEAK:
        strong = LINE_NAMES.index(LINES[weak].tied_to)
        assert found.ew[strong] / found.ew[weak] == pytest.approx(LINES[weak].flux_ratio, rel=0.1)
        assert signal[weak] == pytest.approx(signal[strong], rel=0.2)


def test_masked_and_missing_pixels_give_no_line():
    flux, ivar = spectrum(painted(np.full(10, 5.0)), 120.0, 0.05)
    ivar[np.abs(PIXELS - 4862.7) < 6] = 0
    flux[ivar == 0] = np.nan
    found = measure_lines(PIXELS, flux, ivar, FWHM)
    assert np.isnan(found.ew).tolist() == [name == "HBETA" for name in LINE_NAMES]
    red = PIXELS > 3800
    found = measure_lines(PIXELS[red], flux[red], ivar[red], FWHM)
    assert np.isnan(found.ew).tolist() == [name in ("HBETA", "OII_DOUBLET") for name in LINE_NAMES]
    np.testing.assert_array_equal(np.isnan(found.ew), np.isnan(found.ew_ivar))


@pytest.mark.parametrize(
    ("wavelength_rest", "ivar"), [(PIXELS, np.zeros(len(PIXELS))), (np.arange(8000.0, 9000.0), np.ones(1000))]
)
def test_a_spectrum_of_nothing_says_nothing(wavelength_rest, ivar):
    found = measure_lines(wavelength_rest, np.ones(len(ivar)), ivar)
    assert np.isnan(found.ew).all()
    assert np.isnan(found.ew_ivar).all()


def test_a_catalogue_lists_what_is_above_zero():
    ew, ivar = as_catalogued(np.array([1.0, -1.0, np.nan, 2.0]), np.array([4.0, 4.0, np.nan, 0.0]))
    np.testing.assert_array_equal(ew, [1, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(ivar, [4, np.nan, np.nan, np.nan])


def test_mock_spectra_give_their_lines_back_within_their_noise():
    """`python -m scripts.line_pulls` prints the same of 400 galaxies."""
    catalogue = Catalogue(EMBEDDED_FILE)
    pull = pulls(catalogue.galaxy(row) for row in range(0, catalogue.n, catalogue.n // 16))
    known = pull[np.isfinite(pull)]
    assert len(known) > 150
    assert known.mean() == pytest.approx(0, abs=0.3)
    assert (np.percentile(known, 84) - np.percentile(known, 16)) / 2 == pytest.approx(1, abs=0.25)
    assert (np.abs(known) > 3).mean() < 0.05
