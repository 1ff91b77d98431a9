"""The cards of the map and the two diagrams, which a page's script fills while a value is dragged."""

from dash import html

from components.predict.form import footnote, head
from components.widgets import widgets


def place_cards(page: str, *, map_note: str, bpt_note: str, whan_note: str) -> list[html.Section]:
    """Return the cards of the map and the two diagrams.

    Parameters
    ----------
    page : str
        Start of the ids of the elements, as the page's script knows them.
    map_note, bpt_note, whan_note : str
        What stands below the plots; sources included.
    """
    scale = [html.Span("Å"), html.Span(id=f"{page}-map-top"), html.Span(className="scale-bar"), html.Span("0")]
    return [
        widgets.card(
            head("Place on the map", html.Span(id=f"{page}-map-title")),
            html.Div(
                [html.Div(id=f"{page}-map", className="map-plot"), html.Div(scale, className="scale")],
                className="map-and-scale",
            ),
            footnote(map_note),
            label="Place on the map",
        ),
        widgets.card(
            head("BPT", html.Span(id=f"{page}-bpt-class")),
            html.Div(id=f"{page}-bpt", className="diagram"),
            footnote(bpt_note),
            label="BPT diagram",
        ),
        widgets.card(
            head("WHAN", html.Span(id=f"{page}-whan-class")),
            html.Div(id=f"{page}-whan", className="diagram"),
            footnote(whan_note),
            label="WHAN diagram",
        ),
    ]
