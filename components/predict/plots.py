"""The cards of the map and the two diagrams, which the page's script fills while a bin is dragged."""

from dash import html

from components.predict.form import footnote, head
from components.widgets import widgets


def place_cards() -> list[html.Section]:
    """Return the cards of the map and the two diagrams."""
    scale = [html.Span("Å"), html.Span(id="predict-map-top"), html.Span(className="scale-bar"), html.Span("0")]
    return [
        widgets.card(
            head("Place on the map", html.Span(id="predict-map-title")),
            html.Div(
                [html.Div(id="predict-map", className="map-plot"), html.Div(scale, className="scale")],
                className="map-and-scale",
            ),
            footnote(
                "UMAP of continua: it has no units, and distances have no physical meaning. Each cell holds at "
                "least 20 real galaxies."
            ),
            label="Place on the map",
        ),
        widgets.card(
            head("BPT", html.Span(id="predict-bpt-class")),
            html.Div(id="predict-bpt", className="diagram"),
            footnote(
                "Kewley 01, Kauffmann 03 (dashed). Class of the medians; “or” names the classes that the 68 % interval "
                "of one line reaches. A prediction is not a detection."
            ),
            label="BPT diagram",
        ),
        widgets.card(
            head("WHAN", html.Span(id="predict-whan-class")),
            html.Div(id="predict-whan", className="diagram"),
            footnote("Cid Fernandes 11"),
            label="WHAN diagram",
        ),
    ]
