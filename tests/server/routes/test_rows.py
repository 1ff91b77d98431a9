"""The table of galaxies over HTTP: the rows asked for, orders, and sentences for what is not there."""

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from analysis.explorer.rows import TABLE_COLUMNS
from data.catalogue import registry
from server.routes import rows


@pytest.fixture
def client(catalogue: registry.Catalogue) -> FlaskClient:
    server = Flask("rows")
    server.register_blueprint(rows.blueprint)
    return server.test_client()


def test_rows_come_in_the_order_asked_for(client: FlaskClient, catalogue: registry.Catalogue) -> None:
    answer = client.get(f"/catalogues/{catalogue.name}/rows.json?v={catalogue.version}&rows=41,7,19999")
    assert "immutable" in answer.headers["Cache-Control"]
    got = answer.get_json()
    assert [row[0] for row in got] == [catalogue.target_ids[row].decode() for row in (41, 7, 19_999)]
    for place, name in enumerate(TABLE_COLUMNS, 1):
        numbers = [np.nan if row[place] is None else row[place] for row in got]
        np.testing.assert_allclose(numbers, catalogue.column(name)[[41, 7, 19_999]], rtol=1e-3)


@pytest.mark.parametrize("falling", [0, 1])
def test_an_order_holds_every_row_and_puts_missing_ones_last(
    client: FlaskClient, catalogue: registry.Catalogue, falling: int
) -> None:
    place = f"/catalogues/{catalogue.name}/order/HALPHA_EW.bin?v={catalogue.version}&falling={falling}"
    order = np.frombuffer(client.get(place).data, "<u4")
    assert np.array_equal(np.sort(order), np.arange(catalogue.n))
    values = catalogue.column("HALPHA_EW")[order]
    known = np.isfinite(values).sum()
    assert (np.diff(values[:known]) * (-1 if falling else 1) >= 0).all()
    assert np.isnan(values[known:]).all()


@pytest.mark.parametrize(
    ("place", "status", "said"),
    [
        ("rows.json?rows=", 400, "whole numbers separated by commas"),
        ("rows.json?rows=1,-2", 400, "whole numbers separated by commas"),
        ("rows.json?rows=20000", 404, "rows 0 to 19999"),
        (f"rows.json?rows={','.join(['1'] * 201)}", 400, "201 rows are asked for; an answer holds 200"),
        ("order/TARGETID.bin?", 404, "no column “TARGETID”"),
        ("order/redshift.bin?falling=2", 400, "falling is 0 or 1"),
    ],
)
def test_what_cannot_be_listed_is_said(
    client: FlaskClient, catalogue: registry.Catalogue, place: str, status: int, said: str
) -> None:
    answer = client.get(f"/catalogues/{catalogue.name}/{place}&v={catalogue.version}")
    assert answer.status_code == status
    assert said in answer.text
    assert client.get(f"/catalogues/{catalogue.name}/{place}&v=old").status_code == 404
