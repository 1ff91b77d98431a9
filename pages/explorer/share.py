"""The explorer's exports: link, Python code, citation, and the panels as a table or an image."""

import math
from typing import Any

import numpy as np
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from analysis.explorer.quantities import values
from components import ids
from components.explorer import snippet, table
from components.widgets.citation import citation
from data.catalogue.registry import Catalogue, served
from model.lines import LINES
from model.statistics.point_scores import spearman
from pages.values import row_of, rows_of
from research.evaluation.record.held_out import held_out

for _function, _button in (("copyLink", ids.COPY_LINK), ("printPng", ids.PRINT_PNG), ("printSvg", ids.PRINT_SVG)):
    clientside_callback(
        ClientsideFunction("explorer", _function), Input(_button, "n_clicks"), prevent_initial_call=True
    )


@callback(
    Output(f"{ids.PYTHON}-text", "children"),
    Output(ids.PYTHON, "opened"),
    Input(ids.SHOW_PYTHON, "n_clicks"),
    State(ids.VIEW, "data"),
    State(ids.SELECTED, "data"),
    State(ids.SELECTION, "data"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def show_python(
    clicks: int | None, state: dict[str, Any], selected: Any, selection: dict[str, Any] | None, name: str
) -> tuple[Any, Any]:
    """Show Python code for the selected population, else for the chosen galaxy, else for the catalogue."""
    if not clicks:
        return no_update, no_update
    catalogue = served()[name]
    if selected and not selection:
        galaxy = catalogue.galaxy(row_of(selected, catalogue))
        return snippet.galaxy_code(galaxy.target_id, galaxy.bin_flux, galaxy.log_luminosity, galaxy.redshift), True
    chosen = None
    if selection:
        rows = rows_of(selection, catalogue)
        chosen = snippet.Chosen(str(selection.get("name")), rows, catalogue.n, selection.get("gate"))
    return snippet.catalogue_code(f"{catalogue.name}.parquet", state, chosen), True


@callback(
    Output(f"{ids.CITE}-text", "children"),
    Output(ids.CITE, "opened"),
    Input(ids.SHOW_CITE, "n_clicks"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def show_citation(clicks: int | None, name: str) -> tuple[Any, Any]:
    """Show what to cite for this catalogue and model."""
    if not clicks:
        return no_update, no_update
    catalogue = served()[name]
    return citation(catalogue.title, catalogue.version, is_mock=catalogue.is_mock), True


@callback(
    Output(f"{ids.TABLE}-said", "children"),
    Output(ids.TABLE, "opened"),
    Input(ids.SHOW_TABLE, "n_clicks"),
    State(ids.VIEW, "data"),
    State(ids.SELECTION, "data"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def show_table(
    clicks: int | None, state: dict[str, Any], selection: dict[str, Any] | None, name: str
) -> tuple[Any, Any]:
    """Show the panels' lines as a table of numbers."""
    if not clicks:
        return no_update, no_update
    catalogue = served()[name]
    rows = rows_of(selection, catalogue) if selection else np.arange(catalogue.n)
    real = held_out(catalogue.metadata.get("model"))
    summaries = [
        _summary(catalogue, line.name, rows, state)._replace(held_out=real.range(line.name)[1] if real else math.nan)
        for line in LINES
        if line.name in state["lines"]
    ]
    return table.panel_table(summaries, len(rows), catalogue.n, is_mock=catalogue.is_mock), True


def _summary(catalogue: Catalogue, line: str, rows: np.ndarray, state: dict[str, Any]) -> table.LineSummary:
    def column(suffix: str) -> np.ndarray:
        return values(catalogue, f"{line}_EW{suffix}", state["noise"], state["seed"])[rows]

    observed, predicted, noisy = column(""), column("_PREDICTED"), column("_NOISY")
    both = np.isfinite(observed) & np.isfinite(predicted)
    rho = float(spearman(predicted[both], observed[both])) if both.sum() > 2 else float("nan")
    return table.LineSummary(line, observed, predicted, np.where(noisy > 0, noisy, np.nan), rho)
