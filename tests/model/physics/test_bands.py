"""Magnitudes with and without lines."""

import jax
import numpy as np
import pytest

from analysis.emission.filters import load_bands
from model.physics.bands import Bands
from model.spectra.grid import Grid
from model.spectra.templates import load_templates

TEMPLATES = load_templates()
GRID = Grid(TEMPLATES.wavelength_rest)
NAMES, WAVE, RESPONSES = load_bands()
USED = [NAMES.index(name) for name in ("LSST g", "LSST r", "DESI g", "DESI r")]
FLUX = (TEMPLATES.flux[:6] * 1e-17).astype(np.float32)
EW = np.abs(np.random.default_rng(0).normal(0, 10, (6, 10))).astype(np.float32)


@pytest.mark.parametrize("redshift", [0.05, 0.12])
def test_magnitudes_are_integrals_over_photons(redshift):
    found = Bands(WAVE, RESPONSES[USED], redshift, GRID).magnitudes(FLUX)
    wave = TEMPLATES.wavelength_rest * (1 + redshift)
    for band, place in enumerate(USED):
        response = np.interp(wave, WAVE, RESPONSES[place])
        if not np.isfinite(found[0, band]):
            continue
        for row in range(6):
            photons = np.trapezoid(FLUX[row] * response * wave, wave)
            reference = np.trapezoid(3631e-23 * 2.99792458e18 / wave * response, wave)
            assert found[row, band] == pytest.approx(-2.5 * np.log10(photons / reference), abs=2e-3)
    assert np.isfinite(np.asarray(found)).sum() >= 12


def test_lines_count_as_if_they_were_painted():
    bands = Bands(WAVE, RESPONSES[USED], 0.1, GRID)
    painted = bands.magnitudes(np.asarray(GRID.add_lines(FLUX * 1e17, EW)) * 1e-17)
    np.testing.assert_allclose(bands.magnitudes(FLUX, EW), painted, atol=1e-3)
    assert np.nanmax(np.abs(np.asarray(painted - bands.magnitudes(FLUX)))) > 5e-3


def test_redshifts_of_their_own_and_slopes():
    def magnitude(redshift, flux):
        return Bands(WAVE, RESPONSES[USED][:1], redshift, GRID).magnitudes(flux, EW[0])[0]

    shifts = np.array([0.07, 0.1, 0.12])
    several = jax.jit(jax.vmap(magnitude))(shifts, FLUX[:3])
    one = [float(magnitude(shift, flux)) for shift, flux in zip(shifts, FLUX, strict=False)]
    np.testing.assert_allclose(several, one, atol=1e-3)
    slope = float(jax.grad(magnitude)(0.1, FLUX[0]))
    change = float(magnitude(0.102, FLUX[0]) - magnitude(0.098, FLUX[0])) / 0.004
    assert slope == pytest.approx(change, rel=0.1)


def test_a_band_beyond_the_grid_has_no_magnitude_and_wrong_curves_are_named():
    far = Bands(WAVE, RESPONSES[[NAMES.index("LSST y")]], 0.1, GRID)
    assert np.isnan(far.magnitudes(FLUX)).all()
    with pytest.raises(ValueError, match="needed in Å"):
        Bands(WAVE / 10_000, RESPONSES[USED], 0.1, GRID)
    with pytest.raises(ValueError, match="Band 0 has wavelengths"):
        Bands(WAVE[:-1], RESPONSES[USED], 0.1, GRID)
    with pytest.raises(ValueError, match="not negative"):
        Bands(WAVE, -RESPONSES[USED], 0.1, GRID)
