import numpy as np

from model.predictions.published_noise import MIN_IVAR, published_noise

N = 20_000
RNG = np.random.default_rng(0)
FLUX = RNG.lognormal(0, 0.3, (N, 12)).astype(np.float32)
EW = np.full((N, 10), 5.0, np.float32)
IVAR = np.full((N, 10), 4.0, np.float32)


def test_noise_has_the_given_variance_and_no_bias():
    noise = np.asarray(published_noise(1, FLUX, EW, IVAR)) - 5.0
    assert np.allclose(noise.mean(axis=0), 0, atol=5 * 0.5 / np.sqrt(N))
    assert np.allclose(noise.std(axis=0), 0.5, rtol=0.03)
    assert np.abs(np.corrcoef(noise.T) - np.eye(10)).max() < 0.04


def test_order_does_not_change_a_rows_draw_and_the_seed_does():
    whole = np.asarray(published_noise(7, FLUX[:50], EW[:50], IVAR[:50]))
    assert np.array_equal(published_noise(7, FLUX[:50][::-1], EW[:50], IVAR[:50])[::-1], whole)
    assert np.array_equal(published_noise(7, FLUX[3:4], EW[3:4], IVAR[3:4])[0], whole[3])
    assert not np.array_equal(published_noise(8, FLUX[:50], EW[:50], IVAR[:50]), whole)


def test_no_measurement_no_noisy_value():
    ivar = IVAR[:3].copy()
    ivar[0, 0], ivar[1, 0] = np.nan, MIN_IVAR / 10
    noisy = np.asarray(published_noise(1, FLUX[:3], EW[:3], ivar))
    assert np.isnan(noisy[:2, 0]).all()
    assert np.isfinite(noisy[2]).all()
