"""The explorer's tour, which steps through populations."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, no_update

from analysis.explorer.selections import named_rows, pack
from analysis.explorer.tour_steps import steps
from components import ids
from components.explorer import tour
from data.catalogue.registry import served
from research.evaluation.record.held_out import held_out

clientside_callback(ClientsideFunction("population", "tour"), Input(tour.STEP, "data"))
clientside_callback(ClientsideFunction("explorer", "look"), Input(tour.VIEW, "data"), prevent_initial_call=True)


@callback(
    Output(tour.STEP, "data"),
    Output(tour.TEXT, "children"),
    Output(tour.COUNT, "children"),
    Output(tour.NEXT, "children"),
    Output(tour.BACK, "disabled"),
    Output(ids.SELECTION, "data", allow_duplicate=True),
    Output(tour.VIEW, "data"),
    Input(tour.START, "n_clicks"),
    Input(tour.NEXT, "n_clicks"),
    Input(tour.BACK, "n_clicks"),
    Input(tour.CLOSE, "n_clicks"),
    State(tour.STEP, "data"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def walk(_start: int, _next: int, _back: int, _close: int, step: int, name: str) -> tuple[Any, ...]:
    """Go to the next or previous step and select its population, or end the tour and keep the selection."""
    moves = {tour.START: -step, tour.NEXT: 1, tour.BACK: -1}
    catalogue = served()[name]
    real = held_out(catalogue.metadata.get("model"))
    route = steps(catalogue, real and real.range("HALPHA"))
    now = step + moves.get(str(ctx.triggered_id), len(route))
    if not ctx.triggered[0]["value"]:
        return (no_update,) * 7
    if not 0 <= now < len(route):
        return -1, *(no_update,) * 6
    current = route[now]
    chosen = pack(current.population, named_rows(catalogue, current.population)) if current.population else None
    last = now == len(route) - 1
    return (
        now,
        tour.step_text(current.title, current.sentences),
        f"{now + 1} of {len(route)}",
        "Done" if last else "Next",
        now == 0,
        chosen,
        dict(current.view),
    )
