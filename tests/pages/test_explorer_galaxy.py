"""What a click on a galaxy answers: spectrum, lines, places, derived quantities, neighbours, links; within budget."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dash
import numpy as np
import pytest
from dash._utils import to_json
from plotly import graph_objects as go

from components import galaxy_details, ids
from components.theme import TOKENS
from data import store
from data.errors import ArchiveError
from data.reading import read_galaxy
from data.spectrum import Spectrum
from model.lines import LINES


@pytest.fixture(scope="module")
def page() -> Any:
    """The module of callbacks; pages can only be imported once an app exists."""
    dash.Dash(__name__, use_pages=True, pages_folder="")
    from pages import explorer

    return explorer._explorer_galaxy


@pytest.fixture(scope="module")
def catalogue() -> Iterator[store.Catalogue]:
    before = dict(store.served())
    opened = store.open_catalogues()
    store.serve(opened)
    yield next(iter(opened.values()))
    store.serve(before)


def parts_of(answer: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """Return an answer's markup, and its spectrum."""
    return answer["html"], answer["figures"].get(ids.SPECTRUM)


def test_a_click_answers_everything_within_its_budget(page: Any, catalogue: store.Catalogue) -> None:
    answer = page.show_galaxy({"row": 4}, "light", "rest", "0", catalogue.name)
    (html, figure), wanted = parts_of(answer[0]), answer[1]
    assert "MOCK-000005" in html[ids.GALAXY_HEAD]
    assert any(trace.get("line", {}).get("color") == TOKENS["light"]["text"] for trace in figure["data"])
    assert all(line.label in html[ids.GALAXY_LINES] for line in LINES)
    assert set(html) >= {galaxy_details.DERIVED, galaxy_details.KIN, galaxy_details.PLACES}
    assert html[galaxy_details.KIN].count("data-row") == 5
    assert wanted is None
    assert len(to_json(answer)) < 80_000
    go.Figure(figure)  # Plotly accepts every attribute


@pytest.mark.parametrize(("frame", "smoothing"), [("observed", "0"), ("rest", "6")])
def test_frame_and_smoothing_change_what_they_say(
    page: Any, catalogue: store.Catalogue, frame: str, smoothing: str
) -> None:
    def drawn(frame: str, smoothing: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        figure = parts_of(page.show_galaxy({"row": 4}, "dark", frame, smoothing, catalogue.name)[0])[1]
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


def test_letting_go_empties_the_card(page: Any, catalogue: store.Catalogue) -> None:
    assert page.show_galaxy(None, "dark", "rest", "0", catalogue.name)[0] is None


def test_the_link_to_predict_carries_the_continuum(page: Any, catalogue: store.Catalogue) -> None:
    read = read_galaxy(catalogue, 4)
    query = parse_qs(urlsplit(page.predict_address(read)).query)
    assert [float(value) for value in query["flux"][0].split(",")] == pytest.approx(read.galaxy.bin_flux, rel=1e-4)
    assert float(query["luminosity"][0]) == pytest.approx(read.galaxy.log_luminosity, abs=1e-3)


def test_percentiles_of_the_whole_mock_are_spread_evenly(catalogue: store.Catalogue) -> None:
    # The mock follows real galaxies, of which the network learned: deciles hold a tenth each, roughly.
    rows = np.arange(0, catalogue.n, 400)
    found = np.array([read_galaxy(catalogue, int(row)).percentile for row in rows])
    share = np.histogram(found[np.isfinite(found)], bins=5, range=(0, 1))[0] / np.isfinite(found).sum()
    assert (abs(share - 0.2) < 0.08).all()


def test_diagrams_are_valid_and_wait_for_the_first_galaxy(page: Any, catalogue: store.Catalogue) -> None:
    figures = page.draw_diagrams(True, "dark", catalogue.name)["figures"]
    assert set(figures) == {galaxy_details.BPT, galaxy_details.WHAN}
    for figure in figures.values():
        go.Figure(figure)
        assert len(to_json(figure)) < 12_000
    assert page.draw_diagrams(None, "dark", catalogue.name) is dash.no_update


def test_a_spectrum_is_asked_of_the_archive_and_its_absence_said(
    page: Any, catalogue: store.Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"row": 4, "scheme": "dark", "frame": "rest", "smoothing": "0"}
    wavelength = np.arange(3400.0, 7000.0, 0.8)
    seen = Spectrum(wavelength, np.ones(4500, np.float32), np.full(4500, 4.0, np.float32), source="the archive")
    monkeypatch.setattr(page.sparcl, "fetch", lambda *_asked: seen)
    answered = page.fetch_spectrum(asked, catalogue.name)
    figure = answered["figures"][ids.SPECTRUM]
    go.Figure(figure)
    assert any(trace.get("fill") == "toself" for trace in figure["data"])
    assert len(to_json(answered)) < 80_000

    def fail(target_id: str, redshift: float) -> Spectrum:
        raise ArchiveError("The archive does not answer. The twelve bins are shown.")

    monkeypatch.setattr(page.sparcl, "fetch", fail)
    html, figure = parts_of(page.fetch_spectrum(asked, catalogue.name))
    assert figure is None
    assert "does not answer" in html[ids.GALAXY_NOTE]
