"""Everything a prediction needs, as one pytree of arrays."""

from typing import NamedTuple

from ..distribution.chain import Chain, Summary
from ..distribution.colors import ColorMixture
from ..distribution.scales import Scales
from ..networks.joint import JointNetwork
from ..networks.per_line import PerLineNetwork


class LineDistribution(NamedTuple):
    """Joint distribution of what a catalogue would list given a continuum, and of the lines behind it.

    Attributes
    ----------
    scales : Scales
        Units of the lines.
    listing : Chain
        What is listed, see `listing`.
    latent : Chain
        The noise-free lines given what is listed, see `latent`.
    colors, luminosity : Summary
        Percentiles and detections without drawing, from colours alone and with the luminosity.
    """

    scales: Scales
    listing: Chain
    latent: Chain
    colors: Summary
    luminosity: Summary


class Params(NamedTuple):
    """Everything a prediction needs: networks per variant, the one that places galaxies on the map, and the domain.

    What a weights file does not have is None.
    """

    colors: JointNetwork | PerLineNetwork | None
    luminosity: JointNetwork | PerLineNetwork | None
    map: JointNetwork | None
    domain: ColorMixture | None = None
    intrinsic: LineDistribution | None = None
