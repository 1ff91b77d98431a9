"""The explorer's one galaxy: its spectrum, its lines, where they put it, what follows, who resembles it."""

from typing import Any
from urllib.parse import urlencode

import dash
import numpy as np
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from components import answer, galaxy_details, ids
from components import galaxy as galaxy_card
from components.figures import diagram
from components.figures import spectrum as spectra
from components.theme import scheme_or_dark
from data import sparcl
from data.errors import ArchiveError
from data.reading import Reading, read_galaxy
from data.spectra import rest_spectrum
from data.spectrum import Spectrum
from data.store import Catalogue, Galaxy, served
from data.twins import median_ew, with_lines
from model.bins import BIN_CENTERS
from model.diagnostics import bpt_class, whan_class
from pages._explorer_diagrams import sample_density

# The first shows what a click has chosen before the server has answered; the second fills in the answer.
clientside_callback(
    ClientsideFunction("galaxy", "open"),
    Output(galaxy_details.OPENED, "data"),
    Input(ids.SELECTED, "data"),
    State(galaxy_details.OPENED, "data"),
)
clientside_callback(ClientsideFunction("galaxy", "fill"), Input(ids.GALAXY_ANSWER, "data"))
answer.fills(galaxy_card.ARCHIVED)
answer.fills(galaxy_details.DIAGRAMS)


@callback(
    Output(ids.GALAXY_ANSWER, "data"),
    Output(galaxy_card.WANTED, "data"),
    Input(ids.SELECTED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    Input(galaxy_card.FRAME, "value"),
    Input(galaxy_card.SMOOTHING, "value"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def show_galaxy(
    selected: dict[str, int] | None, scheme: str | None, frame: str, smoothing: str, name: str
) -> tuple[Any, Any]:
    """Draw the chosen galaxy's spectrum and list what is known of it."""
    if not selected:
        return None, no_update
    catalogue = served()[name]
    read = read_galaxy(catalogue, int(selected["row"]))
    chosen, domain = read.galaxy, read.domain
    light = rest_spectrum(catalogue, chosen.row)
    head = galaxy_card.heading(
        chosen.target_id,
        chosen.redshift,
        chosen.log_luminosity,
        is_mock=catalogue.is_mock,
        verdict=domain.verdict if domain else None,
    )
    figure, note = _drawn(catalogue, read, light, scheme, frame, smoothing)
    parts = {ids.GALAXY_HEAD: head, ids.GALAXY_NOTE: note, **_parts(catalogue, read)}
    wanted = None if light else {"row": chosen.row, "scheme": scheme, "frame": frame, "smoothing": smoothing}
    return answer.answer(parts, {ids.SPECTRUM: figure}), wanted


@callback(
    Output(galaxy_card.ARCHIVED, "data"),
    Input(galaxy_card.WANTED, "data"),
    State(ids.CATALOGUE, "data"),
    running=[(Output(galaxy_card.WAITING, "hidden"), False, True)],
    prevent_initial_call=True,
)
def fetch_spectrum(wanted: dict[str, Any] | None, name: str) -> Any:
    """Draw the spectrum that the archive has of a real galaxy, or say why there is none."""
    if not wanted:
        return no_update
    catalogue = served()[name]
    read = read_galaxy(catalogue, int(wanted["row"]))
    shown = wanted["scheme"], wanted["frame"], wanted["smoothing"]
    try:
        light = sparcl.fetch(read.galaxy.target_id, read.galaxy.redshift)
    except ArchiveError as error:
        return answer.answer({ids.GALAXY_NOTE: _drawn(catalogue, read, None, *shown, trouble=str(error))[1]}, {})
    figure, note = _drawn(catalogue, read, light, *shown)
    return answer.answer({ids.GALAXY_NOTE: note}, {ids.SPECTRUM: figure})


def _drawn(
    catalogue: Catalogue,
    read: Reading,
    light: Spectrum | None,
    scheme: str | None,
    frame: str,
    smoothing: str,
    trouble: str = "",
) -> tuple[Any, Any]:
    """Return the figure of a galaxy's spectrum and the note below it."""
    chosen = read.galaxy
    stretch = 1 + chosen.redshift if frame == "observed" else 1.0
    look = spectra.Look(stretch, float(smoothing), light.source if light else "12 bins")
    twins = _twins(catalogue, chosen, light) if light else None
    note = galaxy_card.spectrum_note(
        chosen.bin_flux,
        read.domain.reasons if read.domain else (),
        source=trouble or _source(catalogue, light),
        has_spectrum=light is not None,
        has_noise=light is not None and light.ivar is not None,
    )
    return spectra.spectrum_figure(chosen.bin_flux, light, scheme_or_dark(scheme), look, twins), note


def _twins(catalogue: Catalogue, chosen: Galaxy, light: Spectrum) -> np.ndarray:
    """Return the galaxy's starlight with the median lines of its twins, where the close looks are."""
    grid = spectra.pane_grid()
    starlight = chosen.bin_flux if light.continuum is None else light.continuum
    at = BIN_CENTERS if light.continuum is None else light.wavelength_rest
    return with_lines(grid, np.interp(grid, at, starlight), median_ew(catalogue, chosen.row))


def _source(catalogue: Catalogue, light: Spectrum | None) -> str:
    if catalogue.is_mock:
        return "Synthesised from this mock galaxy's bins and line widths; its noise is drawn."
    if light is None:
        return "The twelve bins are what the network sees; this catalogue holds no spectra."
    return f"Spectrum: {light.source}."


def _parts(catalogue: Catalogue, read: Reading) -> dict[str, Any]:
    """Return what is said of a galaxy besides its spectrum, by the id of its place."""
    chosen = read.galaxy
    bpt, whan = read.bpt, read.whan
    kin = [
        galaxy_details.Kin(
            int(row),
            catalogue.target_ids[int(row)].decode(),
            float(away),
            *(float(catalogue.column(column)[row]) for column in ("redshift", "HALPHA_EW", "OIII_5007_EW")),
        )
        for row, away in zip(*read.neighbours, strict=True)
    ]
    table = galaxy_card.lines_table(
        chosen.ew,
        chosen.ew_ivar,
        chosen.predicted,
        read.p_detected,
        read.percentile,
        read.cut,
        is_mock=catalogue.is_mock,
    )
    viewer = f"https://www.legacysurvey.org/viewer/desi-spectrum/edr/targetid{chosen.target_id}"
    return {
        ids.GALAXY_LINES: table,
        galaxy_details.PLACES: galaxy_details.places(
            bpt, whan, str(bpt_class(bpt.x, bpt.y)), str(whan_class(whan.x, whan.y))
        ),
        galaxy_details.BPT_MARK: galaxy_details.mark(diagram.BPT, float(bpt.x), float(bpt.y)),
        galaxy_details.WHAN_MARK: galaxy_details.mark(diagram.WHAN, float(whan.x), float(whan.y)),
        galaxy_details.DERIVED: galaxy_details.derived_table(read.derived),
        galaxy_details.KIN: galaxy_details.kin_list(
            kin, predict_address(read), None if catalogue.is_mock else viewer, chosen.target_id
        ),
    }


def predict_address(read: Reading) -> str:
    """Return the address of the Predict page with a galaxy's continuum and luminosity."""
    flux = ",".join(f"{value:.5g}" for value in read.galaxy.bin_flux)
    query = urlencode({"flux": flux, "luminosity": f"{read.galaxy.log_luminosity:.5g}"}, safe=",")
    return f"{dash.get_relative_path('/predict')}?{query}"


@callback(
    Output(galaxy_details.DIAGRAMS, "data"),
    Input(galaxy_details.OPENED, "data"),
    Input(ids.SCHEME, "computedColorScheme"),
    State(ids.CATALOGUE, "data"),
    prevent_initial_call=True,
)
def draw_diagrams(opened: bool | None, scheme: str | None, name: str) -> Any:
    """Draw the diagrams behind the galaxy's place, once it is looked at."""
    if not opened:
        return no_update
    catalogue, colors = served()[name], scheme_or_dark(scheme)
    places = ((galaxy_details.BPT, diagram.BPT), (galaxy_details.WHAN, diagram.WHAN))
    return answer.answer(
        {},
        {place: diagram.diagram_figure(frame, sample_density(catalogue, frame), colors) for place, frame in places},
    )
