"""The explorer's dialogs: keys, Python code, citation, and the table of the panels."""

from typing import Final

import dash_mantine_components as dmc
from dash import dcc, html

from components import ids
from components.widgets.aria import aria

KEYS: Final = (
    ("← ↑ → ↓", "move to the next galaxy (when the panels have the focus)"),
    ("Enter", "choose the galaxy under the pointer"),
    ("+ −", "zoom in and out"),
    ("0", "show all"),
    ("P · B · L", "drag to pan, to draw a box, a lasso"),
    ("Shift + drag", "draw a lasso directly"),
    ("Esc", "deselect the population, then the galaxy"),
    ("Ctrl Z · Ctrl Shift Z", "undo, redo"),
    ("?", "this list"),
)


def dialogs() -> html.Div:
    """Return all dialogs, closed."""
    rows = [html.Tr([html.Th([dmc.Kbd(keys)], scope="row"), html.Td(what)]) for keys, what in KEYS]
    return html.Div(
        [
            dmc.Modal(html.Table(html.Tbody(rows), className="keys"), id=ids.KEYS, title="Keys", opened=False),
            _text_dialog(ids.PYTHON, "This view in Python"),
            _text_dialog(ids.CITE, "Cite this view"),
            dmc.Modal(
                html.Div(id=f"{ids.TABLE}-said"), id=ids.TABLE, title="The panels as a table", opened=False, size="xl"
            ),
        ]
    )


def _text_dialog(name: str, title: str) -> dmc.Modal:
    body = f"{name}-text"
    return dmc.Modal(
        html.Div(
            [
                dcc.Clipboard(target_id=body, className="copy", title="Copy"),
                html.Pre(id=body, className="written", tabIndex=0, role="region", **aria(label=title)),
            ],
            className="written-box",
        ),
        id=name,
        title=title,
        opened=False,
        size="xl",
    )
