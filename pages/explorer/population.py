"""The explorer's population: selection by name, statistics of the selected one, and downloads."""

from io import BytesIO
from typing import Any, Final, cast

import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update

from analysis.explorer.population import Population, describe
from analysis.explorer.realisations import RealisationNoise
from analysis.explorer.selections import NAMED, named_rows, pack, unpack
from components import ids
from components.explorer import tour
from components.explorer.controls import control
from components.figures import diagram
from components.figures import population as figures
from components.population import cards, tables
from components.theme import Scheme, scheme_or_dark
from components.widgets import fragments, widgets
from data import formats
from data.catalogue.fields import CATALOGUE_FIELDS
from data.catalogue.registry import Catalogue, served
from data.catalogue.schema import COLUMNS
from data.errors import UploadError
from model.bins import BIN_EDGES
from pages.explorer.diagrams import sample_density
from pages.values import rows_of

ANY_NAME: Final = {"type": cards.NAMED, "index": ALL}
ANY_FORMAT: Final = {"type": cards.SAVE, "index": ALL}
DOWNLOADS: Final = tuple((name, formats.FORMATS[name].label) for name in sorted(formats.FORMATS))

clientside_callback(ClientsideFunction("population", "mark"), Input(ids.SELECTION, "data"))


def layout() -> list[Any]:
    """Return the bar of named populations, the cards of the selected population, and the tour."""
    named = [(one.name, f"{one.meaning} ({one.source})") for one in NAMED]
    return [cards.bar(named, tour.start_button()), cards.cards(DOWNLOADS), tour.card()]


@callback(
    Output(ids.SELECTION, "data", allow_duplicate=True),
    Input(ANY_NAME, "n_clicks"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def select_named(_clicks: list[int], name: str) -> Any:
    """Select the named population whose button was clicked."""
    trigger: Any = ctx.triggered_id
    if trigger is None or not ctx.triggered[0]["value"] or trigger["index"] not in {one.name for one in NAMED}:
        return no_update
    return pack(trigger["index"], named_rows(served()[name], trigger["index"]))


fragments.fills(cards.ANSWER)


@callback(
    Output(cards.ANSWER, "data"),
    Input(ids.SELECTION, "data"),
    Input(control("noise"), "value"),
    Input(ids.SEED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def show_population(selection: dict[str, Any] | None, noise: str, seed: int, scheme: str | None, name: str) -> Any:
    """Show the statistics of the selected population."""
    if not selection:
        return no_update
    catalogue = served()[name]
    title = str(selection.get("name") or "Selection")[:60]
    try:
        rows = unpack(selection, catalogue.n)
    except UploadError as error:
        return fragments.answer({cards.HEAD: widgets.sentence(str(error), "bad")}, {})
    if not len(rows):
        empty = [html.H2(title), widgets.sentence("No galaxy of this catalogue belongs to this population.", "warn")]
        return fragments.answer({cards.HEAD: empty}, {})
    found = describe(catalogue, rows, cast("RealisationNoise", noise), seed)
    return fragments.answer(_texts(catalogue, found, title), _figures(catalogue, found, scheme_or_dark(scheme)))


def _texts(catalogue: Catalogue, found: Population, title: str) -> dict[str, Any]:
    """Return the texts and tables on a population, by the id of the element that shows them."""
    meaning = next((f"{one.meaning}. {one.source}." for one in NAMED if one.name == title), "")
    deviation = (found.continuum.mean - found.sample.mean) / found.sample.scatter
    largest = np.argsort(-np.abs(deviation))[:2]
    contrast = [(f"{BIN_EDGES[i]:.0f}–{BIN_EDGES[i + 1]:.0f} Å", float(deviation[i])) for i in largest]
    return {
        cards.HEAD: tables.heading(title, found.n, catalogue.n, meaning),
        cards.CONTINUUM_NOTE: tables.continuum_note(contrast),
        cards.HISTOGRAMS_NOTE: tables.histograms_note(found.histograms, is_mock=catalogue.is_mock),
        cards.CLASSES: [
            tables.classes_table("BPT", found.bpt_shares, found.placed["BPT"]),
            tables.classes_table("WHAN", found.whan_shares, found.placed["WHAN"]),
        ],
        cards.LINES_TABLE: tables.lines_table(found.lines, is_mock=catalogue.is_mock),
    }


def _figures(catalogue: Catalogue, found: Population, scheme: Scheme) -> dict[str, Any]:
    """Return the figures of a population, by the id of the element that shows them."""
    places = ((cards.BPT, diagram.BPT, found.bpt), (cards.WHAN, diagram.WHAN, found.whan))
    return {
        cards.CONTINUUM: figures.continuum_figure(found.continuum, found.sample, scheme),
        cards.HISTOGRAMS: figures.histograms_figure(found.histograms, scheme),
    } | {
        name: diagram.diagram_figure(frame, sample_density(catalogue, frame), scheme, diagram.density(frame, chosen))
        for name, frame, chosen in places
    }


@callback(
    Output(cards.SAVED, "data"),
    Input(ANY_FORMAT, "n_clicks"),
    State(ids.SELECTION, "data"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def save(_clicks: list[int], selection: dict[str, Any] | None, name: str) -> Any:
    """Send the population's rows with all columns of the catalogue, in the chosen format."""
    trigger: Any = ctx.triggered_id
    if not selection or trigger is None or not ctx.triggered[0]["value"] or trigger["index"] not in dict(DOWNLOADS):
        return no_update
    catalogue = served()[name]
    content = table_bytes(catalogue, rows_of(selection, catalogue), trigger["index"], str(selection.get("name")))
    return dcc.send_bytes(content, f"galactic_neon_{catalogue.name}{formats.FORMATS[trigger['index']].extensions[0]}")


def table_bytes(catalogue: Catalogue, rows: np.ndarray, kind: Any, title: str) -> bytes:
    """Return the rows of a catalogue as a file, with units, provenance and citation."""
    # Imported here, because it imports Arrow, which most visits do not need.
    from data.formats.whole import write_table

    columns: dict[str, np.ndarray] = {"TARGETID": catalogue.target_ids[rows].astype(str)}
    columns |= {column.name: np.asarray(catalogue.column(column.name)[rows]) for column in COLUMNS[1:]}
    meta = formats.TableMeta(
        title=f"{title[:60]}: {len(rows)} galaxies of {catalogue.title}",
        provenance=catalogue.provenance,
        fields=CATALOGUE_FIELDS,
    )
    out = BytesIO()
    write_table(columns, out, kind, meta)
    return out.getvalue()
