"""The explorer's twelve panels as the page holds them: canvases under a transparent figure, labels, colour bars."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import dcc, html

from components import ids
from components.aria import aria
from components.figures import panels, quantise
from components.theme import TOKENS, ew_colors
from model.lines import LEADING_LINES, Line

HEADINGS: Final[tuple[str, ...]] = ("Observed", "Predicted", "Predicted + noise")


def column_name(line: Line, version: str) -> str:
    """Return the name under which a panel's values travel, as in ``HALPHA_EW_PREDICTED``."""
    return f"{line.name}_{version}"


def manifest(
    *,
    columns: str,
    cells: str,
    catalogue_version: str,
    seed: int,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    tops: Mapping[str, float],
) -> dict[str, Any]:
    """Return what assets/explorer.js needs to know: addresses, ranges, colours, and which panel shows what.

    Parameters
    ----------
    columns, cells : str
        Addresses of the columns' folder and of the map cells.
    catalogue_version : str
        Names the catalogue's content in the addresses.
    seed : int
        Number of the noise realisation.
    x_range, y_range : (float, float)
        Map places that the 16-bit steps of ``map_x`` and ``map_y`` divide.
    tops : mapping
        Equivalent width [Å] where the colours of each line end, by the line's name.
    """
    (x0, x1), (y0, y1) = panels.padded(x_range), panels.padded(y_range)
    schemes = ("dark", "light")
    return {
        "columns": columns,
        "cells": cells,
        "version": catalogue_version,
        "seed": seed,
        "stretch": quantise.STRETCH,
        "xRange": x_range,
        "yRange": y_range,
        "view": {"x0": x0, "x1": x1, "y0": y0, "y1": y1},
        "colors": {scheme: ew_colors(scheme) for scheme in schemes},
        "undetected": {scheme: TOKENS[scheme]["undetected"] for scheme in schemes},
        "ids": {
            "panels": ids.PANELS,
            "graph": ids.PANELS_GRAPH,
            "selected": ids.SELECTED,
            "status": ids.STATUS,
            "lines": ids.GALAXY_LINES,
        },
        "panels": [
            {
                "column": column_name(line, version),
                "label": line.label,
                "version": heading.lower(),
                "top": tops[line.name],
            }
            for line in LEADING_LINES
            for version, heading in zip(panels.VERSIONS, HEADINGS, strict=True)
        ],
    }


def panel_grid(page_manifest: Mapping[str, Any], *, is_mock: bool) -> html.Div:
    """Return the grid; the browser paints its canvases from the manifest."""
    rows = panels.domains(len(LEADING_LINES), panels.GAP_Y)
    tops = [page_manifest["panels"][i * len(panels.VERSIONS)]["top"] for i in range(len(rows))]
    return html.Div(
        [
            html.Div(_headings(page_manifest["seed"], is_mock=is_mock), className="panel-headings"),
            html.Div(
                [_row_label(line, row) for line, row in zip(LEADING_LINES, rows, strict=True)],
                className="panel-labels",
            ),
            html.Div(
                [
                    *_boxes(rows),
                    dcc.Graph(
                        id=ids.PANELS_GRAPH,
                        figure=panels.panels_figure(page_manifest["xRange"], page_manifest["yRange"]),
                        config=panels.CONFIG,
                        className="panel-axes",
                        responsive=True,
                    ),
                ],
                className="panel-area",
            ),
            html.Div(
                [_color_bar(top, row, line) for top, row, line in zip(tops, rows, LEADING_LINES, strict=True)],
                className="panel-bars",
            ),
            html.Div(
                [
                    html.Span("Place: UMAP of 12-bin continua, no units. Grey: not detected, or in a camera gap."),
                    html.Span(className="panels-readout", **aria(live="off")),
                ],
                className="panel-foot muted",
            ),
        ],
        id=ids.PANELS,
        className="panels",
    )


def _headings(seed: int, *, is_mock: bool) -> list[html.Div]:
    observed, predicted, noisy = HEADINGS
    return [
        html.Div([html.H3(observed), _note("mock truth" if is_mock else "")]),
        html.Div([html.H3(predicted), _note("")]),
        html.Div([html.H3(noisy), html.Span(f"realisation {seed}", className="muted panels-seed")]),
    ]


def _note(points: str) -> html.Span:
    """Return the words beside a heading; the browser adds to them what else is shown."""
    attributes: dict[str, Any] = {"data-points": points}
    return html.Span(points, className="muted", **attributes)


def _row_label(line: Line, row: tuple[float, float]) -> html.Div:
    return html.Div(
        [
            html.Strong(line.symbol, style={"color": f"var(--{line.accent})"}),
            html.Span(f"λ{line.number}", className="muted"),
        ],
        className="panel-label",
        style=_vertical(row),
    )


def _boxes(rows: Sequence[tuple[float, float]]) -> list[html.Div]:
    columns = panels.domains(len(panels.VERSIONS), panels.GAP_X)
    return [
        html.Div(
            [
                html.Canvas(
                    role="img",
                    **aria(label=f"Map of galaxies coloured by {heading.lower()} equivalent width of {line.label}"),
                ),
                html.Span(className="panel-count"),
                html.Span(className="ring ring-hovered", hidden=True),
                html.Span(className="ring ring-selected", hidden=True),
            ],
            id=f"panel-{column_name(line, version)}",
            className="panel",
            style={**_vertical(row), "left": _percent(left), "width": _percent(right - left)},
        )
        for line, row in zip(LEADING_LINES, rows, strict=True)
        for version, heading, (left, right) in zip(panels.VERSIONS, HEADINGS, columns, strict=True)
    ]


def _color_bar(top: float, row: tuple[float, float], line: Line) -> html.Div:
    ticks = [
        html.Span(f"{value:g}", className="bar-tick", style={"bottom": _percent(place)})
        for value, place in quantise.ew_ticks(top)
    ]
    return html.Div(
        [
            html.Span(className="bar-colors"),
            html.Span("Å", className="bar-unit"),
            html.Span(ticks, className="bar-ticks"),
        ],
        className="panel-bar muted",
        style=_vertical(row),
        role="img",
        **aria(label=f"Colours of {line.label}: equivalent width 0 to {top:g} Å, arcsinh stretch"),
    )


def _vertical(row: tuple[float, float]) -> dict[str, str]:
    low, high = row
    return {"top": _percent(low), "height": _percent(high - low)}


def _percent(share: float) -> str:
    return f"{100 * share:.3f}%"
