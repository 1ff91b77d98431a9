"""The Synthesize page: a galaxy from its stars, computed in the browser (assets/synthesize/)."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html

from analysis.web_client import stars
from analysis.web_client.manifest import limits, network_source
from components import theme
from components.figures import diagram
from components.synthesize import cards
from components.synthesize.parameters import PRESETS, SLIDERS, START
from components.widgets import widgets
from pages.synthesize import draws
from pages.values import text_of

MODEL = "noise-free"
"""Name of the weights: a synthetic continuum has no noise."""

dash.register_page(__name__, path="/synthesize", name="Synthesize", title="Synthesize · Galactic Neon", order=2)


def layout(**query: Any) -> html.Div:
    """Return the page, with the galaxy of the address's query if it has one."""
    opened, notice = read_link(text_of(query))
    return html.Div(
        [
            html.H1("Synthesize a galaxy from its stars", className="visually-hidden"),
            dcc.Store(id="synthesize-manifest", data=manifest(opened)),
            *cards.stores(),
            cards.toolbar(),
            widgets.sentence(notice, "warn") if notice else None,
            html.Div(
                [
                    cards.stars_card(),
                    html.Div(
                        [cards.spectrum_card(), cards.history_card(), cards.slopes_card()],
                        className="synthesize-middle",
                    ),
                    cards.lines_card(),
                ],
                className="synthesize-grid",
            ),
            html.Div(cards.place_cards(), className="synthesize-places"),
            cards.population_card(draws.POPULATION),
        ],
        id="synthesize",
        className="page",
    )


def read_link(query: dict[str, str]) -> tuple[dict[str, float], str]:
    """Return the galaxy of an address's query, and a sentence on what is invalid, or ""."""
    opened, refused = dict(START), []
    for slider in SLIDERS:
        text = query.get(slider.name)
        if text is None:
            continue
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if slider.low <= value <= slider.high:
            opened[slider.name] = value
        else:
            refused.append(f"{slider.name} is “{text[:20]}”; it goes from {slider.low:g} to {slider.high:g}")
    if not refused:
        return opened, ""
    return opened, f"The link could not be read in full: {'; '.join(refused)}. These sliders stand where they open."


def manifest(opened: dict[str, float]) -> dict[str, Any]:
    """Return the data that the page's script needs, with the galaxy that it opens with."""
    return {
        "model": MODEL,
        **network_source((MODEL,)),
        "stars": f"/models/stars.safetensors?v={stars.stars_version()}",
        "diagrams": diagram.for_browser(),
        "colors": {scheme: theme.ew_colors(scheme) for scheme in ("dark", "light")},
        "limits": limits(),
        "constants": stars.stars_constants(),
        "sliders": [slider._asdict() for slider in SLIDERS],
        "presets": [{"name": name, "stars": START | changes} for name, changes in PRESETS.items()],
        "start": START,
        "opened": opened,
        "population": draws.POPULATION,
    }


clientside_callback(
    ClientsideFunction("synthesize", "mount"), Output("synthesize-asked", "data"), Input("synthesize-manifest", "data")
)
clientside_callback(ClientsideFunction("synthesize", "drawn"), Input("synthesize-drawn", "data"))
clientside_callback(ClientsideFunction("synthesize", "population"), Input("synthesize-population-drawn", "data"))
