"""The frame around every page links to the documents where their address is known."""

import pytest
from dash import html

from components import shell

DOCS = "https://docs.example.org/neon/"


@pytest.mark.parametrize(("address", "links"), [(DOCS, [("Documentation", DOCS)]), ("", [])])
def test_the_navigation_links_to_the_documents_only_where_there_are_some(address: str, links: list[tuple[str, str]]):
    (navigation,) = (part for part in shell.layout((), address)._traverse() if isinstance(part, html.Nav))
    found = [part.to_plotly_json()["props"] for part in navigation._traverse() if isinstance(part, html.A)]
    assert [(props["children"], props["href"]) for props in found] == links
