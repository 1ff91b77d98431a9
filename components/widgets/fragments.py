"""Results of callbacks as HTML strings and plain figures instead of Dash components.

The browser takes about 1 ms to mount a component, and Dash delays every callback until the scripts of all `dcc.Graph`
are loaded. Content that no callback uses as input is therefore sent through a store as strings and plain figures;
assets/pictures/fragments.mjs inserts them.
"""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, clientside_callback, html

from components.widgets.aria import aria
from components.widgets.html import to_html


def place(name: str, label: str, class_name: str = "") -> html.Div:
    """Return the element for a figure; `label` describes it for screen readers."""
    return html.Div(id=name, role="img", className=f"still {class_name}".strip(), **aria(label=label))


def answer(parts: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return HTML and figures as data of a store, both by the id of the element that shows them.

    Parameters
    ----------
    parts : mapping
        `dash.html` components, text, or lists of them.
    figures : mapping
        Figures as in components/figures/schema.py.
    """
    return {"html": {name: to_html(part) for name, part in parts.items()}, "figures": dict(figures)}


def fills(store: str) -> None:
    """Register the clientside callback that inserts the content of a store into the page."""
    clientside_callback(ClientsideFunction("answer", "fill"), Input(store, "data"))
