"""The explorer's controls, each of which sets a field of the view (components/explorer/view.py)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash.development.base_component import Component

from components import ids
from components.explorer.view import FIELDS
from components.widgets.aria import aria

SWITCHES: Final = ("lock", "missing", "contours")
UNCONTROLLED: Final = ("seed", "zoom")
"""Fields without a control: a button sets the seed, and the wheel the zoom."""


def control(name: str) -> str:
    """Return the id of the control that sets a field of the view."""
    return ids.CONTROL + name


def controls() -> list[tuple[str, str]]:
    """Return ids and properties of all controls, as inputs of a callback."""
    names = [field.name for field in FIELDS if field.name not in UNCONTROLLED]
    return [(control(name), "checked" if name in SWITCHES else "value") for name in names]


def segments(
    name: str, state: Mapping[str, Any], options: Sequence[tuple[str, str]], label: str, **more: Any
) -> Component:
    """Return a segmented control; `options` are pairs of value and label."""
    return dmc.SegmentedControl(
        id=control(name),
        value=state[name],
        size="xs",
        data=[{"value": value, "label": text} for value, text in options],
        **aria(label=label),
        **more,
    )
