import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

YEAR = "max-age=31536000"


def addresses(client: FlaskClient) -> list[str]:
    return re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/").text)


def test_addresses_hold_no_time_of_installation(client: FlaskClient):
    suites = [address for address in addresses(client) if "component-suites" in address]
    assert len(suites) >= 4
    assert all(re.search(r"\.v[\w-]+m0\.", address) for address in suites)


def test_every_file_of_the_page_is_served_and_lasts(client: FlaskClient):
    for address in addresses(client):
        answer = client.get(address)
        assert answer.status_code == 200, address
        if "favicon" not in address:
            assert YEAR in answer.headers["Cache-Control"], address
            assert "immutable" in answer.headers["Cache-Control"], address


def test_a_source_map_that_was_removed_has_status_404(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    def removed(_package: str, path: str) -> bytes:
        raise FileNotFoundError(path)

    address = "/_dash-component-suites/dash/dcc/async-markdown.js.map"
    assert client.get(address).status_code == 200
    monkeypatch.setattr("pkgutil.get_data", removed)
    answer = client.get(address)
    assert (answer.status_code, answer.json) == (404, {"error": "There is no such file."})


def test_asset_address_follows_its_content(client: FlaskClient, tmp_path: Path):
    before = next(address for address in addresses(client) if "style.css" in address)
    (tmp_path / "assets" / "style.css").write_text("body { color: blue }")
    after = next(address for address in addresses(client) if "style.css" in address)
    assert before != after
    assert YEAR in client.get(after).headers["Cache-Control"]
    assert YEAR not in client.get(before).headers["Cache-Control"]


def test_what_may_change_is_asked_for_again_and_answered_304(client: FlaskClient):
    for path in ("/_dash-layout", "/_dash-dependencies", "/assets/style.css"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "no-cache", path
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path


def test_answers_of_callbacks_are_not_stored(client: FlaskClient):
    assert client.post("/_dash-update-component", json={}).headers["Cache-Control"] == "no-store"
