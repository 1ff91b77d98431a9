"""One galaxy of the explorer: the figure of its spectrum, and HTML that assets/explorer/galaxy.mjs inserts.

A click fetches them without a Dash callback, for which the browser would go through every component of the page
several times.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import dash
import numpy as np
from flask import Blueprint, Response, jsonify, request

from analysis.explorer.galaxy_summary import GalaxySummary, summarize_galaxy
from analysis.explorer.neighbours_by_lines import median_ew, with_lines
from analysis.explorer.spectra import rest_spectrum
from archives import sparcl
from components import ids
from components.figures import diagram
from components.figures import spectrum as spectra
from components.galaxy import card as galaxy_card
from components.galaxy import details
from components.theme import scheme_or_dark
from components.widgets import fragments
from data.catalogue.registry import Catalogue, Galaxy
from data.catalogue.schema import SKY_NAMES
from data.errors import ArchiveError, ChangedError
from data.spectrum import Spectrum
from model.bins import BIN_CENTERS
from server.routes.columns import catalogue_asked, problem

LEGACY_SURVEY: Final = "https://www.legacysurvey.org/viewer/"
SMOOTHINGS: Final = ("0", "2", "6")
"""Allowed widths of the smoothing [Å]."""

blueprint = Blueprint("galaxies", __name__)


@blueprint.get("/catalogues/<name>/galaxies/<int:row>.json")
def galaxy(name: str, row: int) -> Response:
    """Return a galaxy's card; with ``archive=1`` only its spectrum from the archive."""
    catalogue = catalogue_asked(name)
    if isinstance(catalogue, Response):
        return catalogue
    if row >= catalogue.n:
        return problem(404, f"Catalogue “{name}” has rows 0 to {catalogue.n - 1}; there is no row {row}.")
    smoothing = request.args.get("smoothing", "0")
    if smoothing not in SMOOTHINGS:
        return problem(400, f"smoothing must be one of {', '.join(SMOOTHINGS)} Å, not “{smoothing[:20]}”.")
    if request.args.get("archive"):
        return jsonify(archive_spectrum(catalogue, row, request.args))
    return jsonify(galaxy_content(catalogue, row, request.args))


def galaxy_content(catalogue: Catalogue, row: int, look: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that the explorer shows of a galaxy.

    Parameters
    ----------
    catalogue : Catalogue
        The catalogue that holds it.
    row : int
        Its row, 0 to n - 1.
    look : mapping
        ``scheme``, ``frame`` and ``smoothing`` of the spectrum.

    Returns
    -------
    dict
        ``html`` and ``figures`` (see components/widgets/fragments.py), ``name``, and ``elsewhere``: whether the
        archive may have its spectrum.
    """
    summary = summarize_galaxy(catalogue, row)
    chosen, domain = summary.galaxy, summary.domain
    try:
        light, trouble = rest_spectrum(catalogue, row), ""
    except ChangedError as error:
        light, trouble = None, str(error)
    head = galaxy_card.heading(
        chosen.target_id,
        chosen.redshift,
        chosen.log_luminosity,
        is_mock=catalogue.is_mock,
        verdict=domain.verdict if domain else None,
    )
    figure, note = _figure_and_note(catalogue, summary, light, look, trouble)
    parts = {ids.GALAXY_HEAD: head, ids.GALAXY_NOTE: note, **_parts(catalogue, summary)}
    return {
        **fragments.answer(parts, {ids.SPECTRUM: figure}),
        "name": chosen.target_id,
        "elsewhere": light is None,
    }


def archive_spectrum(catalogue: Catalogue, row: int, look: Mapping[str, str]) -> dict[str, Any]:
    """Return the figure and note of a real galaxy's spectrum in the archive, or a note why there is none."""
    summary = summarize_galaxy(catalogue, row)
    try:
        light = sparcl.fetch(summary.galaxy.target_id, summary.galaxy.redshift)
    except ArchiveError as error:
        note = _figure_and_note(catalogue, summary, None, look, trouble=str(error))[1]
        return fragments.answer({ids.GALAXY_NOTE: note}, {})
    figure, note = _figure_and_note(catalogue, summary, light, look)
    return fragments.answer({ids.GALAXY_NOTE: note}, {ids.SPECTRUM: figure})


def _figure_and_note(
    catalogue: Catalogue, summary: GalaxySummary, light: Spectrum | None, look: Mapping[str, str], trouble: str = ""
) -> tuple[Any, Any]:
    """Return the figure of a galaxy's spectrum and the note below it."""
    chosen = summary.galaxy
    stretch = 1 + chosen.redshift if look.get("frame") == "observed" else 1.0
    shown = spectra.Look(stretch, float(look.get("smoothing", 0)), light.source if light else "12 bins")
    neighbours_flux = _neighbours_flux(catalogue, chosen, light) if light else None
    note = galaxy_card.spectrum_note(
        chosen.bin_flux,
        summary.domain.reasons if summary.domain else (),
        source=trouble or _source(catalogue, light),
        has_spectrum=light is not None,
        has_noise=light is not None and light.ivar is not None,
    )
    return spectra.spectrum_figure(
        chosen.bin_flux, light, scheme_or_dark(look.get("scheme")), shown, neighbours_flux
    ), note


def _neighbours_flux(catalogue: Catalogue, chosen: Galaxy, light: Spectrum) -> np.ndarray:
    """Return the galaxy's starlight with the median lines of its neighbours, on the pixels of `pane_grid`."""
    grid = spectra.pane_grid()
    starlight = chosen.bin_flux if light.continuum is None else light.continuum
    at = BIN_CENTERS if light.continuum is None else light.wavelength_rest
    return with_lines(grid, np.interp(grid, at, starlight), median_ew(catalogue, chosen.row))


def _source(catalogue: Catalogue, light: Spectrum | None) -> str:
    if catalogue.is_mock:
        return "Synthesised from this mock galaxy's bins and line widths, with random noise."
    if light is None:
        return (
            "The figure shows the twelve bins, which are the input of the network; this catalogue contains no spectra."
        )
    return f"Spectrum: {light.source}."


def _parts(catalogue: Catalogue, summary: GalaxySummary) -> dict[str, Any]:
    """Return the parts of a galaxy's card other than its spectrum, by the id of the element that shows them."""
    chosen = summary.galaxy
    bpt, whan = summary.bpt, summary.whan
    neighbours = [
        details.Neighbour(
            int(row),
            catalogue.target_ids[int(row)].decode(),
            float(distance),
            *(float(catalogue.column(column)[row]) for column in ("redshift", "HALPHA_EW", "OIII_5007_EW")),
        )
        for row, distance in zip(*summary.neighbours, strict=True)
    ]
    table = galaxy_card.lines_table(
        chosen.ew,
        chosen.ew_ivar,
        chosen.predicted,
        summary.p_detected,
        summary.percentile,
        summary.cut,
        is_mock=catalogue.is_mock,
    )
    return {
        ids.GALAXY_LINES: table,
        details.PLACES: details.places(bpt, whan, *summary.classes),
        details.BPT_MARK: details.mark(diagram.BPT, float(bpt.x), float(bpt.y)),
        details.WHAN_MARK: details.mark(diagram.WHAN, float(whan.x), float(whan.y)),
        details.DERIVED: details.derived_table(summary.derived),
        details.NEIGHBOURS: details.neighbours_list(
            neighbours,
            predict_address(summary),
            [] if catalogue.is_mock else viewers(catalogue, chosen),
            chosen.target_id,
        ),
    }


def viewers(catalogue: Catalogue, chosen: Galaxy) -> list[tuple[str, str]]:
    """Return labels and addresses of the Legacy Survey's spectrum and, if the position is known, image of a galaxy."""
    found = [("DESI spectrum", f"{LEGACY_SURVEY}desi-spectrum/edr/targetid{quote(chosen.target_id, safe='')}")]
    ra, dec = (float(catalogue.column(name)[chosen.row]) for name in SKY_NAMES)
    if np.isfinite(ra + dec):
        place = urlencode({"ra": f"{ra:.5f}", "dec": f"{dec:.5f}", "layer": "ls-dr9", "pixscale": "0.262"})
        found.append(("Cutout", f"{LEGACY_SURVEY}cutout.jpg?{place}"))
    return found


def predict_address(summary: GalaxySummary) -> str:
    """Return the address of the Predict page with a galaxy's continuum and luminosity."""
    flux = ",".join(f"{value:.5g}" for value in summary.galaxy.bin_flux)
    given = {"luminosity": f"{summary.galaxy.log_luminosity:.5g}", "redshift": f"{summary.galaxy.redshift:.5g}"}
    query = urlencode({"flux": flux} | given, safe=",")
    return f"{dash.get_relative_path('/predict')}?{query}"
