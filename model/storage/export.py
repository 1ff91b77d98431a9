"""Registration of the library's records with `jax.export`, for saving compiled functions that take or return them.

Saving and reading such functions needs the package `flatbuffers`, which JAX does not bring.
"""

from typing import Any, Final

from ..distribution.chain import Chain, Heads, Summary
from ..distribution.colors import ColorMixture
from ..distribution.latent import Response
from ..distribution.scales import Scales
from ..distribution.widening import Widening
from ..networks.joint import JointNetwork
from ..networks.layers import Dense, Trunk
from ..networks.per_line import PerLineNetwork
from ..physics.bands import Bands
from ..predictions.domain.domain import Domain
from ..predictions.intrinsic import IntrinsicEW
from ..predictions.joint.anchor import Anchor
from ..predictions.joint.draws import ObservedLines, Sample
from ..predictions.map import MapPlace
from ..predictions.params import Diluted, LineDistribution, Params
from ..predictions.predict import Prediction
from ..spectra.grid import Grid
from ..spectra.lines.measure import MeasuredLines

RECORDS: Final[tuple[type[Any], ...]] = (
    Anchor,
    Chain,
    ColorMixture,
    Dense,
    Diluted,
    Domain,
    Heads,
    IntrinsicEW,
    JointNetwork,
    LineDistribution,
    MapPlace,
    MeasuredLines,
    ObservedLines,
    Params,
    PerLineNetwork,
    Prediction,
    Response,
    Sample,
    Scales,
    Summary,
    Trunk,
    Widening,
)
"""Named tuples of arrays."""
CLASSES: Final[tuple[type[Any], ...]] = (Bands, Grid)
"""Other pytrees."""


def register() -> None:
    """Register all records by their names, once per process, where `jax.export` can be imported."""
    try:
        from jax import export
    except ModuleNotFoundError:
        # jax 0.6.0 needs absl-py for it and does not bring it; everything else works without.
        return
    for record in RECORDS:
        export.register_namedtuple_serialization(record, serialized_name=f"galactic_neon.{record.__name__}")
    for kind in CLASSES:
        export.register_pytree_node_serialization(
            kind,
            serialized_name=f"galactic_neon.{kind.__name__}",
            serialize_auxdata=lambda _: b"",
            deserialize_auxdata=lambda _: None,
        )
