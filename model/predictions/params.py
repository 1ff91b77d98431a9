"""The weights of all networks, as one pytree of arrays."""

from typing import NamedTuple

from ..distribution.chain import Chain, Summary
from ..distribution.colors import ColorMixture
from ..distribution.scales import Scales
from ..networks.joint import JointNetwork
from ..networks.per_line import PerLineNetwork


class LineDistribution(NamedTuple):
    """Joint distribution of the catalogued lines given a continuum, and of the noise-free lines given both.

    Attributes
    ----------
    scales : Scales
        Units of the lines.
    catalogued : Chain
        Networks of the catalogued lines, see `distribution.catalogued`.
    latent : Chain
        Networks of the noise-free lines given the catalogued ones, see `distribution.latent`.
    colors, luminosity : Summary
        Networks of percentiles and detection probabilities, from the colours alone and with the luminosity.
    """

    scales: Scales
    catalogued: Chain
    latent: Chain
    colors: Summary
    luminosity: Summary


class Params(NamedTuple):
    """Weights of the line network of each variant, of the map, of the domain and of the intrinsic distribution.

    A field that a weights file does not hold is None.
    """

    colors: JointNetwork | PerLineNetwork | None
    luminosity: JointNetwork | PerLineNetwork | None
    map: JointNetwork | None
    domain: ColorMixture | None = None
    intrinsic: LineDistribution | None = None
