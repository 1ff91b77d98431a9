"""The explorer's one galaxy: its spectrum and its lines."""

from typing import Any

import numpy as np
from dash import Input, Output, State, callback, no_update

from components import galaxy as galaxy_card
from components import ids
from components.figures import spectrum as spectra
from components.markup import to_html
from components.theme import scheme_or_dark
from data.overlap import is_cut
from data.realisations import noisy_predictions
from data.spectra import rest_spectrum
from data.store import served


@callback(
    Output(ids.GALAXY_HEAD, "children"),
    Output(ids.SPECTRUM, "figure"),
    Output(ids.GALAXY_NOTE, "children"),
    Output(ids.GALAXY_LINES_MARKUP, "data"),
    Output(ids.EXPLORER, "className"),
    Input(ids.SELECTED, "data"),
    Input(ids.SEED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def show_galaxy(selected: dict[str, int] | None, seed: int, scheme: str | None, name: str) -> tuple[Any, ...]:
    """Draw the chosen galaxy's spectrum and list its lines."""
    if not selected:
        return (no_update,) * 5
    catalogue = served()[name]
    chosen = catalogue.galaxy(int(selected["row"]))
    spectrum = rest_spectrum(catalogue, chosen.row)
    noisy = noisy_predictions(catalogue, seed)[chosen.row]
    head = galaxy_card.heading(chosen.target_id, chosen.redshift, chosen.log_luminosity, is_mock=catalogue.is_mock)
    kind = spectrum.source if spectrum else "12 bins"
    figure = spectra.spectrum_figure(chosen.bin_flux, spectrum, scheme_or_dark(scheme), kind)
    table = galaxy_card.lines_table(
        chosen.ew,
        chosen.ew_ivar,
        chosen.predicted,
        noisy,
        is_cut(np.array([chosen.redshift]))[0],
        is_mock=catalogue.is_mock,
    )
    return head, figure, galaxy_card.spectrum_note(is_mock=catalogue.is_mock), to_html(table), "galaxy"
