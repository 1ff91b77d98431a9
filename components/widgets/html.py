"""Convert Dash's HTML components to an HTML string.

The browser takes about 1 ms to mount a component. Content that no callback uses as input, such as a table of numbers,
is therefore sent as one string.
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
"""Names that every component has besides its attributes, such as its children."""
_RENAMED: Final = {"className": "class", "tabIndex": "tabindex"}


class Element:
    """An element like those of `dash.html`, without an id, and made in a twentieth of the time.

    Its attributes are not validated. Dash can send it, and `to_html` can write it.
    """

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag: str, children: Any = None, **attributes: Any) -> None:
        self.tag, self.children, self.attributes = tag, children, attributes

    def to_plotly_json(self) -> dict[str, Any]:
        """Return the data that Dash sends; its JSON encoder calls this method."""
        return {
            "props": {"children": self.children, **self.attributes},
            "type": self.tag,
            "namespace": _HTML,
        }


def to_html(part: Any) -> str:
    """Return elements, `dash.html` components, text, or a list of them as HTML, with text and values escaped.

    Raises
    ------
    TypeError
        If a component is not plain HTML.
    """
    if part is None:
        return ""
    if isinstance(part, list | tuple):
        return "".join(map(to_html, part))
    if isinstance(part, Element):
        return _tag(part.tag, part.attributes.items(), part.children)
    if not isinstance(part, Component):
        return escape(str(part))
    if part._namespace != _HTML:
        raise TypeError(f"{part._type} is not an HTML element; only dash.html can be written as a string.")
    given = [(name, value) for name, value in sorted(vars(part).items()) if name not in _OF_DASH]
    return _tag(part._type, given, part.children)


def _tag(tag: str, attributes: Iterable[tuple[str, Any]], children: Any) -> str:
    tag = tag.lower()
    written = "".join([f' {_RENAMED.get(name, name)}="{escape(_value(value))}"' for name, value in attributes])
    return f"<{tag}{written}>{to_html(children)}</{tag}>"


def _value(value: Any) -> str:
    """Return an attribute's text; a style is a mapping with names in camelCase."""
    if isinstance(value, dict):
        return ";".join(_CAPITAL.sub(r"-\1", name).lower() + f":{each}" for name, each in value.items())
    return str(value)
