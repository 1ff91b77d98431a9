"""The toolbar and form of the Predict page: presets, network, and a continuum to drag, type or paste."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from components.widgets import widgets
from components.widgets.aria import aria

MODEL_TITLES: Final[Mapping[str, str]] = {
    "default": "Galactic Neon",
    "noise-free": "Noise-free continua",
    "published": "Khederlarian+24",
}


def model_title(name: str) -> str:
    """Return a network's title."""
    return MODEL_TITLES.get(name, name)


def model_choices(models: Sequence[str]) -> list[dict[str, str]]:
    """Return the entries of the networks' menu."""
    return [{"value": name, "label": model_title(name)} for name in models]


def action(label: Any, what: str, value: str = "", **attributes: Any) -> html.Button:
    """Return a button that the page's script handles, without a request."""
    data: dict[str, Any] = {"data-predict": what, "data-value": value}
    options: dict[str, Any] = {"className": "segment", **attributes, **data}
    return html.Button(label, type="button", **options)


def segments(label: str, buttons: Sequence[html.Button]) -> html.Div:
    """Return buttons in one frame, one of which is on at a time."""
    return html.Div(list(buttons), className="segments", role="group", **aria(label=label))


def toolbar(presets: Sequence[tuple[str, str]], models: Sequence[str]) -> html.Div:
    """Return the row above the cards: presets, network, undo; `presets` are pairs of name and meaning."""
    buttons = [action(name, "preset", str(index), title=meaning) for index, (name, meaning) in enumerate(presets)]
    select = dmc.Select(
        id="predict-model",
        data=model_choices(models),
        value=models[0],
        allowDeselect=False,
        size="xs",
        w=160,
        **aria(label="Network"),
    )
    return html.Div(
        [
            html.Span("Start from", className="muted"),
            segments("Start from", buttons),
            html.Div(
                [
                    select,
                    dcc.Upload(
                        html.Button("Your weights", type="button", className="tool", title="A .safetensors file"),
                        id="predict-weights",
                        className="upload-button",
                    ),
                    action("Undo", "undo", id="predict-undo", className="tool", disabled=True),
                    action("Reset", "reset", className="tool"),
                ],
                className="end",
            ),
        ],
        className="predict-bar",
    )


def form() -> html.Section:
    """Return the card of the form: plot of the continuum, twelve fields, redshift and luminosity."""
    return widgets.card(
        head("Continuum", "drag a bin, type, or paste twelve numbers"),
        html.Div(id="predict-continuum", className="continuum-plot"),
        html.Div(id="predict-bins", className="bins"),
        html.Div(
            [
                field("redshift", "redshift, optional", "0.1"),
                field("luminosity", "log luminosity, optional", "6.2"),
                html.Span(
                    "Of the twelve fluxes only the ratios matter. A luminosity sharpens the prediction: log10 of "
                    "F (1+z) D² in the 6400–6700 Å bin, F in 10⁻¹⁷ erg/s/cm²/Å, D in Mpc. Together with a redshift it "
                    "also tells how faint the galaxy appears to DESI.",
                    className="muted",
                ),
            ],
            className="form-foot",
        ),
        html.Div(id="predict-note", className="form-note"),
        html.Div(id="predict-weights-note", className="form-note muted", role="status"),
        label="Continuum",
        class_name="card-form",
    )


def field(name: str, label: str, placeholder: str) -> html.Label:
    """Return a text field that the page's script reads."""
    return html.Label(
        [html.Span(label), dcc.Input(id=f"predict-{name}", type="text", placeholder=placeholder, autoComplete="off")],
        className=f"field field-{name}",
        htmlFor=f"predict-{name}",
    )


def drives_card() -> html.Section:
    """Return the card of bars that show the sensitivity of one line to each bin."""
    aside = html.Span("Å per 1 % more light in a bin", id="predict-bars-line")
    return widgets.card(
        head("Which starlight drives it?", aside),
        html.Div(id="predict-bars", className="bars-plot"),
        label="Which starlight drives it?",
    )


def head(title: str, aside: Any) -> html.Div:
    """Return a card's heading with a remark."""
    return html.Div([html.H2(title), html.Span(aside, className="muted")], className="card-head")


def footnote(text: str) -> html.P:
    """Return a footnote of a figure."""
    return html.P(text, className="muted footnote")
