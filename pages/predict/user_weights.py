"""A table and a visitor's own network: the browser predicts (decision 14); what goes there and what comes back."""

import base64
from typing import Any, Final

import numpy as np
from dash.exceptions import PreventUpdate
from jaxtyping import Float

from analysis.answers.upload import UserWeights
from data.errors import UploadError
from data.uploads import FluxTable
from model.lines import LINES
from pages.predict.form import MAX_EW

OWN: Final = "yours"
"""What the page calls a visitor's network."""
MAX_ROWS: Final = 8_000
"""Galaxies: their thirty numbers each come back in one request, beside the file."""


def asked(table: FluxTable) -> dict[str, str]:
    """Return what the browser's network needs of a table: twelve fluxes and a log luminosity a row, as float32.

    Raises
    ------
    UploadError
        When there are more than `MAX_ROWS`.
    """
    n = len(table.ids)
    if n > MAX_ROWS:
        raise UploadError(
            f"The file has {n:,} galaxies. Your weights stay in your browser, which predicts at most {MAX_ROWS:,} "
            "galaxies of a file. Split the file, choose another network above, or run: .venv/bin/python cli.py "
            "predict FILE OUT --model your.safetensors"
        )
    bad = np.array([bool(problem) for problem in table.problems])
    flux = np.where(bad[:, None], np.nan, table.bin_flux)
    light = np.full(n, np.nan) if table.log_luminosity is None else table.log_luminosity
    return {"flux": _text(flux), "luminosity": _text(light)}


def given(said: Any, n: int) -> UserWeights:
    """Check what the browser's network said of `n` galaxies; anybody may post anything.

    Raises
    ------
    PreventUpdate
        When it is not what the page sends.
    """
    variants = said.get("variants") if isinstance(said, dict) else None
    content = said.get("ew") if isinstance(said, dict) else None
    if not isinstance(variants, list) or not isinstance(content, str):
        raise PreventUpdate
    try:
        numbers = np.frombuffer(base64.b64decode(content, validate=True), "<f4")
        ew = numbers.reshape(3, n, len(LINES)).astype(np.float32)
    except ValueError as error:
        raise PreventUpdate from error
    ew[~(np.abs(ew) < MAX_EW)] = np.nan
    return UserWeights(ew, "auto" if {"colors", "luminosity"} <= set(map(str, variants)) else _only(variants))


def _only(variants: list[Any]) -> Any:
    return "luminosity" if variants == ["luminosity"] else "colors"


def _text(values: Float[np.ndarray, "..."]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
