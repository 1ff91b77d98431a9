"""The catalogue's columns over HTTP: bytes that last, and sentences for what is not there."""

import json
import re
from html import unescape

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from analysis.explorer.quantities import QUANTITIES
from analysis.explorer.realisations import realisation
from components.figures import quantise
from data.catalogue import registry
from model.lines import LINE_NAMES
from server.routes import columns


@pytest.fixture
def client(catalogue: registry.Catalogue) -> FlaskClient:
    server = Flask("columns")
    server.register_blueprint(columns.blueprint)
    return server.test_client()


def address(catalogue: registry.Catalogue, column: str, more: str = "") -> str:
    return f"/catalogues/{catalogue.name}/columns/{column}.bin?v={catalogue.version}{more}"


def test_places_are_16_bit_steps(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    answer = client.get(address(catalogue, "map_x", "&bits=16"))
    steps = np.frombuffer(answer.data, "<u2")
    scale = json.loads(answer.headers[columns.SCALE_HEADER])
    step = (scale["high"] - scale["low"]) / 65534
    np.testing.assert_allclose(scale["low"] + (steps - 1.0) * step, catalogue.column("map_x"), atol=step)
    assert scale["home"][0] < scale["low"] < scale["high"] < scale["home"][1]


def test_widths_are_a_byte_a_galaxy_and_missing_ones_zero(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    codes = np.frombuffer(client.get(address(catalogue, "HALPHA_EW")).data, np.uint8)
    np.testing.assert_array_equal(codes == 0, ~(catalogue.column("HALPHA_EW") > 0))


def test_a_lines_columns_share_one_scale(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    names = ("HALPHA_EW", "HALPHA_EW_PREDICTED", "HALPHA_EW_NOISY")
    said = {client.get(address(catalogue, name)).headers[columns.SCALE_HEADER] for name in names}
    assert len(said) == 1


def test_a_diagram_begins_alike_for_observed_predicted_and_noisy(catalogue: registry.Catalogue) -> None:
    for name in ("log_NII_HALPHA", "log_SII_6716_EW"):
        homes = {columns.home_of(catalogue, name + version) for version in ("", "_PREDICTED", "_NOISY")}
        assert len(homes) == 1


@pytest.mark.parametrize("name", QUANTITIES)
def test_every_quantity_travels(client: FlaskClient, catalogue: registry.Catalogue, name: str) -> None:
    answer = client.get(address(catalogue, name))
    assert answer.status_code == 200
    assert len(answer.data) == catalogue.n


def test_the_noisy_column_is_the_realisation(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    drawn = realisation(catalogue, "published", 7)[:, LINE_NAMES.index("HBETA")]
    expected = quantise.encode(drawn, quantise.widths(catalogue.column("HBETA_EW")))
    assert client.get(address(catalogue, "HBETA_EW_NOISY", "&noise=published&seed=7")).data == expected.tobytes()
    assert client.get(address(catalogue, "HBETA_EW_NOISY", "&noise=published&seed=8")).data != expected.tobytes()


def test_the_page_sends_for_what_it_will_paint(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    client.application.add_url_rule("/", view_func=lambda: "<head></head>")
    links = re.findall('<link rel="preload" as="fetch" [^>]*href="([^"]+)">', client.get("/?k=on&seed=3").text)
    assert len(links) == 2 + 4 * 2
    for link in links:
        assert client.get(unescape(link)).status_code == 200
    assert sum(unescape(link).endswith("&noise=observed&seed=3") for link in links) == 4
    assert "preload" not in client.get("/?at=bpt").text


def test_answers_last_a_year(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    kept = client.get(address(catalogue, "map_y")).cache_control
    assert (kept.max_age, kept.immutable, kept.public) == (31536000, True, True)


def test_cells_carry_codes_for_observed_and_predicted(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    cells = client.get(f"/catalogues/{catalogue.name}/cells.json?v={catalogue.version}").get_json()
    assert len(cells["codes"]) == 2 * len(LINE_NAMES)
    assert {len(codes) for codes in cells["codes"].values()} == {len(cells["x"])}
    assert cells["halfWidth"] < cells["halfHeight"]


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/catalogues/other/columns/map_x.bin?v={v}", 404, "There is no catalogue “other” here"),
        ("/catalogues/{name}/columns/nothing.bin?v={v}", 404, "There is no column “nothing”"),
        ("/catalogues/{name}/columns/map_x.bin?v=old", 404, "reload the page"),
        ("/catalogues/{name}/columns/map_x.bin", 404, "reload the page"),
        ("/catalogues/{name}/cells.json?v=old", 404, "reload the page"),
        ("/catalogues/{name}/columns/HBETA_EW_NOISY.bin?v={v}&seed=-1", 400, "whole number from 0 to 9999"),
        ("/catalogues/{name}/columns/HBETA_EW_NOISY.bin?v={v}&seed=10000", 400, "whole number from 0 to 9999"),
        ("/catalogues/{name}/columns/HBETA_EW_NOISY.bin?v={v}&seed=٣", 400, "whole number from 0 to 9999"),
        ("/catalogues/{name}/columns/HBETA_EW_NOISY.bin?v={v}&noise=loud", 400, "observed, intrinsic, published"),
        ("/catalogues/{name}/columns/HBETA_EW.bin?v={v}&bits=32", 400, "8 or 16 bits"),
    ],
)
def test_what_is_not_there_is_said(
    client: FlaskClient, catalogue: registry.Catalogue, path: str, status: int, sentence: str
) -> None:
    answer = client.get(path.format(name=catalogue.name, v=catalogue.version))
    assert answer.status_code == status
    assert sentence in answer.text
    assert not answer.cache_control.immutable
