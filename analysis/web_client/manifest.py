"""What pages that predict in the browser tell their scripts: addresses, lines and limits."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from analysis.web_client import weights
from data.uploads.readers import numbers
from model.bins import BIN_EDGES
from model.lines import LINES
from model.predictions.domain.reasons import EDGE, OUTSIDE
from model.storage.weights import DEFAULT, load_params


def network_source(models: Iterable[str]) -> dict[str, Any]:
    """Return the addresses of the weights of models and of the map's cells, the lines and the bins."""
    parts = {
        name: {
            part: f"/models/{name}/{part}.safetensors?v={version}" for part, version in weights.parts_of(name).items()
        }
        for name in {*models, DEFAULT}
    }
    return {
        "models": {name: parts[name] for name in models},
        "shared": parts[DEFAULT][weights.SHARED],
        "background": f"/models/cells.json?v={weights.background_version()}",
        "edges": BIN_EDGES.tolist(),
        "lines": [
            {
                "name": line.name,
                "label": line.label,
                "symbol": line.symbol,
                "accent": line.accent,
                "wavelength": line.wavelength,
                "wavelengths": line.wavelengths,
            }
            for line in LINES
        ],
    }


def limits() -> dict[str, Any]:
    """Return the ranges of inputs, and the limits of the training domain."""
    return {
        "flux": numbers.FLUX_RANGE,
        "luminosity": numbers.LOG_LUMINOSITY_RANGE,
        "redshift": numbers.REDSHIFT_RANGE,
        "edge": EDGE,
        "outside": OUTSIDE,
        "trained": trained_limits(),
    }


def trained_limits() -> dict[str, list[float]]:
    """Return the domain's limits of redshift and log luminosity, as in `Params.domain`; empty if there is none."""
    domain = load_params().domain
    if domain is None:
        return {}
    return {
        "redshift": np.asarray(domain.redshift_limit).tolist(),
        "luminosity": np.asarray(domain.luminosity_limit).tolist(),
    }
