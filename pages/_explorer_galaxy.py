"""The explorer's one galaxy, as far as it goes through Dash; the browser asks for the rest (server/galaxies.py)."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from components import answer, galaxy_details, ids
from components import galaxy as galaxy_card
from components.figures import diagram
from components.theme import scheme_or_dark
from data.store import served
from pages._explorer_diagrams import sample_density

clientside_callback(
    ClientsideFunction("galaxy", "choose"),
    Output(galaxy_details.OPENED, "data"),
    Input(ids.SELECTED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    Input(galaxy_card.FRAME, "value"),
    Input(galaxy_card.SMOOTHING, "value"),
    State(galaxy_details.OPENED, "data"),
)
answer.fills(galaxy_details.DIAGRAMS)


@callback(
    Output(galaxy_details.DIAGRAMS, "data"),
    Input(galaxy_details.OPENED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def draw_diagrams(opened: bool | None, scheme: str | None, name: str) -> Any:
    """Draw the diagrams behind the galaxy's place, once it is looked at."""
    if not opened:
        return no_update
    catalogue, colors = served()[name], scheme_or_dark(scheme)
    places = ((galaxy_details.BPT, diagram.BPT), (galaxy_details.WHAN, diagram.WHAN))
    return answer.answer(
        {},
        {place: diagram.diagram_figure(frame, sample_density(catalogue, frame), colors) for place, frame in places},
    )
