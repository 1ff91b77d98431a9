"""A catalogue's quantities as quantised bytes, and medians of map cells, for the explorer's panels.

Addresses hold a hash of the content, so every response may be cached for a year. A header holds the scale of the codes.
"""

import json
import math
from functools import lru_cache
from html import escape
from typing import Any, Final, cast

import numpy as np
from flask import Blueprint, Response, jsonify, request

from analysis.explorer.quantities import PULL_LIMIT, QUANTITIES, SHAPE_NAMES, VERSIONS, values
from analysis.explorer.realisations import FIRST_SEED, NOISES, RealisationNoise
from components.explorer import view
from components.explorer.panels import first_columns
from components.figures import quantise
from components.figures.quantise import Scale
from data.catalogue.cells import Cells, load_cells
from data.catalogue.registry import Catalogue, served
from data.catalogue.schema import EW_SUFFIX, MAP_NAMES
from model.lines import LINE_NAMES

MAX_SEED: Final = 9999
"""Largest seed of a realisation, which limits the number of cached responses."""

SCALE_HEADER: Final = "Column-Scale"
MAP_MARGIN: Final = 0.04
DIAGRAM_HOMES: Final = {
    "log_NII_HALPHA": (-1.5, 0.75),
    "log_OIII_HBETA": (-1.25, 1.25),
    "log_HALPHA_EW": (-1.0, 2.6),
}
"""Initial ranges of the axes of the diagrams, the same for observed and predicted lines."""
RESIDUAL_LIMIT: Final = 1.0

blueprint = Blueprint("columns", __name__)


@blueprint.get("/catalogues/<name>/columns/<column>.bin")
def column(name: str, column: str) -> Response:
    """Return one quantity, with one or two bytes per galaxy."""
    catalogue = catalogue_asked(name)
    if isinstance(catalogue, Response):
        return catalogue
    if column not in QUANTITIES:
        known = "redshift, map_x, HALPHA_EW, HALPHA_EW_PREDICTED, HALPHA_EW_NOISY, HALPHA_PULL, and so on"
        return problem(404, f"There is no column “{column[:40]}”; there are {known}.")
    seed, noise = request.args.get("seed", str(FIRST_SEED)), request.args.get("noise", NOISES[0])
    bits = request.args.get("bits", "8")
    if not (seed.isascii() and seed.isdigit() and int(seed) <= MAX_SEED):
        return problem(400, f"The seed of a realisation is a whole number from 0 to {MAX_SEED}, not “{seed[:20]}”.")
    if noise not in NOISES:
        return problem(400, f"The noise is one of {', '.join(NOISES)}, not “{noise[:20]}”.")
    if bits not in ("8", "16"):
        return problem(400, f"A column has 8 or 16 bits a galaxy, not “{bits[:20]}”.")
    numbers = values(catalogue, column, cast("RealisationNoise", noise), int(seed))
    # 16-bit columns are coordinates, on a linear scale; 8-bit ones are colours, on a scale that spreads EWs evenly.
    scale = (scale_of(catalogue, column) if bits == "8" else None) or quantise.linear(numbers)
    answer = Response(quantise.encode(numbers, scale, int(bits)).tobytes(), mimetype="application/octet-stream")
    header = {**scale._asdict(), "home": home_of(catalogue, column) if bits == "16" else None}
    answer.headers[SCALE_HEADER] = json.dumps(header)
    return lasting(answer)


@blueprint.get("/catalogues/<name>/cells.json")
def cells(name: str) -> Response:
    """Return the medians of real galaxies per map cell, in the codes of this catalogue's lines."""
    catalogue = catalogue_asked(name)
    if isinstance(catalogue, Response):
        return catalogue
    return lasting(jsonify(encode_cells(catalogue, load_cells())))


@blueprint.after_app_request
def preload_columns(response: Response) -> Response:
    """Add preload links for the first columns to the page, so that browsers fetch them while scripts load."""
    catalogue = served().get(request.args.get("catalogue", "")) or next(iter(served().values()), None)
    if catalogue is None or request.path != "/" or response.mimetype != "text/html":
        return response
    state, _ = view.parse(request.args, QUANTITIES)
    if names := first_columns(state):
        # These must be the addresses of assets/explorer/panels/columns.mjs, or columns would be fetched twice.
        draw = f"&noise={state['noise']}&seed={state['seed']}"
        asked = [(place, "&bits=16") for place in MAP_NAMES]
        asked += [(name, draw if name.endswith("_NOISY") else "") for name in names]
        base = f"catalogues/{catalogue.name}/columns/"
        links = "".join(
            '<link rel="preload" as="fetch" crossorigin="anonymous" '
            f'href="{escape(f"/{base}{name}.bin?v={catalogue.version}{more}")}">'
            for name, more in asked
        )
        response.set_data(response.get_data(as_text=True).replace("</head>", f"{links}</head>", 1))
    return response


def catalogue_asked(name: str) -> Catalogue | Response:
    """Return the requested catalogue, or a 404 response if it is unknown or in another version."""
    catalogue = served().get(name)
    if catalogue is None:
        return problem(404, f"There is no catalogue “{name[:40]}” here; there is {', '.join(served()) or 'none'}.")
    if request.args.get("v") != catalogue.version:
        return problem(404, f"Catalogue “{name}” is now version {catalogue.version}; reload the page to see it.")
    return catalogue


@lru_cache(maxsize=256)
def scale_of(catalogue: Catalogue, name: str) -> Scale | None:
    """Return the scale of a quantity if it must be the same for all realisations, else None."""
    line = next((each for each in LINE_NAMES if name.startswith(f"{each}_")), None)
    if line is None:
        return Scale("linear", 0.2, 2.5) if name in SHAPE_NAMES else None
    rest = name.removeprefix(line)
    if rest == "_PULL":
        return Scale("linear", -PULL_LIMIT, PULL_LIMIT)
    if rest == "_RESIDUAL":
        return Scale("linear", -RESIDUAL_LIMIT, RESIDUAL_LIMIT)
    if rest == "_SN":
        return quantise.widths(values(catalogue, name))
    observed = catalogue.column(line + EW_SUFFIX)
    # A catalogue without observations of this line still has predictions.
    known = observed if np.isfinite(observed).any() else catalogue.column(f"{line}{EW_SUFFIX}_PREDICTED")
    return quantise.widths(known) if rest.startswith(EW_SUFFIX) else None


@lru_cache(maxsize=256)
def home_of(catalogue: Catalogue, name: str) -> tuple[float, float]:
    """Return the initial range of an axis, the same for the observed, predicted and noisy version of a quantity."""
    base = name
    for version in VERSIONS[1:]:
        base = base.removesuffix(version)
    if base in DIAGRAM_HOMES:
        return DIAGRAM_HOMES[base]
    numbers = values(catalogue, base)
    if base in MAP_NAMES:
        scale = quantise.linear(numbers)
        margin = MAP_MARGIN * (scale.high - scale.low)
        return scale.low - margin, scale.high + margin
    return quantise.home(numbers)


def encode_cells(catalogue: Catalogue, cells: Cells) -> dict[str, Any]:
    """Return the cells' centres, size and colour codes of observed and predicted lines."""
    codes = {}
    for index, line in enumerate(LINE_NAMES):
        scale = scale_of(catalogue, f"{line}_EW") or quantise.widths(cells.ew[:, index])
        for column, medians in ((f"{line}_EW", cells.ew), (f"{line}_EW_PREDICTED", cells.ew_predicted)):
            codes[column] = quantise.encode(medians[:, index], scale).tolist()
    # Hexagons have a corner at the top: half their height is the circumradius, half their width that times cos 30°.
    return {
        "x": np.round(cells.center[:, 0].astype(float), 4).tolist(),
        "y": np.round(cells.center[:, 1].astype(float), 4).tolist(),
        "halfWidth": cells.size * math.sqrt(3) / 2,
        "halfHeight": cells.size,
        "codes": codes,
    }


def problem(status: int, sentence: str) -> Response:
    """Return an error response with a sentence as text."""
    return Response(sentence + "\n", status, mimetype="text/plain")


def lasting(response: Response) -> Response:
    """Let a response be cached for a year; its address must hold a hash of its content."""
    response.cache_control.public = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    return response
