"""HTML as a string: the same elements, everything escaped."""

import json
from typing import Any

import pytest
from dash import dcc, html
from dash._utils import to_json

from components.widgets.html import Element, to_html

SAY: Any = {"aria-label": "say"}


def test_elements_attributes_and_styles() -> None:
    part = html.Div([html.Span("a", className="x", style={"marginLeft": "2%"}), None, 3], **SAY)
    assert to_html(part) == '<div aria-label="say"><span class="x" style="margin-left:2%">a</span>3</div>'


def test_text_and_attributes_are_escaped() -> None:
    assert to_html(html.Span("<b>&", title='"><script>')) == (
        '<span title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;</span>'
    )


def test_only_html_can_be_written() -> None:
    with pytest.raises(TypeError, match="Graph is not an HTML element"):
        to_html(dcc.Graph())


def test_an_element_is_sent_and_written_as_its_component_is() -> None:
    light = Element("Td", ["1", Element("Span", "2", className="muted")], scope="row", **SAY)
    whole = html.Td(["1", html.Span("2", className="muted")], **SAY)
    sent = json.loads(str(to_json(light)))
    assert sent["props"].pop("scope") == "row"
    assert sent == json.loads(str(to_json(whole)))
    assert to_html(light) == '<td scope="row" aria-label="say">1<span class="muted">2</span></td>'
