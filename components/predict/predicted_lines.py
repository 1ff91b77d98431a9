"""The card of the predicted lines, which the page's script fills while a bin is dragged."""

from collections.abc import Mapping
from typing import Final

import dash_mantine_components as dmc
from dash import html

from components.predict.form import action, segments
from components.widgets import widgets
from components.widgets.aria import aria
from model.lines import LINE_COUNT

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
TITLE: Final = f"{LINE_COUNT} lines".capitalize()
FORMATS: Final = ("CSV", "ECSV", "FITS", "VOTable", "Parquet")


def lines_card() -> html.Section:
    """Return the card of the predicted lines."""
    kinds = [
        action("As catalogued", "kind", "catalogued", className="segment segment-on"),
        action("Intrinsic", "kind", "intrinsic"),
    ]
    return widgets.card(
        html.Div(
            [
                html.H2(TITLE),
                html.Span(id="predict-verdict", className="badge"),
                html.Span(id="predict-variant", className="muted"),
                html.Div(segments("Which equivalent width", kinds), className="end"),
            ],
            className="card-head",
        ),
        html.Div(id="predict-lines", className="predicted-lines"),
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
        label=TITLE,
        class_name="card-answer",
    )


def download_menu(name: str, label: str, *, main: bool = True) -> html.Details:
    """Return a menu of formats; the ids of its entries have the type `name` and a format."""
    items = [html.Button(form, id={"type": name, "format": form.lower()}, type="button") for form in FORMATS]
    return widgets.menu(label, items, "tool tool-main" if main else "tool")


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
