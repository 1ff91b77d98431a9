"""A catalogue's galaxies as a table: cells of some rows, and the order of all rows by a column.

The table of a population fetches only the rows in view (assets/tables/population.mjs).
"""

import re
from typing import Final

import numpy as np
from flask import Blueprint, Response, jsonify, request

from analysis.explorer.rows import TABLE_COLUMNS, list_rows, order_by
from server.routes.columns import catalogue_asked, lasting, problem

MAX_ROWS: Final = 200
"""Most rows per request; the table fetches 100."""
_ROWS: Final = re.compile(r"[0-9]{1,9}(,[0-9]{1,9})*")

blueprint = Blueprint("rows", __name__)


@blueprint.get("/catalogues/<name>/rows.json")
def rows(name: str) -> Response:
    """Return the names and numbers of the requested rows, in the requested order."""
    catalogue = catalogue_asked(name)
    if isinstance(catalogue, Response):
        return catalogue
    text = request.args.get("rows", "")
    if not _ROWS.fullmatch(text):
        return problem(400, f"rows are whole numbers separated by commas, not “{text[:40]}”.")
    asked = np.array([int(row) for row in text.split(",")])
    if len(asked) > MAX_ROWS:
        return problem(400, f"{len(asked)} rows are asked for; an answer holds {MAX_ROWS}. Ask in parts.")
    if asked.max() >= catalogue.n:
        return problem(404, f"Catalogue “{name}” has rows 0 to {catalogue.n - 1}; there is no row {asked.max()}.")
    return lasting(jsonify(list_rows(catalogue, asked)))


@blueprint.get("/catalogues/<name>/order/<column>.bin")
def order(name: str, column: str) -> Response:
    """Return all rows as little-endian uint32 in the order of a column's values; rows without a value come last."""
    catalogue = catalogue_asked(name)
    if isinstance(catalogue, Response):
        return catalogue
    if column not in TABLE_COLUMNS:
        known = ", ".join(TABLE_COLUMNS[:3])
        return problem(404, f"The table has no column “{column[:40]}”; it has {known}, and so on.")
    falling = request.args.get("falling", "0")
    if falling not in ("0", "1"):
        return problem(400, f"falling is 0 or 1, not “{falling[:20]}”.")
    found = order_by(catalogue, column, falling=falling == "1")
    return lasting(Response(found.astype("<u4").tobytes(), mimetype="application/octet-stream"))
