"""The elements of the explorer's panels, which the browser fills, and the data that it needs for them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from dash import html

from components import ids
from components.explorer.view import FIELDS, PALETTES
from components.figures import diagram
from components.theme import TOKENS, diverging_colors, palette_stops
from components.widgets import table_script
from components.widgets.aria import aria
from model.bins import BIN_EDGES, N_BINS
from model.lines import LEADING_LINES, LINES

if TYPE_CHECKING:
    from analysis.explorer.quantities import Quantity

SCHEMES: Final = ("dark", "light")
_SUFFIXES: Final = {"observed": "_EW", "predicted": "_EW_PREDICTED", "noise": "_EW_NOISY", "pull": "_PULL"}
PLOTLY: Final = "_dash-component-suites/plotly/package_data/plotly.min.js"


def manifest(
    *,
    base: str,
    root: str,
    catalogue: Mapping[str, Any],
    shown: Mapping[str, Any],
    quantities: "Iterable[Quantity]",
    table: Sequence[str],
) -> dict[str, Any]:
    """Return the data that the explorer's script needs.

    Parameters
    ----------
    base : str
        Address of the catalogue's folder, ending in a slash.
    root : str
        Address of the app.
    catalogue : mapping
        ``version``, ``n``, ``title``, ``isMock``, and ``catalogue``: its name if addresses must contain it, else "".
    shown : mapping
        ``state`` (components/explorer/view.py), and ``row``, ``galaxy``, ``gate``, ``find`` if the address has them.
    quantities : iterable
        Quantities for axes and colours.
    table : sequence of str
        Columns of the table of galaxies, after the name.
    """
    named = {each.name: each for each in quantities}
    return {
        **catalogue,
        **shown,
        "columns": f"{base}columns/",
        "galaxies": f"{base}galaxies/",
        "tables": base,
        "tableColumns": list(table),
        "grid": table_script.script(root),
        "cells": f"{base}cells.json?v={catalogue['version']}",
        "plotly": root + PLOTLY,
        "fields": [field._asdict() for field in FIELDS],
        "leading": [line.name for line in LEADING_LINES],
        "bins": {"blue": float(BIN_EDGES[0]), "red": float(BIN_EDGES[-1]), "count": N_BINS},
        "diagrams": diagram.for_browser(),
        "lines": {
            line.name: {
                "symbol": line.symbol,
                "number": line.number,
                "accent": line.accent,
                "wavelength": line.wavelength,
            }
            for line in LINES
        },
        "labels": {name: each.label for name, each in named.items()},
        "units": {name: each.unit for name, each in named.items() if each.unit},
        "palettes": {name: palette_stops(name) for name in PALETTES},
        "diverging": {scheme: diverging_colors(scheme) for scheme in SCHEMES},
        "undetected": {scheme: TOKENS[scheme]["undetected"] for scheme in SCHEMES},
        "ids": {
            "panels": ids.PANELS,
            "selected": ids.SELECTED,
            "selection": ids.SELECTION,
            "found": ids.FOUND,
            "search": ids.SEARCH,
            "status": ids.STATUS,
            "lines": ids.GALAXY_LINES,
            "view": ids.VIEW,
            "seed": ids.SEED,
            "tool": ids.TOOL,
            "undo": ids.UNDO,
            "redo": ids.REDO,
            "keys": ids.KEYS,
        },
    }


def first_columns(state: Mapping[str, Any]) -> list[str]:
    """Return the columns that the default kind of view paints, for preloading; empty for other views."""
    # Other views fetch theirs when the page's script runs.
    if state["view"] != "map" or state["color"] != "lines":
        return []
    return [line + _SUFFIXES[column] for line in state["lines"] for column in state["columns"]]


def panel_grid(about: Mapping[str, Any]) -> html.Div:
    """Return the elements of the panels with their manifest; assets/explorer/panels/panels.mjs fills them."""
    data: dict[str, Any] = {"data-manifest": json.dumps(about)}
    return html.Div(
        [
            html.Div(className="panel-headings"),
            html.Div(className="panel-labels"),
            html.Div(
                className="panel-area",
                tabIndex=0,
                role="application",
                **aria(
                    label="Panels of galaxies. Arrow keys move from galaxy to galaxy, plus and minus zoom, 0 shows "
                    "all galaxies, L and B draw a lasso or a box, P pans, and the question mark lists the keys."
                ),
            ),
            html.Div(className="panel-bars"),
            html.Div(
                [
                    html.Span(className="panels-place"),
                    html.Span(className="panels-readout", **aria(live="off")),
                ],
                className="panel-foot muted",
            ),
            html.Figure(
                [
                    html.Canvas(
                        role="img",
                        **aria(label="Starlight and lines of the galaxy under the pointer, or of the chosen galaxy"),
                    ),
                    html.Figcaption(
                        "Under the pointer: starlight and predicted lines; "
                        "dots: observed lines; faint: draws of the nearest galaxies"
                    ),
                ],
                className="scrub is-empty",
            ),
        ],
        id=ids.PANELS,
        className="panels is-waiting",
        **data,
    )
