"""Files on the Predict page: the drop zone, and what came of a table."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
import numpy as np
from dash import dcc, html
from jaxtyping import Float

from components import widgets
from components.aria import aria
from components.predict_form import head
from model.lines import LEADING_LINES, LINES

ROW: Final = "predict-row"
VARIANTS: Final[Mapping[str, str]] = {"colors": "colours", "luminosity": "colours + luminosity"}


def upload_card(max_mb: int, max_rows: int) -> html.Section:
    """Return the drop zone, and below it what came of the file."""
    example = [
        html.Button("Try the example", id="predict-try", className="link", type="button"),
        " or ",
        html.Button("download it", id="predict-example", className="link", type="button"),
    ]
    return widgets.card(
        head("A table of galaxies", example),
        upload_area(max_mb, max_rows),
        dcc.Loading(html.Div(id="predict-file-result"), delay_show=250, type="dot", color="var(--cyan)"),
        html.Div(
            dmc.Button("Download all as CSV", id="predict-file-save", size="xs"),
            id="predict-file-actions",
            className="actions",
            hidden=True,
        ),
        label="A table of galaxies",
    )


def upload_area(max_mb: int, max_rows: int) -> dcc.Upload:
    """Return the drop zone; it is a button too."""
    return dcc.Upload(
        html.Div(
            [
                html.Strong("Drop a CSV of galaxies, or choose one"),
                html.Span(
                    f"Header flux_00 … flux_11, a galaxy a row; TARGETID, log_luminosity and redshift if you have "
                    f"them. Up to {max_mb} MB and {max_rows:,} rows; nothing is stored.",
                    className="muted",
                ),
            ],
            className="drop-text",
        ),
        id="predict-upload",
        className="drop",
        className_active="drop drop-active",
        style_active={},
        multiple=True,
    )


def file_table(
    ids: Sequence[str], ew: Float[np.ndarray, "galaxy line"], problems: Sequence[str], variants: Sequence[str]
) -> html.Div:
    """Return rows of an uploaded file; a click on an id draws that galaxy."""
    headings = ["Galaxy", *(widgets.line_name(line) for line in LEADING_LINES), "From"]
    places = [LINES.index(line) for line in LEADING_LINES]
    rows = []
    for index, (name, values, problem, variant) in enumerate(zip(ids, ew, problems, variants, strict=True)):
        if problem:
            why = html.Td(problem, colSpan=len(headings) - 1, className="why")
            rows.append(html.Tr([html.Th(name, scope="row"), why]))
            continue
        draw = html.Button(name, id={"type": ROW, "index": index}, className="link", type="button", title="Draw it")
        cells = [html.Td(widgets.number(float(values[place]))) for place in places]
        rows.append(html.Tr([html.Th(draw, scope="row"), *cells, html.Td(VARIANTS[variant], className="muted")]))
    table = html.Table(
        [
            html.Caption("Predicted equivalent widths in Å", className="visually-hidden"),
            html.Thead(html.Tr([html.Th(cell, scope="col") for cell in headings])),
            html.Tbody(rows),
        ],
        className="line-table file-table",
    )
    return html.Div(table, className="table-scroll", tabIndex=0, role="region", **aria(label="Galaxies of the file"))


def file_result(
    name: str,
    ids: Sequence[str],
    ew: Float[np.ndarray, "galaxy line"],
    problems: Sequence[str],
    variants: Sequence[str],
    shown: int,
) -> list[Any]:
    """Return what came of a file: a summary and its first rows."""
    bad = sum(map(bool, problems))
    fine = len(ids) - bad
    summary = [
        html.Strong(name),
        f": {fine:,} of {len(ids):,} galaxies predicted." if bad else f": {fine:,} predicted.",
    ]
    if len(ids) > shown:
        summary.append(f" The first {shown} are shown; the download has all.")
    parts: list[Any] = [widgets.sentence(html.Span(summary), "warn" if bad else "good")]
    first = next((problem for problem in problems if problem), "")
    if first and first not in problems[:shown]:
        parts.append(widgets.sentence(first, "warn"))
    table = file_table(ids[:shown], ew[:shown], problems[:shown], variants[:shown])
    return [*parts, html.Div(table, className="file-scroll")]
