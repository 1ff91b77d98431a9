"""Uploads on the Predict page: drop zone, inferred plan, and results."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from components.predict.form import head
from components.predict.predicted_lines import download_menu
from components.widgets import widgets
from components.widgets.aria import aria
from storage.program import PROGRAM

if TYPE_CHECKING:
    from data.uploads.plan import Guess

PLAN: Final = "predict-plan"
EXAMPLE: Final = "predict-example"
MAGNITUDES: Final = "predict-magnitudes-save"
ANCHORED: Final = "predict-anchored"
JUDGE: Final = "/predict/judge"
"""Page that judges the lines of a mock."""


def upload_card(max_mb: int, max_rows: int, max_pixels: int, examples: Mapping[str, str]) -> html.Section:
    """Return the card of uploads; `examples` are titles of example files by name."""
    downloads = [
        html.Button(title, id={"type": EXAMPLE, "name": key}, type="button") for key, title in examples.items()
    ]
    aside = [
        html.Button("Try a real galaxy", id="predict-try-real", className="link", type="button"),
        html.Button("Try a table", id="predict-try", className="link", type="button"),
        widgets.menu("Examples", downloads, "link"),
    ]
    return widgets.card(
        html.Div([html.H2("A file"), html.Div(aside, className="end links")], className="card-head"),
        widgets.drop_zone(
            "predict-upload",
            "Drop a table of continua or a spectrum, or choose one",
            "Formats: CSV, TSV, JSON, ECSV, FITS, VOTable, Parquet, NPY, NPZ; a DESI coadd with its redrock "
            "file; an SDSS spec file. The page shows columns, units and frame before it computes anything. "
            f"Limits: {max_mb} MB, {max_rows:,} galaxies or {max_pixels:,} pixels. Nothing is stored.",
        ),
        *widgets.read_state(
            "predict",
            dmc.Button("Predict", id="predict-go", size="xs"),
            "Nothing is predicted until you press Predict. Nothing is stored.",
        ),
        html.P(
            dcc.Link("Judge whether a mock’s lines are those of real galaxies", href=JUDGE), className="muted footnote"
        ),
        label="A file",
        class_name="card-file",
    )


def doctor(name: str, form: str, guesses: "Sequence[Guess]") -> html.Div:
    """Return what was inferred from a file, with a control for each guess that can be changed."""
    settled = [guess for guess in guesses if len(guess.options) == 1]
    asked = [guess for guess in guesses if len(guess.options) != 1]
    rows = [html.Div([_control(guess), html.Span(guess.why, className="muted")], className="guess") for guess in asked]
    facts = ", ".join(f"{guess.label.lower()} {guess.value}" for guess in settled)
    return html.Div(
        [
            html.P([html.Strong(name), f" · {form} · {facts}"], className="doctor-head"),
            html.Div(rows, className="guesses"),
        ],
        className="doctor",
    )


def _control(guess: "Guess") -> Any:
    name = {"type": PLAN, "field": guess.field}
    if guess.options:
        return dmc.Select(
            id=name,
            label=guess.label,
            data=[{"value": option, "label": option} for option in guess.options],
            value=guess.value,
            allowDeselect=False,
            searchable=len(guess.options) > 12,
            size="xs",
        )
    return dmc.TextInput(id=name, label=guess.label, value=guess.value, size="xs", debounce=300, autoComplete="off")


def steps_list(steps: Sequence[str]) -> html.Ul:
    """Return the list of steps, a sentence each."""
    return html.Ul([html.Li(step) for step in steps], className="steps")


def result_card() -> html.Section:
    """Return the card of a table's predictions, which assets/predict/table.mjs fills."""
    return widgets.card(
        head("Galaxies of the file", html.Span(id="predict-file-name")),
        html.Div(id="predict-file-result"),
        dcc.Loading(html.Div(id="predict-table", className="file-grid data-grid"), delay_show=250, type="dot"),
        html.Div(id="predict-histograms", className="histograms"),
        html.Div(
            [
                download_menu("predict-file-save", "Download all"),
                html.Span(
                    "all rows and columns, with units, network, citation, and the noise chosen above", className="muted"
                ),
                download_menu(MAGNITUDES, "Magnitudes", main=False),
                html.Span("what drawn lines change in LSST and DESI bands, each line too", className="muted"),
            ],
            className="actions",
        ),
        html.Div(id="predict-file-note", className="form-note"),
        label="Galaxies of the file",
        class_name="card-result",
    )


def summary(n: int, problems: Sequence[str], shown: int) -> list[Any]:
    """Return the number of predicted galaxies, and the first problem if it is not among the rows shown."""
    bad = sum(map(bool, problems))
    words = f"{n - bad:,} of {n:,} galaxies predicted." if bad else f"{n:,} predicted."
    more = f"The page shows the first {shown:,}; the download has all." if n > shown else ""
    parts: list[Any] = [widgets.sentence(words + more, "warn" if bad else "good")]
    first = next((problem for problem in problems if problem), "")
    if first and first not in problems[:shown]:
        parts.append(widgets.sentence(first, "warn"))
    return parts


def anchored_switch() -> dmc.Checkbox:
    """Return the choice of draws given the Hα that a file expects; the download asks for it."""
    return dmc.Checkbox(
        id={"type": ANCHORED, "place": "download"},
        label="Intrinsic and observed draws have the Hα that the file expects of the stars",
        size="xs",
        checked=False,
    )


def scores(rows: Sequence[tuple[str, int, float, float]], *, is_mock: bool) -> html.Div:
    """Return a table of scores of the predictions; rows are (line, galaxies, rho, NMAD [Å])."""
    galaxies = "mock galaxies" if is_mock else "galaxies"
    lines = [html.Th(line, scope="col") for line, *_ in rows]
    head = html.Tr([html.Th(f"Compared with the EWs in the file{' of mock galaxies' if is_mock else ''}"), *lines])
    body = [
        html.Tr([html.Th(title, scope="row"), *(html.Td(text) for text in texts)])
        for title, texts in (
            ("rank correlation ρ", [f"{rho:.3f}" for _, _, rho, _ in rows]),
            ("NMAD [Å]", [f"{nmad:.2f}" for *_, nmad in rows]),
            (galaxies, [f"{n:,}" for _, n, _, _ in rows]),
        )
    ]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="line-table")
    # The table scrolls on phones, so it must be focusable by keyboard.
    return html.Div(table, className="scores", tabIndex=0, role="region", **aria(label="Predicted against measured"))


def not_judged(most: int) -> html.P:
    """Return the note that outlier scores are computed for up to `most` galaxies."""
    return html.P(
        f"For up to {most} galaxies, the page tests whether starlight predicted the lines of each one. For larger "
        "files it tests only the galaxy that you open. The command line tests any number: "
        f"{PROGRAM} predict --surprise.",
        className="muted footnote",
    )
