"""Parts that pages share: cards, badges, sentences, tables of lines, numbers and intervals.

A page builds its table from cells:
``line_table(["Line", "predicted Å"], [[line_name(line), with_interval(...)], ...], caption)``.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

from dash import dcc, html
from dash.development.base_component import Component

from components.widgets.aria import aria
from components.widgets.html import Element
from model.lines import Line

Tone = Literal["neutral", "good", "warn", "bad"]
Child = Component | Element | str | None

NOTHING = "–"
"""Shown in place of a missing number."""


def card(*children: Any, label: str, class_name: str = "") -> html.Section:
    """Return a region on a raised surface; `label` is its name for screen readers."""
    return html.Section(list(children), className=f"card {class_name}".strip(), **aria(label=label))


def badge(text: str, tone: Tone = "neutral") -> html.Span:
    """Return a short label; the meaning must be in its text, because the tone is only a colour."""
    return html.Span(text, className=f"badge badge-{tone}")


def sentence(text: Any, tone: Tone = "neutral") -> html.Div:
    """Return a message that screen readers announce: what happened, or what to do next."""
    role = "alert" if tone == "bad" else "status"
    return html.Div(text, className=f"sentence sentence-{tone}", role=role)


def icon(name: str) -> html.Span:
    """Return one of the drawings in ``assets/icons``, hidden from screen readers."""
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))


def number(value: float) -> str:
    """Return an EW [Å] with one digit after the point, two below 1 Å; a dash if it is not finite."""
    if not math.isfinite(value):
        return NOTHING
    digits = 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f}".replace("-", "−")


def with_error(value: float, error: float, absent: str = "not detected") -> Element:
    """Return ``value ± error`` [Å], or the text `absent` if the value is not finite."""
    if not math.isfinite(value):
        return Element("Span", absent, className="muted")
    parts: list[Child] = [number(value)]
    if math.isfinite(error):
        parts.append(Element("Span", f" ± {number(error)}", className="muted"))
    return Element("Span", parts)


def with_interval(value: float, low: float, high: float) -> Element:
    """Return a value [Å] and the ends of its 68 % interval, if they are finite."""
    parts: list[Child] = [number(value)]
    if math.isfinite(low) and math.isfinite(high):
        parts.append(Element("Span", f" {number(low)}–{number(high)}", className="muted"))
    return Element("Span", parts)


def galaxy_link(row: int, target_id: str) -> html.Button:
    """Return a galaxy's name as a button; assets/explorer/galaxy.mjs chooses the row at a click."""
    attributes: dict[str, Any] = {"data-row": str(row), **aria(label=f"Show {target_id}")}
    return html.Button(target_id, type="button", className="link", **attributes)


def line_name(line: Line) -> Element:
    """Return the label of a line after a dot in its colour."""
    dot = Element("Span", className="dot", style={"background": f"var(--{line.accent})"}, **aria(hidden="true"))
    return Element("Span", [dot, line.label], className="line-name")


def interval(line: Line, value: float, low: float, high: float, observed: float = math.nan) -> Element:
    """Return the interval of a prediction as a bar, its value as a tick and the observed value as a point.

    The scale is arcsinh from 0 to 1.25 times the largest of them, so that weak and strong lines are both legible.
    """
    shown = [x for x in (value, low, high, observed) if math.isfinite(x)]
    top = math.asinh(1.25 * max([*shown, 1.0]))

    def percent(x: float) -> float:
        return 100 * min(max(math.asinh(max(x, 0.0)) / top, 0.0), 1.0)

    accent = f"var(--{line.accent})"
    parts: list[Child] = []
    if math.isfinite(low) and math.isfinite(high):
        left, right = percent(low), percent(high)
        style = {"left": f"{left:.1f}%", "width": f"{right - left:.1f}%", "background": accent}
        parts.append(Element("Span", className="interval-bar", style=style))
    if math.isfinite(value):
        parts.append(
            Element("Span", className="interval-tick", style={"left": f"{percent(value):.1f}%", "background": accent})
        )
    if math.isfinite(observed):
        parts.append(Element("Span", className="interval-point", style={"left": f"{percent(observed):.1f}%"}))
    # Hidden from screen readers, because the numbers are in the same row.
    return Element("Span", parts, className="interval", **aria(hidden="true"))


def line_table(head: Sequence[Any], rows: Sequence[Sequence[Any]], caption: str) -> html.Div:
    """Return a table whose first column names the rows; it scrolls on narrow screens."""
    body = [
        Element("Tr", [Element("Th", first, scope="row"), *[Element("Td", cell) for cell in rest]])
        for first, *rest in rows
    ]
    table: Any = Element(
        "Table",
        [
            Element("Caption", caption, className="visually-hidden"),
            Element("Thead", Element("Tr", [Element("Th", cell, scope="col") for cell in head])),
            Element("Tbody", body),
        ],
        className="line-table",
    )
    return html.Div(table, className="table-scroll", tabIndex=0, role="region", **aria(label=caption))


def drop_zone(id: str, title: str, text: str) -> dcc.Upload:
    """Return a zone to drop files on, which also works as a button."""
    return dcc.Upload(
        html.Div([html.Strong(title), html.Span(text, className="muted")], className="drop-text"),
        id=id,
        className="drop",
        className_active="drop drop-active",
        style_active={},
        multiple=True,
    )


def read_state(page: str, button: Component, words: str) -> list[Component]:
    """Return what follows a drop zone: what was read from the files, and the button that uses it, hidden at first."""
    return [
        dcc.Loading(html.Div(id=f"{page}-doctor"), delay_show=250, type="dot", color="var(--cyan)"),
        html.Div(id=f"{page}-steps"),
        html.Div([button, html.Span(words, className="muted")], id=f"{page}-go-box", className="actions", hidden=True),
    ]


def menu(label: str, items: Sequence[html.Button], class_name: str) -> html.Details:
    """Return a button that opens a list of buttons, as a <details> element, because Mantine's menu fails axe."""
    return html.Details(
        [html.Summary(label, className=class_name), html.Div(items, className="menu-items")], className="menu"
    )
