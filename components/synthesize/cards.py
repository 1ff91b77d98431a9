"""The cards of the Synthesize page, which its script fills."""

from typing import Any, Final

from dash import dcc, html

from components.predict import plots
from components.predict.form import footnote, head, segments
from components.synthesize.parameters import PRESETS, SLIDERS, Slider
from components.widgets import widgets
from components.widgets.aria import aria

STEPS: Final = 1000
"""Steps of a slider from end to end."""
KINDS: Final = (("broad", "A broad mix"), ("near", "Like this galaxy"))
"""Populations that can be made."""


def action(label: Any, what: str, value: str = "", **attributes: Any) -> html.Button:
    """Return a button that the page's script handles."""
    data: dict[str, Any] = {"data-synthesize": what, "data-value": value}
    options: dict[str, Any] = {"className": "segment", **attributes, **data}
    return html.Button(label, type="button", **options)


def toolbar() -> html.Div:
    """Return the row above the cards."""
    presets = [action(name, "preset", name) for name in PRESETS]
    return html.Div(
        [
            html.Span("Start from", className="muted"),
            segments("Start from", presets),
            html.Div(
                [
                    action(
                        "Quench this galaxy",
                        "quench",
                        id="synthesize-quench",
                        className="tool",
                        title="Stop its star formation and watch three billion years",
                    ),
                    action("Undo", "undo", id="synthesize-undo", className="tool", disabled=True),
                    action("Reset", "reset", className="tool"),
                    action("Copy link", "link", className="tool"),
                    action("Copy as Python", "python", className="tool"),
                    action("Download CSV", "download", className="tool", title="Spectrum with and without lines"),
                    html.Span(id="synthesize-note", className="muted", role="status"),
                ],
                className="end",
            ),
        ],
        className="predict-bar",
    )


def stars_card() -> html.Section:
    """Return the card of the sliders."""
    return widgets.card(
        head("Stars and dust", "drag, or use the arrow keys"),
        html.Div([_slider(slider) for slider in SLIDERS], className="star-sliders"),
        label="Stars and dust",
        class_name="card-stars",
    )


def _slider(slider: Slider) -> html.Label:
    name = f"synthesize-{slider.name}"
    control = html.Div(id=name, className="star-track")
    return html.Label(
        [
            html.Span([slider.label, html.Span(f" {slider.unit}", className="muted")]),
            html.Span(id=f"{name}-value", className="star-value"),
            control,
        ],
        className="star-slider",
        title=slider.meaning,
    )


def spectrum_card() -> html.Section:
    """Return the card of the spectrum."""
    return widgets.card(
        head("Spectrum", html.Span(id="synthesize-readout")),
        html.Div(id="synthesize-spectrum", className="synthesize-spectrum"),
        label="Spectrum",
        class_name="card-spectrum",
    )


def history_card() -> html.Section:
    """Return the card of the star formation history."""
    return widgets.card(
        head("Star formation history", html.Span(id="synthesize-rate")),
        html.Div(id="synthesize-history", className="synthesize-history"),
        label="Star formation history",
    )


def lines_card() -> html.Section:
    """Return the card of the lines and the verdict."""
    return widgets.card(
        head("Ten lines", html.Span(id="synthesize-verdict", className="badge")),
        html.P(id="synthesize-reason", className="synthesize-reason", role="status"),
        html.Div(id="synthesize-lines", className="predicted-lines"),
        html.Div(
            [
                html.Span("Draws of", className="muted"),
                segments(
                    "Draws",
                    [
                        action("DESI’s galaxies", "draws", "free", title="Lines of real galaxies with this starlight"),
                        action("this galaxy’s gas", "draws", "anchored", title="Hα is what the stars ionise"),
                    ],
                ),
                html.Span(id="synthesize-draws-note", className="muted", role="status"),
            ],
            className="actions",
        ),
        html.Div(id="synthesize-draws", className="synthesize-draws"),
        footnote(
            "Noise-free equivalent widths [Å]: median and 68 % of DESI’s galaxies with this starlight. The point and "
            "the diamond are the Hα that the stars of this galaxy ionise, behind the dust of its gas."
        ),
        label="Ten lines",
        class_name="card-answer",
    )


def slopes_card() -> html.Section:
    """Return the card of the changes of Hα with each parameter."""
    return widgets.card(
        head("What drives Hα?", "Å per step of each parameter"),
        html.Div(id="synthesize-slopes", className="synthesize-slopes"),
        footnote("Coloured: DESI’s galaxies with this starlight. Outlined: what the stars ionise. Scale: square root."),
        label="What drives Hα?",
    )


def place_cards() -> list[html.Section]:
    """Return the cards of map, diagrams and magnitudes."""
    return [
        *plots.place_cards(
            "synthesize",
            map_note="UMAP of continua. Each cell holds at least 20 real galaxies.",
            bpt_note="Small points: the draws. Grey: medians of real galaxies. Cross: H II regions of this "
            "metallicity.",
            whan_note="Cid Fernandes 11. Cross: Hα and [N II] that the stars ionise.",
        ),
        widgets.card(
            head("Magnitudes", "AB, with lines"),
            html.Div(id="synthesize-magnitudes", className="table-scroll", tabIndex=0),
            footnote(id_note("synthesize-bands-note")),
            label="Magnitudes",
        ),
    ]


def id_note(name: str) -> Any:
    """Return an empty text that the page's script fills."""
    return html.Span(id=name)


def population_card(n: int) -> html.Section:
    """Return the card of a population of `n` galaxies."""
    return widgets.card(
        head("A population", html.Span(id="synthesize-population-note", role="status")),
        html.Div(
            [
                segments("Population", [action(label, "kind", value) for value, label in KINDS]),
                action(f"Make {n:,} galaxies", "population", id="synthesize-make", className="tool"),
                action("Cancel", "cancel", id="synthesize-cancel", className="tool", hidden=True),
                html.Progress(id="synthesize-progress", max=str(n), value="0", hidden=True, **aria(label="Progress")),
            ],
            className="actions",
        ),
        html.Div(
            [
                html.Figure([html.Div(id=f"synthesize-all-{name}", className=kind), html.Figcaption(caption)])
                for name, kind, caption in (
                    ("map", "map-plot", "on the map of real galaxies"),
                    ("bpt", "diagram", "BPT, over medians of real galaxies"),
                    ("ssfr", "diagram", "drawn Hα against specific star formation"),
                )
            ],
            id="synthesize-population",
            className="synthesize-population",
            hidden=True,
        ),
        label="A population",
        class_name="card-population",
    )


def stores() -> list[Any]:
    """Return the stores through which the page's script asks the server for draws."""
    names = ("asked", "drawn", "population-asked", "population-drawn")
    return [dcc.Store(id=f"synthesize-{name}") for name in names]
