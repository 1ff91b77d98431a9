"""The table of scores of both variants of a network."""

import math
from collections.abc import Mapping
from typing import Any, Final

from dash import html

from components.widgets import widgets
from components.widgets.aria import aria
from components.widgets.html import Element
from model.lines import LINES

_VARIANTS: Final = (
    ("colors", "colours"),
    ("luminosity", "colours + luminosity"),
    ("redshift", "colours + luminosity + redshift"),
)
_COLUMNS: Final = (("spearman", "ρ"), ("nmad", "NMAD [Å]"), ("bias", "bias"), ("coverage", "coverage"))


def score_table(metrics: Mapping[str, Mapping[str, Mapping[str, float]]]) -> html.Div:
    """Return a table with a row per line and a group of columns per variant.

    Parameters
    ----------
    metrics : mapping
        By variant and line name: n, spearman, nmad [Å], bias and coverage, as in the sidecar of weights.

    Returns
    -------
    html.Div
        A table that scrolls on narrow screens.
    """
    variants = [(key, title) for key, title in _VARIANTS if key in metrics]
    head = [
        html.Tr(
            [
                html.Th("", colSpan=2),
                *(html.Th(title, colSpan=len(_COLUMNS), scope="colgroup", className="group") for _, title in variants),
            ]
        ),
        html.Tr(
            [
                html.Th("Line", scope="col"),
                html.Th("galaxies", scope="col"),
                *(_cell(html.Th, title, index, scope="col") for _ in variants for index, (_, title) in _numbered()),
            ]
        ),
    ]
    body: list[Any] = [
        Element(
            "Tr",
            [
                Element("Th", widgets.line_name(line), scope="row"),
                html.Td(f"{metrics[variants[0][0]][line.name]['n']:,}", className="muted"),
                *(
                    _cell(html.Td, _text(name, metrics[key][line.name].get(name, math.nan)), index)
                    for key, _ in variants
                    for index, (name, _) in _numbered()
                ),
            ],
        )
        for line in LINES
    ]
    caption = "Scores on held-out galaxies"
    return html.Div(
        html.Table(
            [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)],
            className="line-table metrics-table",
        ),
        className="table-scroll",
        tabIndex=0,
        role="region",
        **aria(label=caption),
    )


def _numbered() -> enumerate[tuple[str, str]]:
    return enumerate(_COLUMNS)


def _cell(kind: type, text: str, index: int, **attributes: str) -> html.Td | html.Th:
    """Return a cell; the first of a variant has the class "first"."""
    return kind(text, className="first" if index == 0 else "", **attributes)


def _text(name: str, value: float) -> str:
    if not math.isfinite(value):
        return widgets.NOTHING
    if name == "spearman":
        return f"{value:.3f}"
    if name == "nmad":
        return f"{value:.2f}"
    return f"{100 * value:+.1f} %".replace("-", "−") if name == "bias" else f"{100 * value:.0f} %"
