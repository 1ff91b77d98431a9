"""The cards of one galaxy below the panels: diagrams, derived quantities, and neighbours."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from dash import dcc, html
from dash.development.base_component import Component

from components.figures import diagram
from components.figures.diagram import Frame
from components.widgets import fragments, widgets
from model.physics.derived import Derived
from model.physics.diagnostics import MIN_SIGNAL, DiagramPoint
from model.physics.diagram_class import DiagramClass

DETAILS = "galaxy-details"
BPT, WHAN = "galaxy-bpt", "galaxy-whan"
BPT_MARK, WHAN_MARK = "galaxy-bpt-mark", "galaxy-whan-mark"
PLACES, DERIVED, NEIGHBOURS = "galaxy-places", "galaxy-derived", "galaxy-neighbours"
DIAGRAMS = "galaxy-diagrams"
"""Store: both diagrams."""
OPENED = "galaxy-opened"
"""Store: whether a galaxy has been chosen since the page was loaded; the diagrams are drawn from then on."""


class Neighbour(NamedTuple):
    """A galaxy with similar starlight: its row, name, distance, redshift, EW(Hα) and EW([O III]) [Å]."""

    row: int
    target_id: str
    distance: float
    redshift: float
    halpha: float
    oiii: float


def details() -> html.Div:
    """Return the three cards, hidden until a galaxy is chosen; the browser fills them with HTML from the server."""
    return html.Div(
        [
            dcc.Store(id=OPENED),
            dcc.Store(id=DIAGRAMS),
            widgets.card(
                html.Div(
                    [
                        html.H2("Diagnostic diagrams"),
                        html.Span("shading: all galaxies of the catalogue", className="muted"),
                    ],
                    className="card-head",
                ),
                html.Div([_diagram(BPT, BPT_MARK, "BPT"), _diagram(WHAN, WHAN_MARK, "WHAN")], className="diagrams"),
                html.Div(id=PLACES, className="places"),
                label="Diagnostic diagrams of the chosen galaxy",
            ),
            widgets.card(
                html.Div(
                    [
                        html.H2("Derived quantities"),
                        html.Span(f"from lines with S/N of at least {MIN_SIGNAL:g}", className="muted"),
                    ],
                    className="card-head",
                ),
                html.Div(id=DERIVED),
                label="Derived quantities of the chosen galaxy",
            ),
            widgets.card(
                html.Div(
                    [html.H2("Galaxies with similar starlight"), html.Span("five nearest", className="muted")],
                    className="card-head",
                ),
                html.Div(id=NEIGHBOURS),
                label="Galaxies with similar starlight, and links",
            ),
        ],
        id=DETAILS,
        className="details-row is-empty",
    )


def _diagram(name: str, mark: str, title: str) -> html.Div:
    # The mark is placed over the plot, inside the figure's margins.
    inset = diagram.MARGIN
    style = {
        "left": f"{inset['l']}px", "right": f"{inset['r']}px", "top": f"{inset['t']}px", "bottom": f"{inset['b']}px"
    }  # fmt: skip
    return html.Div(
        [
            fragments.place(
                name, f"{title} diagram: all galaxies of the catalogue, and the place of the chosen galaxy"
            ),
            html.Div(id=mark, className="diagram-mark", style=style),
        ],
        className="diagram",
    )


def mark(frame: Frame, x: float, y: float) -> html.Span | None:
    """Return the ring at a galaxy's point in a diagram; None if the galaxy has no point."""
    at = diagram.share(frame, x, y)
    if at is None:
        return None
    return html.Span(className="place-ring", style={"left": f"{100 * at[0]:.2f}%", "top": f"{100 * at[1]:.2f}%"})


def places(bpt: DiagramPoint, whan: DiagramPoint, bpt_class: DiagramClass, whan_class: DiagramClass) -> html.Dl:
    """Return the galaxy's class and coordinates in both diagrams, or why its lines do not allow a class."""
    return html.Dl(
        [
            *_place("BPT", bpt, bpt_class, ("log [N II]/Hα", "log [O III]/Hβ")),
            *_place("WHAN", whan, whan_class, ("log [N II]/Hα", "log EW(Hα)")),
        ]
    )


def _place(name: str, place: DiagramPoint, found: DiagramClass, axes: tuple[str, str]) -> list[html.Dt | html.Dd]:
    words: list[Component | str] = [html.Strong(found.name)] if found.name else ["no class"]
    if found.note:
        words.append(html.Span(f" ({found.note})", className="muted"))
    if math.isfinite(float(place.x)) and math.isfinite(float(place.y)):
        x, y = (_value(*pair) for pair in ((place.x, place.x_error), (place.y, place.y_error)))
        words.append(html.Span(f" {axes[0]} {x}, {axes[1]} {y}", className="muted"))
    return [html.Dt(name), html.Dd(words, className=None if found.name else "muted")]


def _value(value: object, error: object) -> str:
    middle, spread = float(value), float(error)  # type: ignore[arg-type]  # arrays without axes
    text = f"{middle:.2f}".replace("-", "−")
    return f"{text} ± {spread:.2f}" if math.isfinite(spread) else text


def derived_table(quantities: Sequence[Derived]) -> html.Dl:
    """Return derived quantities, each with a note and the reference of its formula."""
    parts: list[Component] = []
    for one in quantities:
        digits = 3 if abs(one.value) < 0.1 else 2
        number = f"{one.value:.{digits}f}".replace("-", "−") if math.isfinite(one.value) else widgets.NOTHING
        number = f"{one.limit} {number}" if one.limit else number
        error = f" ± {one.error:.{digits}f}" if math.isfinite(one.error) else ""
        value = [html.Strong(number), html.Span(f"{error} {one.unit}".rstrip(), className="muted")]
        parts += [
            html.Dt([html.Span(_typeset(one.name)), html.Span(value, className="end")]),
            html.Dd([one.note, html.Div(f"{one.source}.", className="source")], className="muted"),
        ]
    return html.Dl(parts, className="derived")


def _typeset(name: str) -> list[str | html.Sub]:
    """Return a quantity's name with the word after an underscore as a subscript."""
    head, *rest = re.split(r"_(\w+)", name)
    return [head, *(html.Sub(part) if i % 2 == 0 else part for i, part in enumerate(rest))]


def neighbours_list(
    neighbours: Sequence[Neighbour], predict: str, viewers: Sequence[tuple[str, str]], target_id: str
) -> list[html.Div | html.Table | html.Details]:
    """Return a table of neighbours, with links to the galaxy on other pages and sites.

    Parameters
    ----------
    neighbours : sequence of Neighbour
        Nearest first.
    predict : str
        Address of the Predict page with this galaxy's continuum.
    viewers : sequence of (str, str)
        Labels and addresses of other sites that show it; empty for a mock galaxy.
    target_id : str
        For the code that fetches its spectrum.
    """
    rows = [
        html.Tr(
            [
                html.Th(widgets.galaxy_link(one.row, one.target_id), scope="row"),
                html.Td(f"{100 * one.distance:.1f} %"),
                html.Td(f"{one.redshift:.3f}"),
                html.Td(widgets.number(one.halpha)),
                html.Td(widgets.number(one.oiii)),
            ]
        )
        for one in neighbours
    ]
    apart = html.Span("apart", title="Root mean square difference of the normalised fluxes in the twelve bins")
    head = ["Galaxy", apart, "z", "Hα Å", "[O III] Å"]
    table = html.Table(
        [
            html.Caption("Galaxies with the most similar starlight", className="visually-hidden"),
            html.Thead(html.Tr([html.Th(each, scope="col") for each in head])),
            html.Tbody(rows),
        ],
        className="line-table neighbours-table",
    )
    links = [html.A("Open in Predict", href=predict, className="button-link")]
    parts: list[html.Div | html.Table | html.Details] = [html.Div(table, className="table-scroll")]
    if not viewers:
        return [*parts, html.Div(links, className="ways")]
    links += [
        html.A(name, href=address, className="button-link", target="_blank", rel="noopener noreferrer")
        for name, address in viewers
    ]
    snippet = (
        "from sparcl.client import SparclClient\n"
        f'found = SparclClient().retrieve_by_specid([{target_id}], dataset_list=["DESI-EDR"],\n'
        '    include=["specid", "redshift", "wavelength", "flux", "ivar"])\n'
        "spectrum = found.records[0]"
    )
    archive = html.Details([html.Summary("This spectrum in Python"), html.Pre(snippet, tabIndex=0)])
    return [*parts, html.Div(links, className="ways"), archive]
