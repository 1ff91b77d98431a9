"""``POST /api/v1/catalogues/{catalogue}/place``: positions of galaxies on the map, and neighbours in a catalogue."""

from typing import Annotated, Any, Final

import numpy as np
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from analysis.explorer.neighbours import COUNT, nearest_to
from data.catalogue.registry import served
from model.predictions.batch import place_many
from model.storage.weights import load_params
from server import problems
from server.api.values import Body, as_json
from server.http.rate_limits import costly

MAX_PLACED: Final = 100
"""Galaxies in one request; each is compared with the whole catalogue."""
MAX_NEIGHBOURS: Final = 50

Positive = Annotated[float, Field(gt=1e-30, lt=1e30)]


class PlaceRequest(Body):
    """Galaxies to place."""

    flux: list[Annotated[list[Positive], Field(fail_fast=True, min_length=12, max_length=12)]] = Field(
        fail_fast=True, min_length=1, max_length=MAX_PLACED, description="mean continuum in twelve bins, any unit"
    )
    neighbours: int = Field(
        default=COUNT, ge=0, le=MAX_NEIGHBOURS, description="how many of the nearest galaxies to list"
    )


class Neighbour(BaseModel):
    """A galaxy of the catalogue."""

    id: str
    distance: float = Field(
        description="root mean square of the differences of ln(flux / mean); 0.01 means 1 % per bin"
    )


class PlaceAnswer(BaseModel):
    """A row for each galaxy, in the order sent."""

    position: list[list[float | None]] = Field(description="place on the map")
    spread: list[list[float | None]] = Field(description="half the central 68 % of that place, along each axis")
    neighbours: list[list[Neighbour]] = Field(description="nearest galaxies in the space of continua, nearest first")


class PlacePath(BaseModel):
    """Among which galaxies."""

    catalogue: str = Field(max_length=64)


blueprint = APIBlueprint("api_place", __name__, url_prefix="/api/v1/catalogues")


@blueprint.post(
    "/<catalogue>/place",
    responses=problems.documented(PlaceAnswer, 404, 413, 422, 429),
    summary="Place galaxies on the map, and find the galaxies of a catalogue that resemble them",
    description="The response has the place of each galaxy, the spread of that place, and the nearest galaxies.",
)
@costly
def place(path: PlacePath, body: PlaceRequest) -> Response | dict[str, Any]:
    """Place galaxies."""
    catalogue = served().get(path.catalogue)
    if catalogue is None:
        known = ", ".join(served()) or "none"
        return problems.not_found(f"There is no catalogue {path.catalogue!r}; there is {known}.")
    flux = np.array(body.flux, np.float64)
    flux /= flux.mean(axis=1, keepdims=True)
    placed = place_many(load_params(), flux.astype(np.float32))
    near = (nearest_to(catalogue, one, body.neighbours) for one in flux)
    return {
        "position": as_json(placed.position),
        "spread": as_json(placed.spread),
        "neighbours": [
            [
                {"id": bytes(catalogue.target_ids[row]).decode(), "distance": distance}
                for row, distance in zip(one.rows.tolist(), as_json(one.distances.astype(np.float32)), strict=True)
            ]
            for one in near
        ],
    }
