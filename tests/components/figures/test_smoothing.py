"""Smoothing a spectrum changes alike what its panes compare: the galaxy and its neighbours' median."""

import base64
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from components.figures.spectrum import PANES, Look, pane_grid, spectrum_figure

BINS = np.linspace(1.0, 2.0, 12).astype(np.float32)


def emission(wavelength: np.ndarray) -> np.ndarray:
    """Narrow lines within each pane, and one 4 Å outside each edge, which wide smoothing brings in."""
    centres = [at for _, (low, high), _ in PANES for at in (low - 4, low + 40, high - 20, high + 4)]
    return 1 + sum((5 * np.exp(-0.5 * ((wavelength - at) / 1.5) ** 2) for at in centres), np.zeros(len(wavelength)))


def drawn(smoothing: float, stretch: float) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """The first wavelength of each pane, and its galaxy's and its neighbours' flux."""
    wavelength = 3400.0 + np.arange(3600.0)
    light: Any = SimpleNamespace(
        wavelength_rest=wavelength, flux=emission(wavelength), ivar=None, continuum=np.ones(len(wavelength))
    )
    figure: Any = spectrum_figure(BINS, light, "dark", Look(stretch, smoothing), emission(pane_grid()))
    panes = []
    for index in range(len(PANES)):
        curves = [trace for trace in figure["data"] if trace.get("xaxis") == f"x{index + 2}"]
        dotted = next(trace for trace in curves if trace["line"]["dash"] == "dot")
        galaxy = next(
            trace
            for trace in curves
            if trace is not dotted and "fill" not in trace and len(flux(trace)) > 50 and np.ptp(flux(trace)) > 0
        )
        assert dotted["x0"] == pytest.approx(galaxy["x0"])
        assert dotted["dx"] == pytest.approx(galaxy["dx"])
        panes.append((dotted["x0"], flux(galaxy)[:-1], flux(dotted)))
    return panes


def flux(trace: Any) -> np.ndarray:
    return np.frombuffer(base64.b64decode(trace["y"]["bdata"]), "<" + trace["y"]["dtype"])


@pytest.mark.parametrize("stretch", [1.0, 1.2])
@pytest.mark.parametrize("smoothing", [0.0, 2.0, 6.0])
def test_equal_spectra_stay_equal(smoothing: float, stretch: float) -> None:
    for (_, (low, _), _), (first, galaxy, neighbours) in zip(PANES, drawn(smoothing, stretch), strict=True):
        assert first == pytest.approx(stretch * low)
        np.testing.assert_allclose(neighbours, galaxy, rtol=2e-4)


def test_smoothing_lowers_the_neighbours_lines() -> None:
    for (_, _, raw), (_, _, wide) in zip(drawn(0.0, 1.0), drawn(6.0, 1.0), strict=True):
        assert wide.max() < 0.6 * raw.max()
