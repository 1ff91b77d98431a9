"""Callbacks of the page that judges a mock. The server keeps nothing: the browser holds the table and the result.

One mock is judged at a time, and only while the host has memory for it.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback

from analysis import isolation
from analysis.isolation import signed_table
from analysis.isolation.confinement import MIB
from components.judgement import page
from components.judgement.parts import sections
from components.judgement.report import report
from components.widgets import fragments, widgets
from data.columns.lines import AUTO, LINE_UNITS, NAMES
from data.columns.units import FLUX_UNITS
from data.errors import DataError, UploadError
from data.paths import FILES
from model.storage.weights import load_params
from pages.uploads import names_of, table_of, unpack
from pages.uploads import plan_of as choices_of
from storage import memory
from storage.available_memory import available_memory

if TYPE_CHECKING:
    from analysis.mocks.judging import Asked, JudgedTable

MOST_JUDGED: Final = 1000
"""Galaxies of an upload that are judged: a few seconds on one processor."""
NEEDED: Final = 96 * MIB
"""Memory that must be free to judge a mock [bytes]."""
EXAMPLE: Final = FILES / "mock.parquet"
COLUMNS: Final = {AUTO: "found by their names"} | {name: names.title for name, names in NAMES.items()}
_turn = threading.Lock()

Answer = tuple[Any, dict[str, str] | None, bool, Any]

clientside_callback(ClientsideFunction("judge", "mount"), Output("judge", "title"), Input("judge-limit", "data"))
clientside_callback(
    ClientsideFunction("predict", "admit"),
    Output("judge-file", "data"),
    Output("judge-upload", "contents"),
    Input("judge-upload", "contents"),
    State("judge-upload", "filename"),
    State("judge-limit", "data"),
    prevent_initial_call=True,
)
for _button, _name in (("html", "saveHtml"), ("json", "saveJson")):
    clientside_callback(
        ClientsideFunction("judge", _name),
        Output("judge-download", "data", allow_duplicate=True),
        Input(f"judge-save-{_button}", "n_clicks"),
        State("judge-files", "data"),
        prevent_initial_call=True,
    )

_RESULT: Final = (
    Output("judge-answer", "data", allow_duplicate=True),
    Output("judge-files", "data", allow_duplicate=True),
    Output("judge-box", "hidden", allow_duplicate=True),
    Output("judge-note", "children", allow_duplicate=True),
)
_RUNNING: Final = [
    (Output("judge-busy", "hidden"), False, True),
    (Output("judge-go", "disabled"), True, False),
    (Output("judge-try", "disabled"), True, False),
]


@callback(
    Output("judge-doctor", "children"),
    Output("judge-go-box", "hidden"),
    Output("judge-read", "data"),
    Output("judge-box", "hidden"),
    Output("judge-note", "children"),
    Input("judge-file", "data"),
    prevent_initial_call=True,
)
def diagnose(files: list[dict[str, Any]] | None) -> tuple[Any, bool, dict[str, str] | None, bool, Any]:
    """Read the upload and show what it is, before it is judged."""
    if not files:
        raise dash.exceptions.PreventUpdate
    try:
        raw = isolation.read_upload(unpack(files))
        read = {"name": names_of(files), "table": signed_table.encode(raw)}
    except UploadError as error:
        return widgets.sentence(str(error), "bad"), True, None, True, None
    units = tuple(unit for unit in FLUX_UNITS if not unit.startswith("any"))
    return page.doctor(names_of(files), raw.form, raw.n, COLUMNS, LINE_UNITS, units), False, read, True, None


@callback(
    Output("judge-steps", "children"),
    Input({"type": page.PLAN, "field": ALL}, "value"),
    State({"type": page.PLAN, "field": ALL}, "id"),
    State("judge-read", "data"),
    prevent_initial_call=True,
)
def preview(values: list[str], fields: list[dict[str, str]], read: dict[str, str] | None) -> Any:
    """Show what the columns are taken for, or what is missing."""
    from analysis.mocks.judging import plan_of, source_of  # Arrow is loaded with the first mock, not at the start

    if not values or not read:
        return None
    try:
        plan = plan_of(source_of(table_of(read)), load_params(), asked_by(values, fields))
    except DataError as error:
        return widgets.sentence(str(error), "warn")
    return dash.html.Ul([dash.html.Li(note) for note in plan.notes], className="steps")


@callback(
    *_RESULT,
    Input("judge-go", "n_clicks"),
    State({"type": page.PLAN, "field": ALL}, "value"),
    State({"type": page.PLAN, "field": ALL}, "id"),
    State("judge-read", "data"),
    running=_RUNNING,
    prevent_initial_call=True,
)
def judge_read(
    clicks: int | None, values: list[str], fields: list[dict[str, str]], read: dict[str, str] | None
) -> Answer:
    """Judge the uploaded table."""
    from analysis.mocks.judging import judge_upload  # Arrow is loaded with the first mock, not at the start

    if not clicks:
        raise dash.exceptions.PreventUpdate
    asked = asked_by(values, fields)
    try:
        raw = table_of(read)
        with turn():
            return shown(judge_upload(raw, load_params("default" if asked.catalogued else "noise-free"), asked))
    except DataError as error:
        return None, None, True, widgets.sentence(str(error), "bad")


@callback(*_RESULT, Input("judge-try", "n_clicks"), running=_RUNNING, prevent_initial_call=True)
def judge_example(clicks: int | None) -> Answer:
    """Judge the mock catalogue that comes with the product."""
    from analysis.mocks.judging import Asked, judge_file  # Arrow is loaded with the first mock, not at the start

    if not clicks:
        raise dash.exceptions.PreventUpdate
    try:
        with turn():
            return shown(judge_file(EXAMPLE, load_params(), Asked(catalogued=True, galaxies=MOST_JUDGED)))
    except DataError as error:
        return None, None, True, widgets.sentence(str(error), "bad")


@contextmanager
def turn() -> Iterator[None]:
    """Hold the only place in which a mock is judged, and return freed memory to the system at the end.

    Raises
    ------
    UploadError
        If another mock is judged now, or the host is short of memory.
    """
    if not _turn.acquire(blocking=False):
        raise UploadError("Another mock is being judged. Try again in a few seconds.")
    try:
        free = available_memory()
        if free is not None and free < NEEDED:
            raise UploadError(
                f"The server is short of memory: judging needs {NEEDED // MIB} MiB, and {max(free, 0) // MIB} MiB are "
                "free. Try again later, or judge the mock with the command line."
            )
        yield
    finally:
        _turn.release()
        memory.give_back()


def asked_by(values: list[str], fields: list[dict[str, str]]) -> "Asked":
    """Return what the page's controls ask for; a choice that the page does not offer is refused or ignored."""
    from analysis.mocks.judging import Asked  # Arrow is loaded with the first mock, not at the start

    chosen = choices_of(values, fields)
    units = {
        name: "" if chosen.get(name) in (None, page.STATED) else chosen[name][:60]
        for name in ("line_unit", "flux_unit")
    }
    columns = chosen.get("columns", AUTO)
    return Asked(
        columns if columns in COLUMNS else AUTO,
        units["line_unit"],
        units["flux_unit"],
        chosen.get("noise") == "catalogued",
        MOST_JUDGED,
    )


def shown(found: "JudgedTable") -> Answer:
    """Return the outputs that show a judgement."""
    from analysis.mocks.record import as_record

    record = as_record(found)
    verdict = widgets.sentence(record["verdict"], "good" if record["passes"] else "bad")
    parts = {page.VERDICT: [dash.html.H2(record["name"]), verdict], page.RESULT: page.cards(sections(record, address))}
    files = {"html": report(record), "json": json.dumps(record, indent=1, ensure_ascii=False)}
    return fragments.answer(parts, {}), files, False, None


def address(example: Mapping[str, Any]) -> str:
    """Return the address of the Predict page with an example galaxy."""
    flux = ",".join(f"{value:.5g}" for value in example["flux"])
    optional = {"luminosity": example["log_luminosity"], "redshift": example["redshift"]}
    given = {name: f"{value:.5g}" for name, value in optional.items() if value is not None}
    return f"{dash.get_relative_path('/predict')}?{urlencode({'flux': flux} | given, safe=',')}"
