"""``GET /api/v1/catalogues``: the served catalogues and their galaxies."""

from typing import Any

import numpy as np
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from analysis.explorer.spectra import rest_spectrum
from data.catalogue.registry import Catalogue, served
from model.bins import BIN_CENTERS
from model.lines import LINE_NAMES
from server import problems
from server.api.values import as_json
from server.http.rate_limits import costly

Numbers = list[float | None]


class CatalogueEntry(BaseModel):
    """A catalogue of galaxies."""

    name: str
    title: str
    provenance: str
    is_mock: bool = Field(description="whether the galaxies are mock galaxies")
    galaxies: int
    version: str = Field(description="identifies the content")


class CataloguesAnswer(BaseModel):
    """The catalogues that this server shows."""

    catalogues: list[CatalogueEntry]


class GalaxyAnswer(BaseModel):
    """One galaxy of a catalogue; rows have a value per line in the order of `lines`, null where one is missing."""

    id: str
    row: int = Field(description="index in the catalogue's columns, from 0")
    redshift: float
    log_luminosity: float
    flux: Numbers = Field(description="mean continuum in twelve bins [1e-17 erg/s/cm²/Å]")
    lines: list[str]
    ew: Numbers = Field(description="observed [Å]; null: not detected, or cut in the camera overlap")
    ew_ivar: Numbers = Field(description="inverse variance of the observed EW [1/Å²]")
    ew_predicted: Numbers = Field(description="as catalogued, given detection: median [Å]")
    ew_predicted_p16: Numbers
    ew_predicted_p84: Numbers
    map: Numbers = Field(description="place on the map")


class SpectrumAnswer(BaseModel):
    """A spectrum in the rest frame."""

    id: str
    source: str = Field(
        description="where the spectrum comes from; a mock galaxy's is simulated, and a galaxy "
        "without a spectrum has its twelve bins"
    )
    wavelength_rest: Numbers = Field(description="vacuum [Å]")
    flux: Numbers = Field(description="[1e-17 erg/s/cm²/Å]")
    continuum: Numbers | None = Field(description="starlight without lines, if it is known")


class CataloguePath(BaseModel):
    """Which galaxy."""

    catalogue: str = Field(max_length=64)
    target_id: str = Field(max_length=64, description="TARGETID, as text")


blueprint = APIBlueprint("api_catalogues", __name__, url_prefix="/api/v1/catalogues")


@blueprint.get(
    "",
    responses={200: CataloguesAnswer},
    summary="List the catalogues",
    description="The version of a catalogue identifies its content.",
)
def list_catalogues() -> dict[str, Any]:
    """List the catalogues."""
    return {
        "catalogues": [
            {
                "name": catalogue.name,
                "title": catalogue.title,
                "provenance": catalogue.provenance,
                "is_mock": catalogue.is_mock,
                "galaxies": catalogue.n,
                "version": catalogue.version,
            }
            for catalogue in served().values()
        ]
    }


@blueprint.get(
    "/<catalogue>/galaxies/<target_id>",
    responses=problems.documented(GalaxyAnswer, 404, 422),
    summary="Return one galaxy",
    description="The response has its bins, its observed and predicted EWs, and its place on the map.",
)
def give_galaxy(path: CataloguePath) -> Response | dict[str, Any]:
    """Return one galaxy."""
    found = _find(path)
    if isinstance(found, Response):
        return found
    galaxy = found[0].galaxy(found[1])
    return {
        "id": galaxy.target_id,
        "row": galaxy.row,
        "redshift": galaxy.redshift,
        "log_luminosity": galaxy.log_luminosity,
        "flux": as_json(galaxy.bin_flux),
        "lines": list(LINE_NAMES),
        "ew": as_json(galaxy.ew),
        "ew_ivar": as_json(galaxy.ew_ivar),
        "ew_predicted": as_json(galaxy.predicted.ew),
        "ew_predicted_p16": as_json(galaxy.predicted.p16),
        "ew_predicted_p84": as_json(galaxy.predicted.p84),
        "map": as_json(galaxy.position),
    }


@blueprint.get(
    "/<catalogue>/galaxies/<target_id>/spectrum",
    responses=problems.documented(SpectrumAnswer, 404, 422, 429),
    summary="Return one galaxy's spectrum",
    description="A galaxy without a spectrum is returned with its twelve bins.",
)
@costly
def give_spectrum(path: CataloguePath) -> Response | dict[str, Any]:
    """Return one galaxy's spectrum."""
    found = _find(path)
    if isinstance(found, Response):
        return found
    catalogue, row = found
    galaxy = catalogue.galaxy(row)
    spectrum = rest_spectrum(catalogue, row)
    if spectrum is None:
        return {
            "id": galaxy.target_id,
            "source": "twelve bins",
            "wavelength_rest": as_json(BIN_CENTERS),
            "flux": as_json(galaxy.bin_flux),
            "continuum": as_json(galaxy.bin_flux),
        }
    return {
        "id": galaxy.target_id,
        "source": spectrum.source,
        "wavelength_rest": spectrum.wavelength_rest.tolist(),
        "flux": as_json(np.asarray(spectrum.flux, np.float32)),
        "continuum": None if spectrum.continuum is None else as_json(np.asarray(spectrum.continuum, np.float32)),
    }


def _find(path: CataloguePath) -> tuple[Catalogue, int] | Response:
    catalogue = served().get(path.catalogue)
    if catalogue is None:
        known = ", ".join(served()) or "none"
        return problems.not_found(f"There is no catalogue {path.catalogue!r}; there is {known}.")
    row = catalogue.row_of(path.target_id)
    if row is None:
        return problems.not_found(f"Catalogue {path.catalogue!r} has no galaxy {path.target_id!r}.")
    return catalogue, row
