"""One galaxy's light on the Predict page: callbacks as plain functions."""

import base64
import io
import json
from typing import Any

import dash
import numpy as np
import pytest
from astropy.table import Table

from analysis.answers.form import read_form
from analysis.answers.galaxy import predict_lines
from analysis.outliers import outlier_ranking
from analysis.outliers.outlier_score import covered_lines, judge_lines
from analysis.web_client.presets import load_presets
from data import uploads
from data.catalogue.catalogue import Catalogue
from data.catalogue.registry import EMBEDDED_FILE
from data.uploads.readers.numbers import as_typed
from model.lines import LINE_NAMES
from model.storage.weights import load_params
from tests.compilations import compilations

HALPHA = LINE_NAMES.index("HALPHA")


@pytest.fixture(scope="module")
def light() -> Any:
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages.predict import line_luminosity

    return line_luminosity


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
    lines, bands, neighbours, title, surprise = light.update_light(state())
    assert "10⁻¹⁷ erg/s/cm²" in words(lines)
    assert "LSST r" in words(bands)
    assert "Not covered: LSST u" in words(bands)
    assert words(neighbours).count("/?catalogue=") == 5
    assert catalogue.title in title
    assert surprise is None


def test_a_galaxy_of_the_catalogue_is_its_own_nearest(light: Any, catalogue: Catalogue):
    galaxy = catalogue.galaxy(7)
    typed = [f"{flux:.8g}" for flux in galaxy.bin_flux]
    assert galaxy.target_id in words(light.update_light(state(bins=typed))[2])


def test_what_is_missing_is_asked_for(light: Any):
    lines, bands, *_ = light.update_light(state(luminosity="", redshift=""))
    assert "Enter a log luminosity" in words(lines)
    assert "Enter a redshift above 0; it determines" in words(bands)
    assert "Enter a redshift above 0" not in words(light.update_light(state())[0])
    assert "Enter a redshift above 0 to get fluxes" in words(light.update_light(state(redshift=""))[0])
    with pytest.raises(dash.exceptions.PreventUpdate):
        light.update_light(state(redshift="far"))


def predicted() -> np.ndarray:
    return predict_lines(load_params(), read_form(state()["bins"], "6.1").bin_flux, 6.1, 0.1)[0]


def test_weights_of_ones_own_are_light_too(light: Any):
    own = [[20.0] * 10, [None] * 10, [None] * 10]
    lines, bands, *_ = light.update_light(state(model="yours", own=own))
    assert words(lines) != words(light.update_light(state())[0])
    assert "LSST r" in words(bands)


@pytest.mark.parametrize(
    ("factor", "expected"), [(1.0, "Starlight predicted these lines"), (30.0, "Starlight did not predict these lines")]
)
def test_measured_lines_are_judged_together(light: Any, factor: float, expected: str):
    ew = predicted()
    measured: list[float | None] = [float(value) for value in ew]
    measured[HALPHA] = factor * float(ew[HALPHA])
    said = words(light.update_light(state(measured=measured, covered=[True] * 10))[4])
    assert expected in said
    assert ("Hα 6563 departs most" in said) == (factor > 1)
    assert light.update_light(state(measured=["x"]))[4] is None


def test_the_verdict_on_a_galaxy_is_the_explorers(light: Any, catalogue: Catalogue):
    """Its draws are other draws, so that the probabilities agree as two estimates do."""
    sample, ranking = outlier_ranking.sample_of(catalogue), outlier_ranking.committed()
    rows = np.argsort(-ranking.statistic)[[0, 30, 300, 1000, 3000, 6000, 9000, 12000, 15000, 18000]]
    covered = covered_lines(sample.ew[rows], np.ones(10, bool), sample.redshift[rows])
    flux, luminosity, redshift, ew = (
        column[rows] for column in (sample.bin_flux, sample.log_luminosity, sample.redshift, sample.ew)
    )
    found = [
        judge_lines(load_params(), flux[at], luminosity[at], redshift[at], ew[at], covered[at]).probability[0]
        for at in np.arange(10)[:, None]
    ]
    away = np.log10(np.array(found) / ranking.probability[rows])
    assert np.median(np.abs(away)) < 0.3
    assert np.corrcoef(np.log10(found), np.log10(ranking.probability[rows]))[0, 1] > 0.9


def test_the_spectrum_holds_the_predicted_widths(light: Any):
    saved = light.spectrum_download(state(), 150, 2.0, "fits")
    assert saved["filename"] == "galactic_neon_spectrum.fits"
    table = Table.read(io.BytesIO(base64.b64decode(saved["content"])))
    np.testing.assert_allclose(table["wavelength_obs"], table["wavelength_rest"] * 1.1, rtol=1e-6)
    ew = predicted()
    near = (table["wavelength_rest"] > 6400) & (table["wavelength_rest"] < 6650)
    area = np.sum((table["flux"] / table["continuum"] - 1)[near]) * 0.8
    inside = [LINE_NAMES.index(name) for name in ("NII_6548", "HALPHA", "NII_6584")]
    assert area == pytest.approx(ew[inside].sum(), rel=0.03)
    assert light.spectrum_download(state(redshift=""), None, "wide", "nonsense")["filename"].endswith(".csv")


def test_an_uploaded_spectrum_is_what_is_painted(light: Any):
    from pages.predict import upload as files

    read = files.diagnose([files.example(name) for name in files.REAL])[4]
    outcome = uploads.apply_plan(files.table_of(read))
    seen = outcome.spectrum
    typed = state(bins=as_typed(outcome.table.bin_flux[0]), luminosity="", redshift="0.36874", spectrum=True)
    saved = light.spectrum_download(typed, 120, 0.0, "fits", read, {})
    table = Table.read(io.BytesIO(base64.b64decode(saved["content"])))
    np.testing.assert_allclose(table["wavelength_rest"], seen.wavelength_rest)
    np.testing.assert_allclose(table["input"], seen.flux, rtol=1e-6)
    far = (table["wavelength_rest"] > 5100) & (table["wavelength_rest"] < 5600)
    np.testing.assert_allclose(table["flux"][far], table["input"][far], rtol=1e-4, atol=1e-6)
    oiii = np.abs(table["wavelength_rest"] - 5008.24) < 12
    ew = predict_lines(load_params(), read_form(typed["bins"], "").bin_flux)[0][LINE_NAMES.index("OIII_5007")]
    area = np.sum((table["flux"] / table["continuum"] - 1)[oiii] * np.gradient(table["wavelength_rest"])[oiii])
    assert area == pytest.approx(ew, rel=0.1)
    assert table["input"][oiii].max() > 1.5 * table["continuum"][oiii].max()


@pytest.mark.parametrize("form", ["csv", "fits"])
def test_painting_lines_compiles_whole_programs(light: Any, form: str):
    """Step by step it was a hundred programs, which took the server from 450 to 650 MiB."""
    light.spectrum_download(state(), 150, 2.0, form)
    with compilations() as seconds:
        light.spectrum_download(state(), 150, 2.0, form)
    assert 1 <= len(seconds) <= 4
