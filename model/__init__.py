"""Galactic Neon: equivalent widths of ten optical emission lines from a galaxy's starlight alone.

Pure functions on arrays whose last axis is the line, the bin or the colour; one galaxy per call, `jax.vmap` for many.
They run under `jit`, `grad` and `vmap`.
"""

from .bins import BIN_CENTERS, BIN_EDGES
from .continuum import continuum_bins
from .domain import Domain, domain, domain_score
from .embedding import MapPlace, place_on_map
from .features import colors
from .intrinsic import IntrinsicEW, Observed, intrinsic_ew, sample_ew, sample_observed
from .lines import LINES
from .measure import MeasuredLines, measure_lines
from .missing import complete_bins
from .network import Params, Prediction, predict, predict_ew
from .synthesis import add_lines
from .weights import WeightsError, load_params

__all__ = [
    "BIN_CENTERS",
    "BIN_EDGES",
    "LINES",
    "Domain",
    "IntrinsicEW",
    "MapPlace",
    "MeasuredLines",
    "Observed",
    "Params",
    "Prediction",
    "WeightsError",
    "add_lines",
    "colors",
    "complete_bins",
    "continuum_bins",
    "domain",
    "domain_score",
    "intrinsic_ew",
    "load_params",
    "measure_lines",
    "place_on_map",
    "predict",
    "predict_ew",
    "sample_ew",
    "sample_observed",
]
