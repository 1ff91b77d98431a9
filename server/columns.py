"""What the explorer's raster layer paints: a catalogue's columns as quantised bytes, and the medians of map cells.

Addresses carry the content's hash, so every answer may be kept for a year.
"""

import math
from typing import Any, Final

import numpy as np
from flask import Blueprint, Response, jsonify, request

from components.figures import quantise
from data.aggregates import Cells, load_cells
from data.realisations import noisy_predictions
from data.store import Catalogue, served
from model.lines import LINE_NAMES

MAX_SEED: Final = 9999
"""Largest number of a noise realisation: each is kept for a year, so they are not without end."""

NOISY: Final = "_EW_NOISY"
PLACES: Final = ("map_x", "map_y")
COLUMNS: Final = (
    *PLACES,
    *(f"{name}{suffix}" for name in LINE_NAMES for suffix in ("_EW", "_EW_PREDICTED", NOISY)),
)

blueprint = Blueprint("columns", __name__)


@blueprint.get("/catalogues/<name>/columns/<column>.bin")
def column(name: str, column: str) -> Response:
    """Answer with one column, a byte or two a galaxy."""
    catalogue = _catalogue(name)
    if isinstance(catalogue, Response):
        return catalogue
    if column not in COLUMNS:
        known = "map_x, map_y and <line>_EW, <line>_EW_PREDICTED, <line>_EW_NOISY"
        return problem(404, f"There is no column “{column[:40]}”; there are {known}.")
    seed = request.args.get("seed", "1")
    if not (seed.isascii() and seed.isdigit() and int(seed) <= MAX_SEED):
        return problem(400, f"The seed of a realisation is a whole number from 0 to {MAX_SEED}, not “{seed[:20]}”.")
    return lasting(Response(encode(catalogue, column, int(seed)), mimetype="application/octet-stream"))


@blueprint.get("/catalogues/<name>/cells.json")
def cells(name: str) -> Response:
    """Answer with the medians of real galaxies per map cell, in the colours of this catalogue's lines."""
    catalogue = _catalogue(name)
    if isinstance(catalogue, Response):
        return catalogue
    return lasting(jsonify(encode_cells(catalogue, load_cells())))


def _catalogue(name: str) -> Catalogue | Response:
    """Return the catalogue asked for in the version asked for, or the answer that says what is wrong."""
    catalogue = served().get(name)
    if catalogue is None:
        return problem(404, f"There is no catalogue “{name[:40]}” here; there is {', '.join(served()) or 'none'}.")
    if request.args.get("v") != catalogue.version:
        return problem(404, f"Catalogue “{name}” is now version {catalogue.version}; reload the page to see it.")
    return catalogue


def encode_cells(catalogue: Catalogue, cells: Cells) -> dict[str, Any]:
    """Return the cells' places, size and colour codes; medians of noisy draws would only repeat the predictions."""
    codes = {}
    for index, line in enumerate(LINE_NAMES):
        top = quantise.ew_top(catalogue.column(f"{line}_EW"))
        for column, medians in ((f"{line}_EW", cells.ew), (f"{line}_EW_PREDICTED", cells.ew_predicted)):
            codes[column] = quantise.quantise_ew(medians[:, index], top).tolist()
    # Corners point up: a hexagon is as high as its circle and narrower by cos 30°.
    return {
        "x": np.round(cells.center[:, 0].astype(float), 4).tolist(),
        "y": np.round(cells.center[:, 1].astype(float), 4).tolist(),
        "halfWidth": cells.size * math.sqrt(3) / 2,
        "halfHeight": cells.size,
        "codes": codes,
    }


def encode(catalogue: Catalogue, column: str, seed: int) -> bytes:
    """Return the bytes of one of `COLUMNS`; `seed` matters to the noisy ones alone."""
    if column in PLACES:
        place = catalogue.column(column)
        return quantise.quantise_place(place, quantise.span(place)).tobytes()
    line = next(line for line in LINE_NAMES if column.startswith(f"{line}_EW"))
    top = quantise.ew_top(catalogue.column(f"{line}_EW"))
    if column.endswith(NOISY):
        ew = noisy_predictions(catalogue, seed)[:, LINE_NAMES.index(line)]
        return quantise.quantise_ew(ew, top).tobytes()
    return quantise.quantise_ew(catalogue.column(column), top).tobytes()


def problem(status: int, sentence: str) -> Response:
    """Answer with a sentence that says what is wrong."""
    return Response(sentence + "\n", status, mimetype="text/plain")


def lasting(response: Response) -> Response:
    """Let an answer whose address carries its content's hash be kept for a year."""
    response.cache_control.public = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    return response
