"""The popovers "Panels" and "Colours" of the explorer's toolbar."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from components.explorer.controls import control, segments
from components.widgets.aria import aria
from model.lines import LINES


def panel_options(state: Mapping[str, Any]) -> list[Component]:
    """Return the controls of the panels' content: lines, columns, noise, and positions."""
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
            segments(
                "noise",
                state,
                [("observed", "As observed"), ("intrinsic", "Intrinsic"), ("published", "As published")],
                "What the noise column adds",
                fullWidth=True,
            ),
            html.P(
                "As observed: joint draws with the noise and selection that DESI would add. Intrinsic: joint draws "
                "without noise. As published: the prediction plus noise from each galaxy's own error.",
                className="muted",
            ),
        ),
        _section(
            "Places in the diagrams",
            segments(
                "places",
                state,
                [("own", "Each column's"), ("observed", "Observed"), ("predicted", "Predicted"), ("noise", "+ noise")],
                "Lines that determine the places",
                fullWidth=True,
            ),
        ),
    ]


def color_options(state: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> list[Component]:
    """Return the controls of colours and points.

    `columns` are pairs of name and label of the quantities to colour by.
    """
    each = (
        ("lines", "Equivalent width of each line"),
        ("SN", "Signal to noise of each line"),
        ("RESIDUAL", "Observed / predicted EW of each line"),
    )
    return [
        _section(
            "Colour by",
            dmc.Select(
                id=control("color"),
                value=state["color"],
                size="xs",
                allowDeselect=False,
                comboboxProps={"withinPortal": False},
                searchable=True,
                openOnFocus=False,  # the popover gives it the focus
                data=[
                    {"group": group, "items": [{"value": value, "label": label} for value, label in choices]}
                    for group, choices in (("Of each line", each), ("One for all", columns))
                ],
                **aria(label="Colour by"),
            ),
        ),
        _section(
            "Stretch",
            segments(
                "stretch",
                state,
                [("linear", "Linear"), ("log", "Log"), ("arcsinh", "Arcsinh")],
                "Stretch",
                fullWidth=True,
            ),
        ),
        _section(
            "Clip at both ends",
            segments(
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
            segments(
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
            _switch("missing", state, "Show galaxies without a value in grey"),
            _switch("contours", state, "Density contours"),
        ),
        _section(
            "Real galaxies on the map",
            segments(
                "behind",
                state,
                [("points", "Off"), ("behind", "Medians behind"), ("instead", "Medians alone")],
                "Medians of real galaxies",
                fullWidth=True,
            ),
        ),
    ]


def _section(title: str, *children: Component) -> html.Div:
    return html.Div([html.H3(title), *children], className="option", role="group", **aria(label=title))


def _chips(name: str, state: Mapping[str, Any], options: Sequence[tuple[str, str, str]]) -> html.Div:
    chips = [
        dmc.Chip(label, value=value, size="xs", variant="outline", className=accent) for value, label, accent in options
    ]
    return html.Div(dmc.ChipGroup(chips, id=control(name), multiple=True, value=state[name]), className="chips")


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
