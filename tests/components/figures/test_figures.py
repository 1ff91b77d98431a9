"""Figures of the explorer: valid for Plotly, and saying what they must."""

import base64
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plotly import graph_objects as go

from components.figures import spectrum
from components.figures.curves import typed_array
from components.figures.spectrum import Look
from components.theme import TOKENS, Scheme
from model.lines import LEADING_LINES, LINES

BINS = np.linspace(1.0, 2.0, 12).astype(np.float32)


@pytest.fixture
def simulated() -> Any:
    starlight = np.ones(3600, np.float32)
    wavelength_rest = 3400.5 + np.arange(3600.0)
    return SimpleNamespace(wavelength_rest=wavelength_rest, flux=starlight + 0.1, ivar=None, continuum=starlight)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_spectrum_is_a_valid_figure_with_its_lines(scheme: Scheme, simulated: Any) -> None:
    figure = spectrum.spectrum_figure(BINS, simulated, scheme, Look(kind="simulated"))
    go.Figure(figure)
    markers = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "line"]
    assert [marker["line"]["color"] for marker in markers] == [TOKENS[scheme][line.accent] for line in LINES]
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert any("simulated" in text for text in texts)
    assert all(any(line.symbol in text for text in texts) for line in LEADING_LINES)


def test_a_spectrum_of_unknown_starlight_is_drawn_without_it(simulated: Any) -> None:
    simulated.flux[10] = np.nan
    simulated.continuum = None
    figure = spectrum.spectrum_figure(BINS, simulated, "dark", Look())
    go.Figure(figure)
    # All light and the bins; in the close looks all light, and a smooth curve for starlight.
    assert len(figure["data"]) == 2 + 2 * len(spectrum.PANES)


def test_without_a_spectrum_the_bins_stand_alone() -> None:
    figure = spectrum.spectrum_figure(BINS, None, "dark", Look(kind="12 bins"))
    go.Figure(figure)
    assert len(figure["data"]) == 1
    assert "xaxis2" not in figure["layout"]


def test_typed_arrays_are_float32_in_base64() -> None:
    packed = typed_array(BINS)
    assert packed["dtype"] == "f4"
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(packed["bdata"]), "<f4"), BINS)
