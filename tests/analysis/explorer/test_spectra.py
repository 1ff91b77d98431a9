"""Spectra of mock galaxies have the bins and lines asked for; those of real ones are read beside the catalogue."""

import time
from functools import cache

import numpy as np
import pytest

from analysis.explorer.spectra import rest_spectrum, synthesise
from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from data.catalogue.stored_spectra import NONE, WAVELENGTHS, fingerprint
from data.errors import ChangedError
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
    assert spectrum is not None
    assert spectrum.continuum is not None
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
    assert first.ivar is not None
    assert other.ivar is not None
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
def real(tmp_path):
    """Opens a catalogue with the spectra that are given, and what its metadata say of them."""

    def opened(flux=None, **about) -> Catalogue:
        path = builders.write_catalogue(tmp_path / "real.parquet", builders.built(4), **about)
        if flux is not None:
            np.save(path.with_name("real.spectra.npy"), flux)
        return Catalogue(path)

    return opened


FLUX = np.random.default_rng(0).normal(size=(4, 4501)).astype(np.float32)


def test_a_real_galaxy_without_arrays_has_no_spectrum(real):
    assert rest_spectrum(real(), 0) is None


def test_a_real_galaxys_spectrum_is_read_beside_its_catalogue(real):
    flux = FLUX.copy()
    flux[2] = np.nan
    observed = real(flux)
    found = rest_spectrum(observed, 1)
    np.testing.assert_array_equal(found.flux, flux[1])
    np.testing.assert_array_equal(found.wavelength_rest, WAVELENGTHS)
    assert found.target_id == observed.target_ids[1].decode()
    assert rest_spectrum(observed, 2) is None


def test_galaxies_beyond_the_stored_spectra_have_none(real):
    observed = real(np.ones((2, 4501), np.float32))
    assert rest_spectrum(observed, 1) is not None
    assert rest_spectrum(observed, 3) is None


@pytest.mark.parametrize("flux", [np.ones((5, 4501), np.float32), np.ones((2, 4501)), np.ones(4501, np.float32)])
def test_an_array_that_is_none_of_its_spectra_is_not_shown(real, flux, caplog):
    assert rest_spectrum(real(flux), 0) is None
    assert "not shown" in caplog.text


def test_spectra_of_an_earlier_catalogue_of_that_name_are_not_shown(real, tmp_path, caplog):
    np.save(tmp_path / "own.npy", FLUX)
    own = fingerprint(tmp_path / "own.npy")
    assert rest_spectrum(real(FLUX, spectra=own), 1) is not None
    assert not caplog.text
    assert rest_spectrum(real(FLUX[::-1], spectra=own), 1) is None
    assert rest_spectrum(real(FLUX[:3], spectra=own), 1) is None
    assert rest_spectrum(real(FLUX, spectra=NONE), 1) is None
    assert caplog.text.count("belongs to another catalogue") == 3


def test_a_new_file_of_spectra_changes_nothing_that_is_served(real):
    """It is renamed into its place, as our commands write; its own catalogue is opened at the next start."""
    observed = real(FLUX)
    np.save(observed.path.with_name("new.npy"), 2 * FLUX)
    observed.path.with_name("new.npy").replace(observed.path.with_name("real.spectra.npy"))
    np.testing.assert_array_equal(rest_spectrum(observed, 1).flux, FLUX[1])


def test_spectra_that_were_written_over_are_refused_and_not_mixed(real):
    observed = real(FLUX)
    time.sleep(0.01)
    np.save(observed.path.with_name("real.spectra.npy"), 2 * FLUX)
    with pytest.raises(ChangedError, match="changed while it was served"):
        rest_spectrum(observed, 1)
    observed.path.with_name("real.spectra.npy").open("wb").close()
    with pytest.raises(ChangedError, match="changed while it was served"):
        rest_spectrum(observed, 3)
