"""Small files that browsers and search engines look for, and addresses that are no page."""

import re

import pytest
from flask.testing import FlaskClient

from server.factory import create_server
from server.process.settings import Settings


def test_search_engines_are_told_what_to_index(client: FlaskClient):
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /api/" in answer.text


def test_the_icon_is_at_its_usual_address(client: FlaskClient):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 301
    assert client.get(answer.headers["Location"]).mimetype.startswith("image/")


def test_a_contact_for_vulnerabilities_is_given_where_there_is_one(client: FlaskClient, settings: Settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    server = create_server(settings.model_copy(update={"security_contact": "mailto:security@example.org"}))
    text = server.test_client().get("/.well-known/security.txt").text
    assert text.startswith("Contact: mailto:security@example.org\n")
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", text, re.MULTILINE)


@pytest.mark.parametrize("path", ["/nonsense", "/wp-login.php", "/predict/nonsense", "/%00", "/..%2f..%2fetc/passwd"])
def test_an_address_that_is_no_page_has_status_404(client: FlaskClient, path: str):
    assert client.get("/").status_code == 200
    assert client.get(path).status_code in (400, 404)
