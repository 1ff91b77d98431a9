"""Compare predictions for one galaxy with stored values, so that a server with wrong numbers does not become ready.

After a change of the packaged weights, ``python -m server.process.selftest`` writes the stored values again.
"""

import json
import logging
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from model.bins import N_BINS
from model.predictions.batch import place_many, predict_many
from model.storage.weights import DEFAULT, load_params, load_sidecar

logger = logging.getLogger(__name__)

GOLDEN: Final = Path(__file__).with_name("golden.json")
TOLERANCE: Final = 1e-3
"""Relative and absolute tolerance, above the differences in rounding between processors."""


class SelfTestError(RuntimeError):
    """The predictions differ from the stored values."""


def measure() -> dict[str, Any]:
    """Return predictions for a rising continuum, made by the functions that requests use."""
    params = load_params()
    flux: Float[np.ndarray, "galaxy bin"] = np.linspace(1.0, 2.0, N_BINS, dtype=np.float32)[None]
    values = {"colors": predict_many(params, flux).ew}
    if params.luminosity is not None:
        values["luminosity"] = predict_many(params, flux, np.full(1, 6.4, np.float32)).ew
    if params.map is not None:
        values["map"] = place_many(params, flux).position
    return {
        "sha256": load_sidecar(DEFAULT)["sha256"],
        "values": {name: np.round(value[0].astype(float), 5).tolist() for name, value in values.items()},
    }


def check() -> None:
    """Compare predictions with the stored values.

    Raises
    ------
    SelfTestError
        If a value differs, or if the stored values are for other weights.
    """
    golden, measured = json.loads(GOLDEN.read_text(encoding="utf-8")), measure()
    if golden["sha256"] != measured["sha256"]:
        raise SelfTestError("The weights are not those of the golden value. Run `python -m server.process.selftest`.")
    for name, expected in golden["values"].items():
        found = measured["values"].get(name, [])
        if not np.allclose(expected, found, rtol=TOLERANCE, atol=TOLERANCE):
            raise SelfTestError(f"The self-test predicts {found} for {name}; these weights predict {expected}.")


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(measure(), indent=1) + "\n", encoding="utf-8")
