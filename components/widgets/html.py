"""Dash's HTML components as an HTML string.

A component costs the browser about a millisecond to mount. What a click redraws and no callback listens to, such as a
table of numbers, therefore travels as one string that the browser parses at once.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

_CAPITAL: Final = re.compile("([A-Z])")
_HTML: Final = "dash_html_components"
_OF_DASH: Final = frozenset(vars(html.Span()))
"""What Dash keeps on every component beside the attributes that it was given; its children are among it."""
_RENAMED: Final = {"className": "class", "tabIndex": "tabindex"}


class Element:
    """An element of `dash.html` without an id, in a twentieth of the time: its attributes are not looked up.

    Dash sends it as it sends its own; `to_html` writes it. For what a click makes by the hundred.
    """

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag: str, children: Any = None, **attributes: Any) -> None:
        self.tag, self.children, self.attributes = tag, children, attributes

    def to_plotly_json(self) -> dict[str, Any]:
        """Return what Dash sends; its encoder asks for it by this name."""
        return {
            "props": {"children": self.children, **self.attributes},
            "type": self.tag,
            "namespace": _HTML,
        }


def to_html(part: Any) -> str:
    """Return elements, `dash.html` components, text, or a list of them as HTML; every text and value is escaped.

    Raises
    ------
    TypeError
        For a component that is not plain HTML.
    """
    if part is None:
        return ""
    if isinstance(part, list | tuple):
        return "".join(map(to_html, part))
    if isinstance(part, Element):
        return _written(part.tag, part.attributes.items(), part.children)
    if not isinstance(part, Component):
        return escape(str(part))
    if part._namespace != _HTML:
        raise TypeError(f"{part._type} is not an HTML element; only dash.html can be written as a string.")
    given = [(name, value) for name, value in sorted(vars(part).items()) if name not in _OF_DASH]
    return _written(part._type, given, part.children)


def _written(tag: str, attributes: Iterable[tuple[str, Any]], children: Any) -> str:
    tag = tag.lower()
    said = "".join([f' {_RENAMED.get(name, name)}="{escape(_value(value))}"' for name, value in attributes])
    return f"<{tag}{said}>{to_html(children)}</{tag}>"


def _value(value: Any) -> str:
    """Return an attribute's text; a style is a mapping in camelCase."""
    if isinstance(value, dict):
        return ";".join(_CAPITAL.sub(r"-\1", name).lower() + f":{each}" for name, each in value.items())
    return str(value)
