"""Photons, Hα from them, and line ratios of H II regions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model import LINES, ionising_photons, line_ratios, photoionised_ew, star_formation_ew
from model.physics.photoionisation import (
    HALPHA_PER_PHOTON,
    LYMAN_LIMIT,
    load_tables,
    log_oh_of,
    log_oh_of_metallicity,
)

NAMES = [line.name for line in LINES]
HALPHA, HBETA, NII, OIII = (NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584", "OIII_5007"))


@pytest.mark.parametrize("step", [1.0, 2.5, 7.0])
def test_photons_of_a_flat_spectrum_are_the_integral(step):
    wave = np.arange(100.0, 1500.0, step)
    light = np.full(len(wave), 1e5)  # Lsun/Å
    expected = 1e5 * 3.828e33 * (LYMAN_LIMIT**2 - 100.0**2) / 2 / (6.62607015e-27 * 2.99792458e18)
    assert 10 ** float(ionising_photons(wave, light)) == pytest.approx(expected, rel=2e-3)


def test_light_redder_than_the_limit_ionises_nothing():
    wave = np.arange(100.0, 2000.0)
    assert float(ionising_photons(wave, np.where(wave > LYMAN_LIMIT + 2, 1.0, 0.0))) == -np.inf


@pytest.mark.parametrize(
    "wave", [np.arange(400.0, 2000.0), np.arange(100.0, 800.0), np.arange(2000.0, 100.0, -1.0), np.zeros(0)]
)
def test_spectra_that_cannot_tell_are_named(wave):
    with pytest.raises(ValueError, match="from 300 to 912 Å"):
        ionising_photons(wave, np.ones(len(wave)))


def test_a_constant_star_formation_rate_is_that_of_the_calibration():
    # A rate of 1 Msun/yr for 100 Myr: stellar models differ by a factor of 1.5 in ionising photons.
    table = load_tables()
    ages = 10 ** table.log_age.astype(float) * 1e9
    rate = np.trapezoid(10 ** table.log_photons[4].astype(float)[ages <= 1e8], ages[ages <= 1e8])
    photons = np.log10(rate + ages[0] * 10 ** float(table.log_photons[4, 0]))
    ours, theirs = float(photoionised_ew(photons, 1e5)), float(star_formation_ew(0.0, 1e5))
    assert 1 < ours / theirs < 1.5


def test_dust_dims_the_line_and_a_level_scales_it():
    bright = photoionised_ew(53.0, 5e5)
    assert float(photoionised_ew(53.0, 5e5, 1.0) / bright) == pytest.approx(10**-0.4)
    assert float(photoionised_ew(53.0, 1e6) / bright) == pytest.approx(0.5)
    assert float(bright) == pytest.approx(1e53 * HALPHA_PER_PHOTON / 3.828e33 / 5e5, rel=1e-5)


def test_ratios_are_those_of_h_ii_regions():
    grid = np.linspace(7.2, 8.85, 40)
    ratios = np.asarray(line_ratios(grid))
    assert (ratios[:, HALPHA] == 0).all()
    assert (np.diff(ratios[:, NII]) > 0).all()
    # Case B.
    np.testing.assert_allclose(ratios[:, HBETA], -np.log10(2.87), atol=0.02)
    metal_poor, solar = (line_ratios(value)[OIII] - line_ratios(value)[HBETA] for value in (8.0, 8.76))
    assert metal_poor > 0 > solar
    # A node of the table.
    table = load_tables()
    np.testing.assert_allclose(
        line_ratios(float(table.log_oh[4]), float(table.log_u[3])), table.log_ratios[4, 3], atol=1e-5
    )


def test_the_abundance_of_a_ratio_has_that_ratio():
    grid = np.linspace(7.3, 8.8, 16)
    np.testing.assert_allclose(log_oh_of(line_ratios(grid)[:, NII]), grid, atol=0.01)
    np.testing.assert_allclose(log_oh_of_metallicity(np.log10(0.01425)), 8.76, atol=1e-3)


def test_axes_and_transforms():
    many = jnp.linspace(7.5, 8.8, 6).reshape(2, 3)
    assert line_ratios(many).shape == (2, 3, len(LINES))
    np.testing.assert_allclose(jax.jit(line_ratios)(many), line_ratios(many), atol=1e-6)
    slope = jax.grad(lambda value: line_ratios(value)[NII])(8.3)
    assert float(slope) == pytest.approx(float(line_ratios(8.31)[NII] - line_ratios(8.29)[NII]) / 0.02, rel=0.05)
    assert line_ratios(np.zeros((0,))).shape == (0, len(LINES))
