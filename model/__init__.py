"""Galactic Neon: equivalent widths of optical emission lines from a galaxy's starlight alone.

Pure functions on arrays whose last axis is the line, the bin or the colour; one galaxy per call, `jax.vmap` for many.
They run under `jit`, `grad` and `vmap`.
"""

from typing import Any

from .bins import BIN_CENTERS, BIN_EDGES
from .distribution.latent import Response
from .features import colors
from .lines import EXTRA_LINES, LINES, MEASURED_LINES
from .predictions.batch import predict_many, sample_many
from .predictions.domain import Domain, domain, domain_score
from .predictions.draws import ObservedLines, sample_ew, sample_observed
from .predictions.imputation import complete_bins
from .predictions.intrinsic import IntrinsicEW, intrinsic_ew, listing_response
from .predictions.map import MapPlace, place_on_map
from .predictions.params import Params
from .predictions.predict import Prediction, predict, predict_ew
from .predictions.published_noise import published_noise
from .release import __version__
from .spectra.bin_noise import bin_variance, excess_ivar
from .spectra.continuum import continuum_bins
from .spectra.measure import MeasuredLines, measure_lines
from .spectra.synthesis import add_lines
from .storage.weights import WeightsError, load_params

__all__ = [
    "BIN_CENTERS",
    "BIN_EDGES",
    "EXTRA_LINES",
    "LINES",
    "MEASURED_LINES",
    "Domain",
    "IntrinsicEW",
    "MapPlace",
    "MeasuredLines",
    "ObservedLines",
    "Params",
    "Prediction",
    "Response",
    "WeightsError",
    "__version__",
    "add_lines",
    "bin_variance",
    "colors",
    "complete_bins",
    "continuum_bins",
    "domain",
    "domain_score",
    "excess_ivar",
    "intrinsic_ew",
    "listing_response",
    "load_params",
    "measure_lines",
    "place_on_map",
    "predict",
    "predict_ew",
    "predict_many",
    "published_noise",
    "sample_ew",
    "sample_many",
    "sample_observed",
]


def __getattr__(name: str) -> Any:
    """Return a name of the previous release with a DeprecationWarning; the next release drops it."""
    if name == "Observed":
        import warnings

        warnings.warn("Observed is now called ObservedLines.", DeprecationWarning, stacklevel=2)
        return ObservedLines
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
