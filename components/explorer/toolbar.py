"""The explorer's toolbar: view, tool, realisation, search, undo and share, and two popovers with further controls."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from components import ids
from components.explorer.controls import control, segments
from components.explorer.options import color_options, panel_options
from components.widgets.aria import aria
from components.widgets.widgets import menu

HIDDEN: Final = {"display": "none"}
_VIEWS: Final = (
    ("map", "Map"),
    ("colour", "Colour–luminosity"),
    ("bpt", "BPT"),
    ("whan", "WHAN"),
    ("xy", "x–y"),
)


def toolbar(state: Mapping[str, Any], find: str, n: int, example: str, axes: Sequence[tuple[str, str]]) -> html.Div:
    """Return the toolbar; `axes` are pairs of name and label of the quantities for axes."""
    return html.Div(
        [
            segments("view", state, _VIEWS, "What the positions of the points mean"),
            _axes(state, axes),
            dmc.SegmentedControl(
                id=ids.TOOL,
                value="pan",
                size="xs",
                data=[
                    {"value": value, "label": label}
                    for value, label in (("pan", "Pan"), ("box", "Box"), ("lasso", "Lasso"))
                ],
                **aria(label="What dragging does"),
            ),
            _popover("Panels", panel_options(state)),
            _popover("Colours", color_options(state, axes)),
            dmc.Button("Next realisation", id=ids.NEXT_REALISATION, variant="default", size="xs", n_clicks=0),
            html.Div(
                [
                    dmc.TextInput(
                        id=ids.SEARCH,
                        value=find,
                        placeholder=f"Find {example} or Ha > 50",
                        size="xs",
                        rightSection=html.Span(
                            f"{n:,} galaxies", id=ids.COUNT, className="count", **aria(live="polite")
                        ),
                        rightSectionWidth=112,
                        debounce=False,
                        **aria(label="Find galaxies by name, row or range"),
                    ),
                    html.Div(id=ids.FIND_NOTE, className="find-note", role="status"),
                ],
                className="search",
            ),
            dmc.Button("Clear", id=ids.CLEAR, variant="subtle", size="xs", n_clicks=0, className="clear", style=HIDDEN),
            html.Div(
                [
                    _small(ids.UNDO, "↶", "Undo", disabled=True),
                    _small(ids.REDO, "↷", "Redo", disabled=True),
                ],
                className="tool-group",
            ),
            _share(),
        ],
        className="toolbar",
        role="toolbar",
        **aria(label="Panels"),
    )


def zoom_buttons() -> html.Div:
    """Return the buttons below the panels: zoom, reset, and table."""
    return html.Div(
        [
            _small(ids.ZOOM_OUT, "−", "Zoom out", size="24px"),
            _small(ids.ZOOM_IN, "+", "Zoom in", size="24px"),
            dmc.Button("Reset view", id=ids.RESET_VIEW, variant="default", size="compact-xs", n_clicks=0),
            dmc.Button("Table", id=ids.SHOW_TABLE, variant="default", size="compact-xs", n_clicks=0),
        ],
        className="tool-group zoom-buttons",
    )


def _axes(state: Mapping[str, Any], axes: Sequence[tuple[str, str]]) -> html.Div:
    return html.Div(
        [
            dmc.Select(
                id=control(name),
                value=state[name],
                data=[{"value": value, "label": label} for value, label in axes],
                size="xs",
                searchable=True,
                allowDeselect=False,
                className="axis",
                **aria(label=f"{name} axis"),
            )
            for name in ("x", "y")
        ],
        id=f"{ids.CONTROL}axes",
        className="tool-group",
        style={} if state["view"] == "xy" else HIDDEN,
    )


def _popover(title: str, sections: Sequence[Component]) -> dmc.Popover:
    return dmc.Popover(
        [
            dmc.PopoverTarget(
                dmc.Button(title, variant="default", size="xs", rightSection=html.Span("▾", **aria(hidden="true")))
            ),
            dmc.PopoverDropdown(html.Div(list(sections), className="options")),
        ],
        position="bottom-start",
        shadow="md",
        width=380,
        trapFocus=True,
        returnFocus=True,
        withRoles=False,  # Mantine would put the ARIA states of the button on the element around it
    )


def _share() -> html.Details:
    items = (
        (ids.COPY_LINK, "Copy link"),
        (ids.SHOW_PYTHON, "Copy as Python"),
        (ids.SHOW_CITE, "Cite this view"),
        (ids.PRINT_PNG, "Save as PNG"),
        (ids.PRINT_SVG, "Save as SVG"),
    )
    return menu("Share", [html.Button(label, id=item, n_clicks=0, type="button") for item, label in items], "tool")


def _small(button_id: str, text: str, label: str, size: str = "30px", **more: Any) -> Component:
    return dmc.ActionIcon(text, id=button_id, variant="default", size=size, n_clicks=0, **aria(label=label), **more)
