"""What a click on a galaxy answers: spectrum, lines, places, derived quantities, neighbours, links; within budget."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dash
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from plotly import graph_objects as go

from analysis.explorer.galaxy_summary import summarize_galaxy
from components import ids
from components.galaxy import details
from components.theme import TOKENS
from data.catalogue import registry
from data.errors import ArchiveError
from data.spectrum import Spectrum
from model.lines import LINES
from server.routes import galaxies


@pytest.fixture
def client() -> FlaskClient:
    server = Flask("galaxies")
    dash.Dash(__name__)  # addresses of pages are relative to it
    server.register_blueprint(galaxies.blueprint)
    return server.test_client()


def address(catalogue: registry.Catalogue, row: int = 4, more: str = "") -> str:
    return f"/catalogues/{catalogue.name}/galaxies/{row}.json?v={catalogue.version}{more}"


def test_a_click_answers_everything_within_its_budget(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    answer = client.get(address(catalogue, 4, "&scheme=light"))
    said = answer.get_json()
    html, figure = said["html"], said["figures"][ids.SPECTRUM]
    assert said["name"] == "MOCK-000005"
    assert "MOCK-000005" in html[ids.GALAXY_HEAD]
    assert any(trace.get("line", {}).get("color") == TOKENS["light"]["text"] for trace in figure["data"])
    assert all(line.label in html[ids.GALAXY_LINES] for line in LINES)
    assert set(html) >= {details.DERIVED, details.NEIGHBOURS, details.PLACES}
    assert html[details.NEIGHBOURS].count("data-row") == 5
    assert said["elsewhere"] is False
    assert len(answer.data) < 80_000
    go.Figure(figure)  # Plotly's words


@pytest.mark.parametrize(("frame", "smoothing"), [("observed", "0"), ("rest", "6")])
def test_frame_and_smoothing_change_what_they_say(
    client: FlaskClient, catalogue: registry.Catalogue, frame: str, smoothing: str
) -> None:
    def drawn(frame: str, smoothing: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        answer = client.get(address(catalogue, 4, f"&frame={frame}&smoothing={smoothing}"))
        figure = answer.get_json()["figures"][ids.SPECTRUM]
        return figure["layout"], [trace for trace in figure["data"] if trace["mode"] == "lines"]

    (_, plain), (layout, lines) = drawn("rest", "0"), drawn(frame, smoothing)
    redshift = catalogue.galaxy(4).redshift
    if frame == "observed":
        assert layout["xaxis"]["range"][0] == pytest.approx(3400 * (1 + redshift))
        assert lines[0]["x0"] == pytest.approx(plain[0]["x0"] * (1 + redshift))
    else:
        faint, smooth = lines[:2]
        assert faint["y"] == plain[0]["y"]
        assert faint["opacity"] < 0.5 < smooth["opacity"]


@pytest.mark.parametrize(
    ("row", "more", "status", "said"),
    [(20_000, "", 404, "rows 0 to 19999"), (4, "&smoothing=1e9", 400, "one of 0, 2, 6 Å")],
)
def test_what_cannot_be_shown_is_said(
    client: FlaskClient, catalogue: registry.Catalogue, row: int, more: str, status: int, said: str
) -> None:
    answer = client.get(address(catalogue, row, more))
    assert answer.status_code == status
    assert said in answer.text


def test_the_link_to_predict_carries_the_continuum(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    read = summarize_galaxy(catalogue, 4)
    with client.application.app_context():
        query = parse_qs(urlsplit(galaxies.predict_address(read)).query)
    assert [float(value) for value in query["flux"][0].split(",")] == pytest.approx(read.galaxy.bin_flux, rel=1e-4)
    assert float(query["luminosity"][0]) == pytest.approx(read.galaxy.log_luminosity, abs=1e-3)


def test_a_real_galaxy_leads_to_its_picture_where_its_place_is_known(catalogue: registry.Catalogue) -> None:
    galaxy = catalogue.galaxy(4)._replace(target_id='9"><x')
    placed = SimpleNamespace(column=lambda name: np.full(5, {"ra": 150.1, "dec": -2.25}[name]))
    (_, spectrum), (_, cutout) = galaxies.viewers(placed, galaxy)  # type: ignore[arg-type]
    assert spectrum.endswith("targetid9%22%3E%3Cx")
    assert parse_qs(urlsplit(cutout).query)["dec"] == ["-2.25000"]
    assert len(galaxies.viewers(catalogue, galaxy)) == 1  # the mock has no sky


def test_percentiles_of_the_whole_mock_are_spread_evenly(catalogue: registry.Catalogue) -> None:
    # The mock follows real galaxies, of which the network learned: deciles hold a tenth each, roughly.
    rows = np.arange(0, catalogue.n, 400)
    found = np.array([summarize_galaxy(catalogue, int(row)).percentile for row in rows])
    share = np.histogram(found[np.isfinite(found)], bins=5, range=(0, 1))[0] / np.isfinite(found).sum()
    assert (abs(share - 0.2) < 0.08).all()


def test_a_spectrum_is_asked_of_the_archive_and_its_absence_said(
    client: FlaskClient, catalogue: registry.Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    wavelength = np.arange(3400.0, 7000.0, 0.8)
    seen = Spectrum(wavelength, np.ones(4500, np.float32), np.full(4500, 4.0, np.float32), source="the archive")
    monkeypatch.setattr(galaxies.sparcl, "fetch", lambda *_asked: seen)
    answer = client.get(address(catalogue, 4, "&archive=1"))
    figure = answer.get_json()["figures"][ids.SPECTRUM]
    go.Figure(figure)
    assert any(trace.get("fill") == "toself" for trace in figure["data"])
    assert len(answer.data) < 80_000

    def fail(target_id: str, redshift: float) -> Spectrum:
        raise ArchiveError("The archive does not answer. The twelve bins are shown.")

    monkeypatch.setattr(galaxies.sparcl, "fetch", fail)
    said = client.get(address(catalogue, 4, "&archive=1")).get_json()
    assert not said["figures"]
    assert "does not answer" in said["html"][ids.GALAXY_NOTE]
