"""Spectra of mock galaxies have the bins and lines asked for; those of real ones are read beside the catalogue."""

from functools import cache

import numpy as np
import pytest

from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.spectra import rest_spectrum, synthesise
from data.catalogue.stored_spectra import WAVELENGTHS
from model.bins import bin_continuum
from model.spectra.pixel_noise import relative_noise
from scripts.bin_recovery import errors
from tests import builders


@cache
def mock() -> Catalogue:
    return Catalogue(EMBEDDED_FILE)


@pytest.mark.parametrize("row", [0, 1, 2, 19_999])
def test_the_starlight_has_the_galaxys_bins(row):
    galaxy = mock().galaxy(row)
    spectrum = rest_spectrum(mock(), row)
    np.testing.assert_allclose(bin_continuum(spectrum.wavelength_rest, spectrum.continuum), galaxy.bin_flux, rtol=1e-4)
    assert spectrum.wavelength_rest[0] == pytest.approx(3400, abs=0.4)
    assert spectrum.wavelength_rest[-1] == pytest.approx(7000, abs=0.4)
    np.testing.assert_allclose(np.diff(spectrum.wavelength_rest) * (1 + galaxy.redshift), 0.8)
    assert (spectrum.continuum > 0).all()
    assert spectrum.source == "synthesised"


def test_masking_the_lines_gives_the_bins_within_two_per_cent():
    error = errors((mock().galaxy(row) for row in range(0, mock().n, mock().n // 250)), noise=False)
    assert error.shape == (250, 12)
    assert np.abs(error).max() < 0.02
    assert np.percentile(np.abs(error), 95) < 0.012


def test_noise_depends_on_the_name_alone_and_has_the_level_it_claims():
    galaxy = mock().galaxy(5)
    first, again, other = synthesise(galaxy), synthesise(galaxy), synthesise(galaxy._replace(target_id="MOCK-x"))
    np.testing.assert_array_equal(first.flux, again.flux)
    pull = (first.flux - synthesise(galaxy, noise=False).flux) * np.sqrt(first.ivar)
    assert pull.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(pull, (other.flux - synthesise(galaxy, noise=False).flux) * np.sqrt(other.ivar))[0, 1] < 0.1


def test_the_doublet_ratio_moves_light_between_the_components():
    galaxy = mock().galaxy(0)._replace(ew=np.full(10, 20.0, np.float32))
    even, thin = (synthesise(galaxy, 60.0, ratio, noise=False) for ratio in (1.0, 1.5))
    light = thin.flux - even.flux
    near = np.abs(even.wavelength_rest - 3729.9) < 1
    assert light[near].mean() > 0
    assert abs(light[np.abs(even.wavelength_rest - 3728.5) < 12].sum()) < 0.02 * np.abs(light).sum()


def test_the_typical_noise_is_the_mocks():
    galaxies = [mock().galaxy(row) for row in range(0, mock().n, 40)]
    red = [relative_noise(np.array([6640.0]), one.ew, one.ew_ivar, one.redshift)[0] for one in galaxies]
    unknown = np.full(10, np.nan)
    typical = relative_noise(np.array([6640.0]), unknown, unknown, 0.2)[0]
    assert np.median(red) == pytest.approx(typical, rel=0.1)


@pytest.fixture
def observed(tmp_path):
    return Catalogue(builders.write_catalogue(tmp_path / "real.parquet", builders.built(4)))


def test_a_real_galaxy_without_arrays_has_no_spectrum(observed):
    assert rest_spectrum(observed, 0) is None


def test_a_real_galaxys_spectrum_is_read_beside_its_catalogue(observed):
    flux = np.random.default_rng(0).normal(size=(4, 4501)).astype(np.float32)
    flux[2] = np.nan
    np.save(observed.path.with_name("real.spectra.npy"), flux)
    found = rest_spectrum(observed, 1)
    np.testing.assert_array_equal(found.flux, flux[1])
    np.testing.assert_array_equal(found.wavelength_rest, WAVELENGTHS)
    assert found.target_id == observed.target_ids[1].decode()
    assert rest_spectrum(observed, 2) is None


def test_galaxies_beyond_the_stored_spectra_have_none(observed):
    np.save(observed.path.with_name("real.spectra.npy"), np.ones((2, 4501), np.float32))
    assert rest_spectrum(observed, 1) is not None
    assert rest_spectrum(observed, 3) is None
