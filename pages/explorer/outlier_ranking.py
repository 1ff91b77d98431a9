"""The explorer's list of outliers: galaxies with lines unlike those predicted from their starlight."""

from typing import Any

from dash import Input, Output, State, callback, ctx, no_update

from analysis.explorer.selections import unpack
from analysis.outliers import outlier_ranking as ranking
from components import ids
from components.explorer import outlier_ranking
from components.widgets import widgets
from data.catalogue.registry import Catalogue, served
from data.catalogue.schema import EW_SUFFIX
from data.errors import UploadError
from model.lines import LINES
from model.storage.weights import load_params

SHOWN = 12
"""Galaxies in the list."""


@callback(
    Output(outlier_ranking.BODY, "children"),
    Output(outlier_ranking.START, "hidden"),
    Output(outlier_ranking.TICK, "disabled"),
    Input(outlier_ranking.START, "n_clicks"),
    Input(outlier_ranking.TICK, "n_intervals"),
    Input(ids.SELECTION, "data"),
    State(ids.CATALOGUE, "data"),
)
def show(_clicks: int, _ticks: int | None, selection: dict[str, Any] | None, name: str) -> tuple[Any, bool, bool]:
    """Show the list, the progress of its ranking, or the button that starts the ranking."""
    catalogue, folder = served()[name], ranking.folder()
    found = ranking.find(catalogue, folder)
    if found is not None:
        return outlier_list(catalogue, found, selection), True, True
    if load_params().intrinsic is None:
        return (
            widgets.sentence(
                "These weights include no joint distribution of the lines, so the galaxies cannot be ranked.", "warn"
            ),
            True,
            True,
        )
    if ctx.triggered_id == outlier_ranking.START:
        ranking.start(catalogue, folder)
    share = ranking.progress_of(catalogue, folder)
    if share is None:
        return outlier_ranking.offer(catalogue.n), False, True
    return outlier_ranking.running(share), True, False


def outlier_list(catalogue: Catalogue, found: ranking.Ranking, selection: dict[str, Any] | None) -> Any:
    """Return the list of the galaxies with the highest outlier scores in a population or in the catalogue."""
    rows, among = None, "this catalogue"
    if selection:
        try:
            rows, among = unpack(selection, catalogue.n), f"“{str(selection.get('name') or 'Selection')[:60]}”"
        except UploadError:
            return no_update
    rare = ranking.is_rare(found) if rows is None else ranking.is_rare(found)[rows]
    first = [
        outlier_ranking.Surprise(
            int(row),
            catalogue.target_ids[int(row)].decode(),
            LINES[found.line[row]],
            float(catalogue.column(LINES[found.line[row]].name + EW_SUFFIX)[row]),
            float(found.expected[row, found.line[row]]),
            float(found.sigma[row]),
            float(found.probability[row]),
        )
        for row in ranking.highest(found, rows, SHOWN)
    ]
    return outlier_ranking.ranked(first, among, int(rare.sum()), len(rare))
