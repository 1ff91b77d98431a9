"""The cards of predictions: ten lines, map and diagrams. The page's script fills them while a bin is dragged."""

from collections.abc import Mapping
from typing import Final

import dash_mantine_components as dmc
from dash import html

from components.predict.form import action, head, segments
from components.widgets import widgets
from components.widgets.aria import aria

KINDS: Final[Mapping[str, str]] = {
    "catalogued": "EWs as DESI’s catalogue would list them if the line is detected. The interval includes the scatter "
    "among such galaxies and DESI’s noise. Two of three such galaxies lie inside it.",
    "intrinsic": "The galaxy’s true EWs, without noise or selection; 0 if it has no line. P(detected) is the "
    "probability that DESI’s catalogue would list the line.",
}
NOISES: Final[Mapping[str, str]] = {
    "none": "No noise",
    "intrinsic": "Intrinsic draw",
    "observed": "As observed",
    "published": "Published noise",
}
FORMATS: Final = ("CSV", "ECSV", "FITS", "VOTable", "Parquet")


def answer() -> html.Section:
    """Return the card of the ten lines."""
    kinds = [
        action("As catalogued", "kind", "catalogued", className="segment segment-on"),
        action("Intrinsic", "kind", "intrinsic"),
    ]
    return widgets.card(
        html.Div(
            [
                html.H2("Ten lines"),
                html.Span(id="predict-verdict", className="badge"),
                html.Span(id="predict-variant", className="muted"),
                html.Div(segments("Which equivalent width", kinds), className="end"),
            ],
            className="card-head",
        ),
        html.Div(id="predict-lines", className="ten-lines"),
        html.P(KINDS["catalogued"], id="predict-kind-note", className="muted footnote"),
        html.Div(
            [
                download_menu("predict-save", "Download"),
                noise_menu(),
                action("Copy link", "link", className="tool"),
                action("Copy Python", "python", className="tool"),
                html.Span(id="predict-copied", className="muted", role="status"),
            ],
            className="actions",
        ),
        html.Div(id="predict-noise-note", className="form-note"),
        label="Ten lines",
        class_name="card-answer",
    )


def download_menu(name: str, label: str) -> html.Details:
    """Return a menu of formats; the ids of its entries have the type `name` and a format."""
    items = [html.Button(form, id={"type": name, "format": form.lower()}, type="button") for form in FORMATS]
    return widgets.menu(label, items, "tool tool-main")


def noise_menu() -> html.Div:
    """Return the control of the noise, and the button for the next realisation."""
    return html.Div(
        [
            dmc.Select(
                id="predict-noise",
                data=[{"value": name, "label": title} for name, title in NOISES.items()],
                value="none",
                allowDeselect=False,
                size="xs",
                w=128,
                **aria(label="Noise of one realisation"),
            ),
            html.Button("Next", id="predict-next", type="button", className="tool", title="Another realisation"),
        ],
        className="noise",
    )


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
            footnote("Kewley 01, Kauffmann 03 (dashed)"),
            label="BPT diagram",
        ),
        widgets.card(
            head("WHAN", html.Span(id="predict-whan-class")),
            html.Div(id="predict-whan", className="diagram"),
            footnote("Cid Fernandes 11"),
            label="WHAN diagram",
        ),
    ]


def footnote(text: str) -> html.P:
    """Return a footnote of a figure."""
    return html.P(text, className="muted footnote")
