"""The explorer's page: panels of observed, predicted and noisy lines, one galaxy, and a population."""

from typing import Any

import dash
from dash import dcc, html

from analysis.explorer.quantities import QUANTITIES, axis_choices
from analysis.explorer.rows import TABLE_COLUMNS
from analysis.explorer.search import counted_from_one
from components import ids
from components.explorer import menu, outlier_ranking, view
from components.explorer.banner import banner
from components.explorer.dialogs import dialogs
from components.explorer.panels import manifest, panel_grid
from components.explorer.toolbar import toolbar, zoom_buttons
from components.galaxy import card as galaxy_card
from components.galaxy import details
from components.widgets import widgets
from data.catalogue.registry import Catalogue, served
from pages.explorer import galaxy, panels, population, share, tour
from pages.explorer import outlier_ranking as ranking
from pages.values import text_of

dash.register_page(__name__, path="/", name="Explore", title="Galactic Neon: explore", order=0)

CALLBACKS = (galaxy, panels, population, ranking, share, tour)
"""Modules with the callbacks of this page; importing them registers the callbacks."""


def layout(catalogue: str | None = None, **query: str) -> html.Div:
    """Return the page of a catalogue, by default the first, with panels and selection as in the address's query."""
    catalogue, query = text_of({"catalogue": catalogue}).get("catalogue"), text_of(query)
    shown = served().get(catalogue or "") or next(iter(served().values()), None)
    if shown is None:
        return html.Div(
            widgets.sentence(
                "No catalogue is available. Set CATALOGUES to a catalogue that `catalogue build` wrote.", "bad"
            ),
            className="page",
        )
    requested, problems = _read_query(shown, query)
    selection = requested.pop("selection", None)
    state, row = requested["state"], requested.get("row")
    return html.Div(
        [
            dcc.Store(id=ids.CATALOGUE, data=shown.name),
            dcc.Store(id=ids.SEED, data=state["seed"]),
            dcc.Store(id=ids.SELECTED, data=None if row is None else {"row": row}),
            dcc.Store(id=ids.SELECTION, data=selection),
            dcc.Store(id=ids.FOUND),
            dcc.Store(id=ids.ENTERED),
            dcc.Store(id=ids.VIEW, data=state),
            html.H1("Explore a galaxy population", className="visually-hidden"),
            menu.unknown(catalogue, shown.title) if catalogue and catalogue != shown.name else None,
            banner(shown),
            widgets.sentence(" ".join(problems), "warn") if problems else None,
            html.Div(
                [
                    menu.catalogue_menu(served().values(), shown.name),
                    toolbar(state, requested.get("find", ""), shown.n, shown.target_ids[0].decode(), axis_choices()),
                ],
                className="toolbar-row",
            ),
            html.Div(id=ids.STATUS, className="explorer-status", role="alert"),
            html.Div(
                [
                    widgets.card(
                        panel_grid(_manifest(shown, requested)),
                        zoom_buttons(),
                        label="Panels",
                        class_name="panels-card",
                    ),
                    galaxy_card.column(),
                ],
                className="explorer",
            ),
            html.Div(
                [details.details(), *population.layout(), outlier_ranking.card()],
                id=ids.POPULATION,
                className="population",
            ),
            dialogs(),
        ]
    )


def _read_query(shown: Catalogue, query: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return what the address requests (state, row, galaxy, gate, find, selection), and sentences on what is wrong."""
    state, problems = view.parse(query, QUANTITIES)
    requested: dict[str, Any] = {"state": state}
    if galaxy := query.get("galaxy"):
        row = shown.row_of(galaxy)
        if row is None:
            problems.append(f"The link's galaxy “{galaxy[:24]}” is not in this catalogue.")
        else:
            requested |= {"row": row, "galaxy": galaxy}
    if text := query.get("gate"):
        gate = view.parse_gate(text, QUANTITIES)
        if gate is None:
            problems.append("The link's gate was not understood; all galaxies are shown.")
        else:
            requested["gate"] = gate._asdict()
    if text := query.get("find"):
        text = counted_from_one(text) if query.get("v") == str(view.FROM_ZERO) else text
        row, selection, wrong, _note = panels.search_for(text, state, shown.name)
        requested["find"] = text
        if wrong:
            problems.append(f"The link's search: {wrong}")
        elif isinstance(selection, dict):
            requested["selection"] = selection
        elif isinstance(row, dict):
            requested |= {"row": row["row"], "galaxy": shown.galaxy(row["row"]).target_id}
    return requested, problems


def _manifest(shown: Catalogue, requested: dict[str, Any]) -> dict[str, Any]:
    root = dash.get_relative_path("/")
    first = next(iter(served()))
    about = {"version": shown.version, "n": shown.n, "title": shown.title, "isMock": shown.is_mock}
    return manifest(
        base=f"{root}catalogues/{shown.name}/",
        root=root,
        catalogue={**about, "catalogue": "" if shown.name == first else shown.name},
        shown=requested,
        quantities=QUANTITIES.values(),
        table=TABLE_COLUMNS,
    )
