"""The explorer's controls: what is compared at one glance, the rest behind two buttons."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from components import ids
from components.aria import aria
from components.view import FIELDS
from components.widgets import menu
from model.lines import LINES

HIDDEN: Final = {"display": "none"}
SWITCHES: Final = ("lock", "missing", "contours")
UNCONTROLLED: Final = ("seed", "zoom")
"""Fields that other things than a control set: the button of the next realisation, and the wheel."""

_VIEWS: Final = (
    ("map", "Map"),
    ("colour", "Colour–luminosity"),
    ("bpt", "BPT"),
    ("whan", "WHAN"),
    ("xy", "x–y"),
)


def control(name: str) -> str:
    """Return the id of the control that sets a field of the view."""
    return ids.CONTROL + name


def controls() -> list[tuple[str, str]]:
    """Return id and property of every control, for the callback that watches them."""
    names = [field.name for field in FIELDS if field.name not in UNCONTROLLED]
    return [(control(name), "checked" if name in SWITCHES else "value") for name in names]


def toolbar(state: Mapping[str, Any], find: str, n: int, example: str, axes: Sequence[tuple[str, str]]) -> html.Div:
    """Return the toolbar; `axes` are pairs of name and label of what two axes can show."""
    return html.Div(
        [
            _segments("view", state, _VIEWS, "What the places mean"),
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
            _popover("Panels", _panel_options(state)),
            _popover("Colours", _color_options(state)),
            dmc.Button("Next realisation", id=ids.NEXT_REALISATION, variant="default", size="xs", n_clicks=0),
            html.Div(
                [
                    dmc.TextInput(
                        id=ids.SEARCH,
                        value=find,
                        placeholder=f"Find: {example} · HALPHA_EW > 50",
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
    """Return the buttons that do what a wheel does."""
    return html.Div(
        [
            _small(ids.ZOOM_OUT, "−", "Zoom out", size="24px"),
            _small(ids.ZOOM_IN, "+", "Zoom in", size="24px"),
            dmc.Button("Reset view", id=ids.RESET_VIEW, variant="default", size="compact-xs", n_clicks=0),
            dmc.Button("Table", id=ids.SHOW_TABLE, variant="default", size="compact-xs", n_clicks=0),
        ],
        className="tool-group zoom-buttons",
    )


def _segments(
    name: str, state: Mapping[str, Any], options: Sequence[tuple[str, str]], label: str, **more: Any
) -> Component:
    return dmc.SegmentedControl(
        id=control(name),
        value=state[name],
        size="xs",
        data=[{"value": value, "label": text} for value, text in options],
        **aria(label=label),
        **more,
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
        withRoles=False,  # Mantine would put the states of a button on the box around it
    )


def _section(title: str, *children: Component) -> html.Div:
    return html.Div([html.H3(title), *children], className="option", role="group", **aria(label=title))


def _chips(name: str, state: Mapping[str, Any], options: Sequence[tuple[str, str, str]]) -> html.Div:
    chips = [
        dmc.Chip(label, value=value, size="xs", variant="outline", className=accent) for value, label, accent in options
    ]
    return html.Div(dmc.ChipGroup(chips, id=control(name), multiple=True, value=state[name]), className="chips")


def _panel_options(state: Mapping[str, Any]) -> list[Component]:
    return [
        _section("Lines", _chips("lines", state, [(line.name, line.label, f"chip-{line.accent}") for line in LINES])),
        _section(
            "Columns",
            _chips(
                "columns",
                state,
                [
                    ("observed", "Observed", ""),
                    ("predicted", "Predicted", ""),
                    ("noise", "Predicted + noise", ""),
                    ("pull", "Pull", ""),
                ],
            ),
        ),
        _section(
            "Noise",
            _segments(
                "noise",
                state,
                [("observed", "As observed"), ("intrinsic", "Intrinsic"), ("published", "As published")],
                "What the noise column adds",
                fullWidth=True,
            ),
            html.P(
                "As observed: joint draws with the noise and the losses DESI would add. Intrinsic: the draws alone. As "
                "published: the prediction with each galaxy's own error. The first draw may take half a minute.",
                className="muted",
            ),
        ),
        _section(
            "Places in the diagrams",
            _segments(
                "places",
                state,
                [("own", "Each column's"), ("observed", "Observed"), ("predicted", "Predicted"), ("noise", "+ noise")],
                "Which lines place the galaxies",
                fullWidth=True,
            ),
        ),
    ]


def _color_options(state: Mapping[str, Any]) -> list[Component]:
    return [
        _section(
            "Colour by",
            dmc.Select(
                id=control("color"),
                value=state["color"],
                size="xs",
                allowDeselect=False,
                comboboxProps={"withinPortal": False},
                data=[
                    {"value": value, "label": label}
                    for value, label in (
                        ("lines", "Equivalent width of each line"),
                        ("SN", "Signal to noise of each line"),
                        ("RESIDUAL", "Observed over predicted, each line"),
                        ("redshift", "Redshift"),
                        ("log_luminosity", "Luminosity"),
                        ("break_4000", "4000 Å break"),
                        ("domain_score", "Domain score"),
                    )
                ],
                **aria(label="Colour by"),
            ),
        ),
        _section(
            "Stretch",
            _segments(
                "stretch",
                state,
                [("linear", "Linear"), ("log", "Log"), ("arcsinh", "Arcsinh")],
                "Stretch",
                fullWidth=True,
            ),
        ),
        _section(
            "Clip at both ends",
            _segments(
                "clip",
                state,
                [("0", "None"), ("0.5", "0.5 %"), ("2", "2 %"), ("5", "5 %")],
                "Percentile clip",
                fullWidth=True,
            ),
            _switch("lock", state, "Lock across lines"),
        ),
        _section(
            "Colours",
            _segments(
                "palette",
                state,
                [("inferno", "Inferno"), ("viridis", "Viridis"), ("cividis", "Cividis")],
                "Palette",
                fullWidth=True,
            ),
        ),
        _section(
            "Points",
            html.Div(
                [_slider("size", state, "Size", 0.4, 2.5), _slider("opacity", state, "Opacity", 0.1, 1.0)],
                className="sliders",
            ),
            _switch("missing", state, "Show galaxies without a value, grey"),
            _switch("contours", state, "Density contours"),
        ),
        _section(
            "Real galaxies on the map",
            _segments(
                "behind",
                state,
                [("points", "Off"), ("behind", "Medians behind"), ("instead", "Medians alone")],
                "Medians of real galaxies",
                fullWidth=True,
            ),
        ),
    ]


def _switch(name: str, state: Mapping[str, Any], label: str) -> Component:
    return dmc.Switch(id=control(name), checked=state[name], label=label, size="xs")


def _slider(name: str, state: Mapping[str, Any], label: str, low: float, high: float) -> html.Div:
    return html.Div(
        [
            html.Span(label, className="muted"),
            dmc.Slider(
                id=control(name),
                value=state[name],
                min=low,
                max=high,
                step=0.1,
                size="xs",
                label=None,
                updatemode="drag",
                thumbLabel=label,
            ),
        ]
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
