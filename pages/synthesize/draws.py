"""Draws of the lines of synthetic galaxies, which the browser asks for when a slider rests."""

import base64
import binascii
from typing import Any, Final

import numpy as np
from dash import Input, Output, callback
from jaxtyping import Float
from werkzeug.exceptions import BadRequest

from model.bins import N_BINS
from model.predictions.joint.anchor import Anchor
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params

DRAWS: Final = 64
"""Draws of one galaxy."""
POPULATION: Final = 10_000
"""Galaxies of a population."""
FIELDS: Final = N_BINS + 2
"""Numbers of a galaxy: twelve bins, the Hα that its stars ionise [Å], and 12 + log O/H."""


@callback(Output("synthesize-drawn", "data"), Input("synthesize-asked", "data"), prevent_initial_call=True)
def draw(asked: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return `DRAWS` draws of one galaxy, noise-free."""
    if not asked:
        return None
    galaxy = read(asked, 1)
    return answer(asked, np.repeat(galaxy, DRAWS, axis=0))


@callback(
    Output("synthesize-population-drawn", "data"),
    Input("synthesize-population-asked", "data"),
    prevent_initial_call=True,
)
def draw_population(asked: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return one draw of each galaxy of a population, noise-free."""
    return answer(asked, read(asked, POPULATION)) if asked else None


def answer(asked: dict[str, Any], galaxies: Float[np.ndarray, "galaxy field"]) -> dict[str, Any]:
    """Return draws as base64 of float32 (galaxy, line) [Å], with the question's number."""
    bins, expected, log_oh = galaxies[:, :N_BINS], galaxies[:, N_BINS], galaxies[:, N_BINS + 1]
    anchor = Anchor(np.log10(expected), log_oh) if asked.get("anchored") is True else None
    drawn = sample_many(0, load_params("noise-free"), bins, ids=np.arange(len(galaxies)), anchor=anchor)
    ew = base64.b64encode(np.asarray(drawn.ew, np.float32).tobytes()).decode()
    return {"number": asked.get("number"), "ew": ew}


def read(asked: dict[str, Any], most: int) -> Float[np.ndarray, "galaxy field"]:
    """Return the galaxies that the browser sent.

    Raises
    ------
    BadRequest
        If they are not 1 to `most` rows of positive numbers.
    """
    try:
        values = np.frombuffer(base64.b64decode(str(asked.get("galaxies")), validate=True), np.float32)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("The galaxies are not float32 numbers as base64.") from error
    if not values.size or values.size % FIELDS or values.size > most * FIELDS:
        raise BadRequest(f"There are {values.size} numbers; 1 to {most} galaxies of {FIELDS} numbers can be drawn.")
    if not (np.isfinite(values) & (values > 0)).all():
        raise BadRequest("Every number of a galaxy needs to be above 0.")
    return values.reshape(-1, FIELDS)
