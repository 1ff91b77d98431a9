"""The diagrams of the chosen galaxy. The browser fetches the rest of its card from server/routes/galaxies.py."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from components import ids
from components.figures import diagram
from components.galaxy import card as galaxy_card
from components.galaxy import details
from components.theme import scheme_or_dark
from components.widgets import fragments
from data.catalogue.registry import served
from pages.explorer.diagrams import sample_density

clientside_callback(
    ClientsideFunction("galaxy", "choose"),
    Output(details.OPENED, "data"),
    Input(ids.SELECTED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    Input(galaxy_card.FRAME, "value"),
    Input(galaxy_card.SMOOTHING, "value"),
    State(details.OPENED, "data"),
)
fragments.fills(details.DIAGRAMS)


@callback(
    Output(details.DIAGRAMS, "data"),
    Input(details.OPENED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def draw_diagrams(opened: bool | None, scheme: str | None, name: str) -> Any:
    """Draw the diagrams behind the galaxy's point, when their section is opened."""
    if not opened:
        return no_update
    catalogue, colors = served()[name], scheme_or_dark(scheme)
    places = ((details.BPT, diagram.BPT), (details.WHAN, diagram.WHAN))
    return fragments.answer(
        {},
        {place: diagram.diagram_figure(frame, sample_density(catalogue, frame), colors) for place, frame in places},
    )
