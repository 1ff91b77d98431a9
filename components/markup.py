"""Dash's HTML components as an HTML string.

A component costs the browser about a millisecond to mount. What a click redraws and no callback listens to, such as a
table of numbers, therefore travels as one string that the browser parses at once.
"""

import re
from html import escape
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

_CAPITAL: Final = re.compile("([A-Z])")
_OF_DASH: Final = frozenset(vars(html.Span()))
"""What Dash keeps on every component beside the attributes that it was given; its children are among it."""
_RENAMED: Final = {"className": "class", "tabIndex": "tabindex"}


def to_html(part: Any) -> str:
    """Return `dash.html` components, text, or a list of them as HTML; every text and value is escaped.

    Raises
    ------
    TypeError
        For a component that is not plain HTML.
    """
    if part is None:
        return ""
    if isinstance(part, list | tuple):
        return "".join(map(to_html, part))
    if not isinstance(part, Component):
        return escape(str(part))
    if part._namespace != "dash_html_components":
        raise TypeError(f"{part._type} is not an HTML element; only dash.html can be written as a string.")
    tag = part._type.lower()
    given = [(name, value) for name, value in sorted(vars(part).items()) if name not in _OF_DASH]
    attributes = "".join([f' {_RENAMED.get(name, name)}="{escape(_value(value))}"' for name, value in given])
    return f"<{tag}{attributes}>{to_html(part.children)}</{tag}>"


def _value(value: Any) -> str:
    """Return an attribute's text; a style is a mapping in camelCase."""
    if isinstance(value, dict):
        return ";".join(_CAPITAL.sub(r"-\1", name).lower() + f":{each}" for name, each in value.items())
    return str(value)
