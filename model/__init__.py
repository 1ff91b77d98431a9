"""Galactic Neon: equivalent widths of optical emission lines from a galaxy's starlight alone.

Pure functions on arrays whose last axis is the line, the bin or the colour; one galaxy per call, `jax.vmap` for many.
They run under `jit`, `grad` and `vmap`.
"""

from typing import Any

from .bins import BIN_CENTERS, BIN_EDGES
from .distribution.latent import Response
from .features import colors
from .lines import EXTRA_LINES, LINES, MEASURED_LINES
from .numerics.random_numbers import id_words
from .physics.bands import Bands
from .physics.luminosities import line_luminosities, log_luminosity
from .physics.magnitudes import LineMagnitudes, line_magnitudes, magnitude_changes
from .physics.photoionisation import DESI_OFFSET, ionising_photons, line_ratios, photoionised_ew, star_formation_ew
from .predictions.batch import predict_many
from .predictions.domain.domain import Domain, domain, domain_score
from .predictions.imputation import complete_bins
from .predictions.intrinsic import IntrinsicEW, intrinsic_ew, listing_response
from .predictions.joint.anchor import Anchor
from .predictions.joint.batch import sample_many
from .predictions.joint.draws import ObservedLines, Sample, sample
from .predictions.joint.likelihood import log_prob
from .predictions.map import MapPlace, place_on_map
from .predictions.params import Params
from .predictions.predict import Prediction, predict, predict_ew
from .predictions.published_noise import published_noise
from .spectra.bin_noise import bin_variance, excess_ivar
from .spectra.continuum import continuum_bins
from .spectra.grid import Grid
from .spectra.lines.mask import mask_lines
from .spectra.lines.measure import MeasuredLines, measure_lines
from .spectra.synthesis import add_lines, line_profiles
from .statistics.judge import MockJudgement, judge
from .statistics.mock_diagrams import ClassShare, LineRatio
from .statistics.mock_regions import Region
from .storage.export import register as register_exports
from .storage.release import __version__ as __version__
from .storage.weights import WeightsError, load_params, load_sidecar

__all__ = [
    "BIN_CENTERS",
    "BIN_EDGES",
    "DESI_OFFSET",
    "EXTRA_LINES",
    "LINES",
    "MEASURED_LINES",
    "Anchor",
    "Bands",
    "ClassShare",
    "Domain",
    "Grid",
    "IntrinsicEW",
    "LineMagnitudes",
    "LineRatio",
    "MapPlace",
    "MeasuredLines",
    "MockJudgement",
    "ObservedLines",
    "Params",
    "Prediction",
    "Region",
    "Response",
    "Sample",
    "WeightsError",
    "add_lines",
    "bin_variance",
    "colors",
    "complete_bins",
    "continuum_bins",
    "domain",
    "domain_score",
    "excess_ivar",
    "id_words",
    "intrinsic_ew",
    "ionising_photons",
    "judge",
    "line_luminosities",
    "line_magnitudes",
    "line_profiles",
    "line_ratios",
    "listing_response",
    "load_params",
    "load_sidecar",
    "log_luminosity",
    "log_prob",
    "magnitude_changes",
    "mask_lines",
    "measure_lines",
    "photoionised_ew",
    "place_on_map",
    "predict",
    "predict_ew",
    "predict_many",
    "published_noise",
    "sample",
    "sample_many",
    "star_formation_ew",
]


register_exports()


_REPLACED = {
    "Observed": ("ObservedLines", ObservedLines),
    "sample_ew": ("sample(...).ew", lambda *given, **named: sample(*given, **named).ew),
    "sample_observed": ("sample(...).observed", lambda *given, **named: sample(*given, **named).observed),
}
"""What names of the previous release are now; the next release drops them."""


def __getattr__(name: str) -> Any:
    """Return a name of the previous release with a DeprecationWarning."""
    if name not in _REPLACED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import warnings

    words, replacement = _REPLACED[name]
    warnings.warn(f"{name} is deprecated: use {words}.", DeprecationWarning, stacklevel=2)
    return replacement
