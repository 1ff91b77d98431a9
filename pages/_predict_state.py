"""What the Predict page's browser sends, checked: anybody may call a callback with anything."""

from typing import Any, Final, NamedTuple

from dash.exceptions import PreventUpdate

from data.schema import FLUX_NAMES

LONGEST: Final = 200
"""Characters of a field."""


class Typed(NamedTuple):
    """The form as it was typed: twelve fluxes, luminosity, redshift, the model's name, and measured EWs if any."""

    bins: list[str]
    luminosity: str
    redshift: str
    model: str
    measured: list[Any] | None


def typed(state: Any) -> Typed:
    """Return what the page's form holds.

    Raises
    ------
    PreventUpdate
        When it is not what the page sends.
    """
    if not isinstance(state, dict):
        raise PreventUpdate
    bins = state.get("bins")
    luminosity, redshift, model = (state.get(name, "") for name in ("luminosity", "redshift", "model"))
    if not isinstance(bins, list) or len(bins) != len(FLUX_NAMES):
        raise PreventUpdate
    if not all(map(_is_field, [*bins, luminosity, redshift, model])):
        raise PreventUpdate
    measured = state.get("measured")
    return Typed(bins, luminosity, redshift, model, measured if isinstance(measured, list) else None)


def _is_field(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST
