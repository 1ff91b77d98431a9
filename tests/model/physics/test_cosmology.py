import numpy as np

from model.physics.cosmology import luminosity_distance


def test_distances_agree_with_the_textbook_integral():
    redshift = np.array([0.06, 0.3, 1.0])
    steps = np.linspace(0, 1, 20001)
    integral = np.trapezoid(1 / np.sqrt(0.3 * (1 + redshift[:, None] * steps) ** 3 + 0.7), redshift[:, None] * steps)
    assert np.allclose(luminosity_distance(redshift), (1 + redshift) * 299792.458 / 70 * integral, rtol=1e-6)
