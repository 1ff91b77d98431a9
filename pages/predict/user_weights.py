"""Exchange with the browser, which predicts uploaded tables with a visitor's own network (docs/decisions/0014)."""

import base64
from typing import Any, Final

import numpy as np
from dash.exceptions import PreventUpdate
from jaxtyping import Float

from analysis.answers.upload import UserWeights
from data.errors import UploadError
from data.uploads import FluxTable
from model.features import VARIANTS
from model.lines import LINES
from model.predictions.variants import usable_conditions
from model.storage.weights import load_params
from pages.predict.form import MAX_EW
from storage.program import COMMAND

OWN: Final = "yours"
"""The page's name of a visitor's network."""
MAX_ROWS: Final = 8_000
"""Most galaxies of a table; 30 numbers for each are sent back in one request, beside the file."""


def network_input(table: FluxTable) -> dict[str, str]:
    """Return twelve fluxes, log luminosity and redshift per row, each as base64 of little-endian float32.

    A quantity that `answer` would not use is NaN.

    Raises
    ------
    UploadError
        If there are more than `MAX_ROWS` rows.
    """
    n = len(table.ids)
    if n > MAX_ROWS:
        raise UploadError(
            f"The file has {n:,} galaxies. Your weights stay in your browser, which predicts at most {MAX_ROWS:,} "
            f"galaxies of a file. Split the file, choose another network above, or run: {COMMAND} "
            "predict FILE OUT --model your.safetensors"
        )
    bad = np.array([bool(problem) for problem in table.problems])
    flux = np.where(bad[:, None], np.nan, table.bin_flux)
    luminosity, redshift = usable_conditions(load_params(), n, table.log_luminosity, table.redshift)
    return {"flux": _base64(flux), "luminosity": _base64(luminosity), "redshift": _base64(redshift)}


def read_network_output(sent: Any, n: int) -> UserWeights:
    """Return the browser's predictions for `n` galaxies, after checking all of what was sent.

    Raises
    ------
    PreventUpdate
        If it cannot have been sent by the page.
    """
    variants = sent.get("variants") if isinstance(sent, dict) else None
    content = sent.get("ew") if isinstance(sent, dict) else None
    if not isinstance(variants, list) or not isinstance(content, str):
        raise PreventUpdate
    try:
        numbers = np.frombuffer(base64.b64decode(content, validate=True), "<f4")
        ew = numbers.reshape(3, n, len(LINES)).astype(np.float32)
    except ValueError as error:
        raise PreventUpdate from error
    ew[~(np.abs(ew) < MAX_EW)] = np.nan
    return UserWeights(ew, tuple(variant for variant in VARIANTS if variant in variants) or VARIANTS[:1])


def _base64(values: Float[np.ndarray, "..."]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
