"""The explorer's list of galaxies whose lines starlight did not predict."""

from typing import Any

from dash import Input, Output, State, callback, ctx, no_update

from analysis.explorer.selections import unpack
from analysis.surprise import outlier_ranking as surprises
from components import ids
from components.explorer import outlier_ranking
from components.widgets import widgets
from data.catalogue.registry import Catalogue, served
from data.catalogue.schema import EW_SUFFIX
from data.errors import UploadError
from model.lines import LINES
from model.storage.weights import load_params

SHOWN = 12


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
    """Show the list, or how far it is, or the offer to make it."""
    catalogue, folder = served()[name], surprises.folder()
    found = surprises.find(catalogue, folder)
    if found is not None:
        return listed(catalogue, found, selection), True, True
    if load_params().intrinsic is None:
        return (
            widgets.sentence(
                "These weights include no joint distribution of the lines, so the galaxies cannot be ranked.", "warn"
            ),
            True,
            True,
        )
    if ctx.triggered_id == outlier_ranking.START:
        surprises.start(catalogue, folder)
    share = surprises.progress_of(catalogue, folder)
    if share is None:
        return outlier_ranking.offer(catalogue.n), False, True
    return outlier_ranking.running(share), True, False


def listed(catalogue: Catalogue, found: surprises.Ranking, selection: dict[str, Any] | None) -> Any:
    """Return the most surprising galaxies of a population, or of the catalogue."""
    rows, among = None, "this catalogue"
    if selection:
        try:
            rows, among = unpack(selection, catalogue.n), f"“{str(selection.get('name') or 'Selection')[:60]}”"
        except UploadError:
            return no_update
    rare = surprises.is_rare(found) if rows is None else surprises.is_rare(found)[rows]
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
        for row in surprises.chosen(found, rows, SHOWN)
    ]
    return outlier_ranking.ranked(first, among, int(rare.sum()), len(rare))
