"""The parts of the Predict page: the form, the ten lines, the table of an uploaded file."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
import numpy as np
from dash import dcc, html
from jaxtyping import Float

from components import widgets
from components.aria import aria
from components.figures.intervals import interval_bars
from model.bins import BIN_EDGES
from model.lines import LEADING_LINES, LINES
from model.network import Prediction

BIN: Final = "predict-bin"
ROW: Final = "predict-row"
PRESET: Final = "predict-preset"
MODEL_TITLES: Final[Mapping[str, str]] = {"default": "Galactic Neon", "published": "Khederlarian et al. 2024"}
VARIANTS: Final[Mapping[str, str]] = {"colors": "colours", "luminosity": "colours + luminosity"}


def model_title(name: str) -> str:
    """Return what a reader calls a network."""
    return MODEL_TITLES.get(name, name)


def toolbar(presets: Sequence[tuple[str, str]], models: Sequence[str]) -> html.Div:
    """Return the row above the cards: presets as (name, meaning), networks, undo."""
    select = dmc.Select(
        id="predict-model",
        data=[{"value": name, "label": model_title(name)} for name in models],
        value=models[0],
        allowDeselect=False,
        size="xs",
        w=190,
        **aria(label="Network"),
    )
    return html.Div(
        [
            html.Span("Start from", className="muted"),
            preset_buttons(presets),
            html.Div(
                [
                    html.Span("Network", className="muted"),
                    select,
                    dmc.Button("Undo", id="predict-undo", variant="default", size="xs", disabled=True),
                    dmc.Button("Reset", id="predict-reset", variant="default", size="xs"),
                ],
                className="end",
            ),
        ],
        className="predict-bar",
    )


def form(values: Sequence[str]) -> html.Section:
    """Return the continuum: its picture, its twelve fields, the luminosity and what is wrong with them."""
    return widgets.card(
        _head("Continuum", "type a bin, or paste twelve numbers into any of them"),
        _graph("predict-continuum", "continuum-graph"),
        bin_inputs(values),
        html.Div(
            [
                dmc.TextInput(
                    id="predict-luminosity",
                    label="log luminosity, optional",
                    placeholder="colours only",
                    value="",
                    debounce=120,
                    size="xs",
                    className="luminosity",
                    autoComplete="off",
                ),
                html.Span(
                    "log10 of F (1+z) D² in the 6400–6700 Å bin: F in 10⁻¹⁷ erg/s/cm²/Å, D the luminosity "
                    "distance in Mpc. Ratios of the twelve are all that matters otherwise.",
                    className="muted",
                ),
            ],
            className="form-foot",
        ),
        html.Div(id="predict-note", className="form-note"),
        label="Continuum",
        class_name="card-form",
    )


def upload_card(max_mb: int, max_rows: int) -> html.Section:
    """Return the drop zone, and below it what came of the file."""
    example = [
        html.Button("Try the example", id="predict-try", className="link", type="button"),
        " or ",
        html.Button("download it", id="predict-example", className="link", type="button"),
    ]
    return widgets.card(
        _head("A table of galaxies", example),
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


def drives_card() -> html.Section:
    """Return the bars that say which bins drive one line, and the choice of that line."""
    choice = dmc.Select(
        id="predict-line",
        data=[{"value": line.name, "label": line.label} for line in LINES],
        value="HALPHA",
        allowDeselect=False,
        size="xs",
        w=130,
        **aria(label="Line"),
    )
    return widgets.card(
        html.Div(
            [
                html.H2("Which starlight drives it?"),
                html.Span("Å per 1 % more light in a bin", className="muted"),
                html.Div(choice, className="end"),
            ],
            className="card-head",
        ),
        _graph("predict-jacobian", "jacobian-graph"),
        label="Which starlight drives it?",
    )


def answer() -> html.Section:
    """Return the card of the ten lines, filled as soon as the page has predicted."""
    return widgets.card(
        html.Div(
            [
                html.H2("Ten lines"),
                html.Span(id="predict-variant"),
                html.Span("rest-frame EW, Å, + is emission", className="muted end"),
            ],
            className="card-head",
        ),
        html.Div(id="predict-lines", className="ten-lines"),
        html.Div(dmc.Button("Download CSV", id="predict-save", size="xs"), className="actions"),
        html.P(
            "As DESI’s catalogue would list each line where it is detected. The interval holds the scatter among "
            "such galaxies and DESI’s measurement noise; two of three galaxies fall inside.",
            className="muted footnote",
        ),
        label="Ten lines",
        class_name="card-answer",
    )


def place_card(aspect: float) -> html.Section:
    """Return the map with room for a marker; `aspect` is its width over its height."""
    return widgets.card(
        _head("Where it lands", html.Span(id="predict-map-title")),
        html.Div(
            [
                html.Div(
                    [
                        dcc.Graph(id="predict-map", config={"staticPlot": True, "responsive": True}),
                        html.Div(id="predict-place", className="place-layer"),
                    ],
                    className="place",
                    style={"--map-aspect": f"{aspect:.4f}"},
                ),
                html.Div(
                    [html.Span("Å"), html.Span(id="predict-map-top"), html.Span(className="scale-bar"), html.Span("0")],
                    className="scale",
                ),
            ],
            className="place-and-scale",
        ),
        html.P(
            "UMAP of 12-bin continua, cells of 20 or more real DESI galaxies. It has no units; distances are not "
            "physical.",
            className="muted footnote",
        ),
        label="Place on the map",
    )


def _head(title: str, aside: Any) -> html.Div:
    return html.Div([html.H2(title), html.Span(aside, className="muted")], className="card-head")


def _graph(name: str, class_name: str) -> html.Div:
    # A responsive graph fills its parent, so the parent has the height.
    return html.Div(dcc.Graph(id=name, config={"displayModeBar": False, "responsive": True}), className=class_name)


def bin_inputs(values: Sequence[str]) -> html.Div:
    """Return twelve fields, one per bin, bluest first."""
    fields = [
        dmc.TextInput(
            id={"type": BIN, "index": index},
            label=f"{low:.0f}",
            value=value,
            debounce=120,
            size="xs",
            autoComplete="off",
            # The visible label is the bin's blue edge; a screen reader hears both.
            attributes={"input": {"inputMode": "decimal", "aria-label": f"Flux {low:.0f}–{high:.0f} Å"}},
        )
        for index, (value, low, high) in enumerate(zip(values, BIN_EDGES[:-1], BIN_EDGES[1:], strict=True))
    ]
    return html.Div(fields, className="bins")


def preset_buttons(names: Sequence[tuple[str, str]]) -> html.Div:
    """Return the presets as one row of buttons; each has a name and a meaning."""
    buttons = [
        html.Button(name, id={"type": PRESET, "index": index}, className="segment", title=meaning, type="button")
        for index, (name, meaning) in enumerate(names)
    ]
    return html.Div(buttons, className="segments", role="group", **aria(label="Start from"))


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
        accept=".csv,.tsv,.txt,text/csv,text/plain",
    )


def ten_lines(prediction: Prediction) -> html.Div:
    """Return the predictions of one galaxy as a table with an interval drawn in each row."""
    bars = interval_bars(*(np.asarray(values) for values in prediction))
    rows = []
    for line, ew, low, high, bar in zip(LINES, *prediction, bars, strict=True):
        ends = f"{widgets.number(float(low))}–{widgets.number(float(high))}" if np.isfinite(low) else widgets.NOTHING
        rows.append([widgets.line_name(line), widgets.number(float(ew)), html.Span(ends, className="muted"), bar])
    return widgets.line_table(["Line", "EW", "16–84 %", ""], rows, "Predicted equivalent widths in Å")


def file_table(
    ids: Sequence[str], ew: Float[np.ndarray, "galaxy line"], problems: Sequence[str], variants: Sequence[str]
) -> html.Div:
    """Return rows of an uploaded file; a click on an id draws that galaxy."""
    head = ["Galaxy", *(widgets.line_name(line) for line in LEADING_LINES), "From"]
    places = [LINES.index(line) for line in LEADING_LINES]
    rows = []
    for index, (name, values, problem, variant) in enumerate(zip(ids, ew, problems, variants, strict=True)):
        if problem:
            rows.append(html.Tr([html.Th(name, scope="row"), html.Td(problem, colSpan=len(head) - 1, className="why")]))
            continue
        draw = html.Button(name, id={"type": ROW, "index": index}, className="link", type="button", title="Draw it")
        cells = [html.Td(widgets.number(float(values[place]))) for place in places]
        rows.append(html.Tr([html.Th(draw, scope="row"), *cells, html.Td(VARIANTS[variant], className="muted")]))
    table = html.Table(
        [
            html.Caption("Predicted equivalent widths in Å", className="visually-hidden"),
            html.Thead(html.Tr([html.Th(cell, scope="col") for cell in head])),
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


def place_marker(x: float, y: float, width: float, height: float) -> list[html.Span]:
    """Return the galaxy's place on the map and its spread, all in per cent of the picture."""
    at = {"left": f"{x:.2f}%", "top": f"{y:.2f}%"}
    return [
        html.Span(className="place-spread", style=at | {"width": f"{width:.2f}%", "height": f"{height:.2f}%"}),
        html.Span(className="place-point", style=at),
    ]
