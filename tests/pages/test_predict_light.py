"""One galaxy's light on the Predict page: callbacks as plain functions."""

import base64
import io
import json
from typing import Any

import dash
import numpy as np
import pytest
from astropy.table import Table

from data.catalogue import Catalogue
from data.fluxes import as_typed
from data.presets import load_presets
from data.store import EMBEDDED_FILE
from model.lines import LINE_NAMES

HALPHA = LINE_NAMES.index("HALPHA")


@pytest.fixture(scope="module")
def light() -> Any:
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages import _predict_light

    return _predict_light


@pytest.fixture(autouse=True)
def catalogue(light: Any, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    mock = Catalogue(EMBEDDED_FILE)
    monkeypatch.setattr(light, "served", lambda: {"mock": mock})
    return mock


def state(**changed: Any) -> dict[str, Any]:
    bins = as_typed(load_presets()[2].bin_flux)
    return {"bins": bins, "luminosity": "6.1", "redshift": "0.1", "model": "default", "measured": None} | changed


def words(part: Any) -> str:
    return json.dumps(part, default=lambda one: one.to_plotly_json(), ensure_ascii=False)


def test_light_magnitudes_and_kin_are_said(light: Any, catalogue: Catalogue):
    lines, bands, kin, title, surprise = light.shine(state())
    assert "10⁻¹⁷ erg/s/cm²" in words(lines)
    assert "LSST r" in words(bands)
    assert "Not covered: LSST u" in words(bands)
    assert words(kin).count("/?catalogue=") == 5
    assert catalogue.title in title
    assert surprise is None


def test_a_galaxy_of_the_catalogue_is_its_own_nearest(light: Any, catalogue: Catalogue):
    galaxy = catalogue.galaxy(7)
    typed = [f"{flux:.8g}" for flux in galaxy.bin_flux]
    assert galaxy.target_id in words(light.shine(state(bins=typed))[2])


def test_what_is_missing_is_asked_for(light: Any):
    lines, bands, *_ = light.shine(state(luminosity="", redshift=""))
    assert "+ luminosity" in words(lines)
    assert "Give a redshift" in words(bands)
    assert "Fluxes need" not in words(light.shine(state())[0])
    assert "Give a redshift above 0 for fluxes" in words(light.shine(state(redshift=""))[0])
    with pytest.raises(dash.exceptions.PreventUpdate):
        light.shine(state(redshift="far"))
    assert "Your weights stay in this page" in words(light.shine(state(model="yours"))[0])


@pytest.mark.parametrize(
    ("factor", "expected"), [(1.0, "Starlight predicted these lines"), (30.0, "Starlight did not predict Hα 6563")]
)
def test_measured_lines_are_judged(light: Any, factor: float, expected: str):
    form, _ = light.read_state(light.typed(state()))
    ew = light.light_of(light.load_params(), form.bin_flux, 6.1).ew[0]
    measured: list[float | None] = [None] * 10
    measured[HALPHA] = factor * float(ew[HALPHA])
    assert expected in words(light.shine(state(measured=measured))[4])
    assert light.shine(state(measured=["x"]))[4] is None


def test_the_spectrum_holds_the_predicted_widths(light: Any):
    saved = light.painted(state(), 150, 2.0, "fits")
    assert saved["filename"] == "galactic_neon_spectrum.fits"
    table = Table.read(io.BytesIO(base64.b64decode(saved["content"])))
    np.testing.assert_allclose(table["wavelength_obs"], table["wavelength_rest"] * 1.1, rtol=1e-6)
    form, _ = light.read_state(light.typed(state()))
    ew = light.light_of(light.load_params(), form.bin_flux, 6.1).ew[0]
    near = (table["wavelength_rest"] > 6400) & (table["wavelength_rest"] < 6650)
    area = np.sum((table["flux"] / table["continuum"] - 1)[near]) * 0.8
    inside = [LINE_NAMES.index(name) for name in ("NII_6548", "HALPHA", "NII_6584")]
    assert area == pytest.approx(ew[inside].sum(), rel=0.03)
    assert light.painted(state(redshift=""), None, "wide", "nonsense")["filename"].endswith(".csv")
