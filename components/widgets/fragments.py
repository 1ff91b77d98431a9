"""What a callback answers without a component: markup and figures that the browser puts where they belong.

A component costs the browser about a millisecond to mount, and Dash holds every callback back until the last
`dcc.Graph` of a page has its script. What nothing listens to travels through a store as strings and plain figures;
assets/pictures/fragments.mjs fills them in.
"""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, clientside_callback, html

from components.widgets.aria import aria
from components.widgets.html import to_html


def place(name: str, label: str, class_name: str = "") -> html.Div:
    """Return where a figure will be drawn; `label` says in words what it shows."""
    return html.Div(id=name, role="img", className=f"still {class_name}".strip(), **aria(label=label))


def answer(parts: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a store carries to the browser, both by the id of their place.

    Parameters
    ----------
    parts : mapping
        `dash.html` components, text, or lists of them.
    figures : mapping
        Of the language of components/figures/model.py.
    """
    return {"html": {name: to_html(part) for name, part in parts.items()}, "figures": dict(figures)}


def fills(store: str) -> None:
    """Have the browser put in its place whatever a store brings."""
    clientside_callback(ClientsideFunction("answer", "fill"), Input(store, "data"))
