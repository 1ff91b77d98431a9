"""A catalogue's columns as quantised bytes, for the explorer's raster layer; kept a year by the content's hash."""

from functools import lru_cache
from typing import Final

import numpy as np
from flask import Blueprint, Response, request
from jaxtyping import Float

from components.figures import quantise
from data.store import Catalogue, served
from model.lines import LINE_NAMES
from model.noise import published_noise

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
    catalogue = served().get(name)
    if catalogue is None:
        return _problem(404, f"There is no catalogue “{name}” here; there is {', '.join(served()) or 'none'}.")
    if column not in COLUMNS:
        return _problem(
            404, f"There is no column “{column}”; there are map_x, map_y and <line>_EW, _EW_PREDICTED, _EW_NOISY."
        )
    if request.args.get("v") != catalogue.version:
        return _problem(404, f"Catalogue “{name}” is now version {catalogue.version}; reload the page to see it.")
    seed = request.args.get("seed", "1")
    if not (seed.isascii() and seed.isdigit() and int(seed) <= MAX_SEED):
        return _problem(400, f"The seed of a realisation is a whole number from 0 to {MAX_SEED}, not “{seed[:20]}”.")
    response = Response(encode(catalogue, column, int(seed)), mimetype="application/octet-stream")
    response.cache_control.public = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    return response


def encode(catalogue: Catalogue, column: str, seed: int) -> bytes:
    """Return the bytes of one of `COLUMNS`; `seed` matters to the noisy ones alone."""
    if column in PLACES:
        place = catalogue.column(column)
        return quantise.quantise_place(place, quantise.span(place)).tobytes()
    line = next(line for line in LINE_NAMES if column.startswith(f"{line}_EW"))
    top = quantise.ew_top(catalogue.column(f"{line}_EW"))
    if column.endswith(NOISY):
        ew = _noisy(catalogue, seed)[:, LINE_NAMES.index(line)]
    else:
        ew = catalogue.column(column)
    return quantise.quantise_ew(ew, top).tobytes()


def _noisy(catalogue: Catalogue, seed: int) -> Float[np.ndarray, "galaxy line"]:
    """Return predictions with published noise; a page asks for its four lines at once, the draw is one."""
    return _draw(catalogue.name, catalogue.version, seed)


@lru_cache(maxsize=4)
def _draw(name: str, _version: str, seed: int) -> Float[np.ndarray, "galaxy line"]:
    catalogue = served()[name]
    flux = np.column_stack([catalogue.column(f"flux_{i:02d}") for i in range(12)])
    ew = np.column_stack([catalogue.column(f"{line}_EW_PREDICTED") for line in LINE_NAMES])
    ivar = np.column_stack([catalogue.column(f"{line}_EW_IVAR") for line in LINE_NAMES])
    return np.asarray(published_noise(seed, flux, ew, ivar))


def _problem(status: int, sentence: str) -> Response:
    return Response(sentence + "\n", status, mimetype="text/plain")
