"""The page that judges a mock: upload, controls, what was understood, and the place of the result."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html

from components.widgets import widgets
from components.widgets.aria import aria
from storage.program import PROGRAM

PLAN: Final = "judge-plan"
STATED: Final = "as the file states"
"""Choice of a unit that leaves it to the file."""
KINDS: Final = {"free": "free of noise and selection", "catalogued": "as DESI’s catalogue lists them"}
RESULT: Final = "judge-result"
"""The element that shows the sections of a judgement."""
VERDICT: Final = "judge-verdict"


def upload_card(max_mb: int, max_rows: int, judged: int) -> html.Section:
    """Return the card of the upload and the example."""
    return widgets.card(
        html.Div(
            [
                html.H2("A mock"),
                html.Span(
                    html.Button("Judge the mock of this site", id="judge-try", className="link", type="button"),
                    className="end links",
                ),
            ],
            className="card-head",
        ),
        widgets.drop_zone(
            "judge-upload",
            "Drop a table of mock galaxies, or choose one",
            "Twelve fluxes of the continuum per galaxy and lines: equivalent widths, or fluxes or luminosities in a "
            "stated unit; log_luminosity and redshift if known. CSV, ECSV, FITS, VOTable, Parquet. "
            f"Limits: {max_mb} MB and {max_rows:,} galaxies, of which {judged:,} spread evenly over the table are "
            f"judged; {PROGRAM} judge takes any number. Nothing is stored.",
        ),
        *widgets.read_state(
            "judge", dmc.Button("Judge", id="judge-go", size="xs"), "Nothing is judged until you press Judge."
        ),
        html.Div(
            [
                html.Div(role="progressbar", className="busy-bar", **aria(label="Judging")),
                html.Span(
                    f"Drawing the lines of DESI’s galaxies for {judged:,} galaxies: 5 to 10 seconds, and up "
                    "to a minute or more when it is the first time since a busy server started.",
                    className="muted",
                ),
            ],
            id="judge-busy",
            className="busy",
            hidden=True,
            role="status",
        ),
        label="A mock",
        class_name="card-file",
    )


def doctor(
    name: str, form: str, rows: int, kinds: Mapping[str, str], line_units: Sequence[str], flux_units: Sequence[str]
) -> html.Div:
    """Return what an upload is, with the controls of how it is judged."""
    return html.Div(
        [
            html.P([html.Strong(name), f" · {form} · {rows:,} rows"], className="doctor-head"),
            html.Div(
                [
                    _choice("noise", "The lines are", KINDS),
                    _choice("columns", "Names of the lines", kinds),
                    _choice("line_unit", "Unit of the lines", dict.fromkeys((STATED, *line_units))),
                    _choice("flux_unit", "Unit of the continuum", dict.fromkeys((STATED, *flux_units))),
                ],
                className="guesses",
            ),
        ],
        className="doctor",
    )


def _choice(field: str, label: str, options: Mapping[str, str | None]) -> dmc.Select:
    return dmc.Select(
        id={"type": PLAN, "field": field},
        label=label,
        data=[{"value": value, "label": title or value} for value, title in options.items()],
        value=next(iter(options)),
        allowDeselect=False,
        size="xs",
    )


def result() -> html.Div:
    """Return the place of a judgement, which `fragments` fills."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id=VERDICT),
                    html.Div(
                        [
                            html.Button("Report (HTML)", id="judge-save-html", className="tool", type="button"),
                            html.Button("Numbers (JSON)", id="judge-save-json", className="tool", type="button"),
                        ],
                        className="actions",
                    ),
                ],
                className="judge-head",
            ),
            html.Div(id=RESULT, className="judge-cards"),
        ],
        id="judge-box",
        hidden=True,
    )


def cards(sections: Sequence[tuple[str, str, Any]]) -> list[html.Section]:
    """Return the sections of a judgement as cards."""
    return [
        widgets.card(
            html.H2(title),
            html.P(words, className="muted") if words else None,
            html.Div(body),
            label=title,
        )
        for title, words, body in sections
    ]
