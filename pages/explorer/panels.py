"""The explorer's panels: controls, which run in the browser, and the search, which runs on the server."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from analysis.explorer.search import Draw, FindError, absent_names, find
from analysis.explorer.selections import called, pack
from components import ids
from components.explorer.controls import control, controls
from data.catalogue.registry import served


def _browser(function: str, *arguments: Any, **more: Any) -> None:
    clientside_callback(ClientsideFunction("explorer", function), *arguments, **more)


# This needs an output: at page load Dash calls only callbacks that have one.
_browser("start", Output(ids.STATUS, "children"), Input(ids.CATALOGUE, "data"), State(ids.SELECTION, "data"))
_browser("control", *(Input(name, part) for name, part in controls()), prevent_initial_call=True)
_browser("axes", Output(f"{ids.CONTROL}axes", "style"), Input(control("view"), "value"), prevent_initial_call=True)
_browser("tool", Input(ids.TOOL, "value"))
_browser("realise", Input(ids.SEED, "data"))
_browser("nextSeed", Output(ids.SEED, "data"), Input(ids.NEXT_REALISATION, "n_clicks"), State(ids.SEED, "data"))
_browser("mark", Input(ids.SELECTED, "data"))
_browser(
    "choose",
    Output(ids.COUNT, "children"),
    Output(ids.CLEAR, "style"),
    Input(ids.SELECTION, "data"),
    Input(ids.FOUND, "data"),
)
_browser("clear", Input(ids.CLEAR, "n_clicks"))
_browser("zoomIn", Input(ids.ZOOM_IN, "n_clicks"))
_browser("zoomOut", Input(ids.ZOOM_OUT, "n_clicks"))
_browser("resetView", Input(ids.RESET_VIEW, "n_clicks"))
_browser("undo", Input(ids.UNDO, "n_clicks"))
_browser("redo", Input(ids.REDO, "n_clicks"))


@callback(
    Output(ids.FOUND, "data"),
    Output(ids.SEARCH, "error", allow_duplicate=True),
    Output(ids.FIND_NOTE, "children", allow_duplicate=True),
    Input(ids.SEARCH, "value"),
    State(ids.VIEW, "data"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def count(text: str | None, state: dict[str, Any], name: str) -> tuple[dict[str, Any], None, None]:
    """Count the galaxies that a search finds while it is typed; the count is None while the search is incomplete."""
    text = (text or "").strip()
    try:
        n = len(find(served()[name], text, Draw(state["noise"], state["seed"]))) if text else None
    except FindError:
        n = None
    return {"find": text, "count": n}, None, None


# An Enter right after a paste comes before the pasted text is a property of the component, so the browser reads it.
_browser("enter", Output(ids.ENTERED, "data"), Input(ids.SEARCH, "n_submit"), prevent_initial_call=True)


@callback(
    Output(ids.SELECTED, "data"),
    Output(ids.SELECTION, "data"),
    Output(ids.SEARCH, "error"),
    Output(ids.FIND_NOTE, "children"),
    Input(ids.ENTERED, "data"),
    State(ids.VIEW, "data"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def select(entered: dict[str, Any] | None, state: dict[str, Any], name: str) -> tuple[Any, ...]:
    """Select the galaxies that the search which was entered finds."""
    return search_for(entered["find"], state, name) if entered else (no_update,) * 4


def search_for(text: str, state: dict[str, Any], name: str) -> tuple[Any, ...]:
    """Return a search's galaxy, population, error and note."""
    catalogue = served()[name]
    if not text.strip():
        return no_update, None, None, None
    try:
        rows = find(catalogue, text, Draw(state["noise"], state["seed"]))
    except FindError as error:
        return no_update, no_update, str(error), None
    if not len(rows):
        return no_update, no_update, "No galaxy matches. Relax a condition.", None
    absent = absent_names(catalogue, text)
    note = f"Names that are not in this catalogue: {absent:,}." if absent else None
    named = called(text)
    if len(rows) == 1 and not named:
        return {"row": int(rows[0])}, None, None, note
    return no_update, pack(named.name if named else text.strip(), rows), None, note
