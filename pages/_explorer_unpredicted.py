"""The explorer's list of galaxies whose lines starlight did not predict."""

from typing import Any

from dash import Input, Output, State, callback, ctx, no_update

from components import ids, unpredicted, widgets
from data import unpredicted as surprises
from data.errors import UploadError
from data.schema import EW_SUFFIX
from data.selections import unpack
from data.store import Catalogue, served
from model.lines import LINES
from model.weights import load_params

SHOWN = 12


@callback(
    Output(unpredicted.BODY, "children"),
    Output(unpredicted.START, "hidden"),
    Output(unpredicted.TICK, "disabled"),
    Input(unpredicted.START, "n_clicks"),
    Input(unpredicted.TICK, "n_intervals"),
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
            widgets.sentence("These weights hold no distribution of the lines, so none can surprise.", "warn"),
            True,
            True,
        )
    if ctx.triggered_id == unpredicted.START:
        surprises.start(catalogue, folder)
    share = surprises.progress_of(catalogue, folder)
    if share is None:
        return unpredicted.offer(catalogue.n), False, True
    return unpredicted.running(share), True, False


def listed(catalogue: Catalogue, found: surprises.Ranking, selection: dict[str, Any] | None) -> Any:
    """Return the most surprising galaxies of a population, or of the catalogue."""
    rows, among = None, "all galaxies"
    if selection:
        try:
            rows, among = unpack(selection, catalogue.n), f"“{str(selection.get('name') or 'Selection')[:60]}”"
        except UploadError:
            return no_update
    rare = surprises.is_rare(found) if rows is None else surprises.is_rare(found)[rows]
    first = [
        unpredicted.Surprise(
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
    return unpredicted.ranked(first, among, int(rare.sum()), len(rare))
