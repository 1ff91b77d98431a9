"""The weights of all networks, as one pytree of arrays."""

from typing import NamedTuple

from ..bins import N_BINS
from ..distribution.chain import Chain, Summary
from ..distribution.colors import ColorMixture
from ..distribution.scales import Scales
from ..distribution.widening import Widening
from ..features import VARIANTS
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
    colors, luminosity, redshift : Summary
        Networks of percentiles and detection probabilities, one per variant, see `features.VARIANTS`.
    response : Summary
        Network of the response of measured to noise-free lines, see `distribution.latent.run_response`.

    Weights of an earlier release lack the last two, which are None then.
    """

    scales: Scales
    catalogued: Chain
    latent: Chain
    colors: Summary
    luminosity: Summary
    redshift: Summary | None
    response: Summary | None


class Diluted(NamedTuple):
    """Networks, one per variant, for continua with DESI's noise, from which the intrinsic distribution was learned."""

    colors: JointNetwork | None
    luminosity: JointNetwork | None
    redshift: JointNetwork | None


class Params(NamedTuple):
    """Weights of the line network of each variant, of the map, of the domain and of the intrinsic distribution.

    The variants are those of `features.VARIANTS`; `widening` belongs to the domain. `diluted` is present where the
    variants are for continua without noise but the intrinsic distribution is not, see `undiluted`.

    A field that a weights file does not hold is None.

    Examples
    --------
    >>> import jax
    >>> from galactic_neon import load_params
    >>> params = load_params()
    >>> leaves = jax.tree.leaves(params)  # a pytree of arrays, which jax.jit takes as an argument
    >>> {str(leaf.dtype) for leaf in leaves}
    {'float32'}
    """

    colors: JointNetwork | PerLineNetwork | None
    luminosity: JointNetwork | PerLineNetwork | None
    map: JointNetwork | None
    domain: ColorMixture | None = None
    intrinsic: LineDistribution | None = None
    redshift: JointNetwork | PerLineNetwork | None = None
    widening: Widening | None = None
    diluted: Diluted | None = None


def bins_of(params: Params) -> int:
    """Return the number of bins that the networks of the variants take: twelve, but for experiments with others."""
    for given, name in enumerate(VARIANTS):
        network = getattr(params, name)
        if network is not None:
            trunk = network if isinstance(network, PerLineNetwork) else network.trunk
            return trunk.feature_mean.shape[-1] - given + 1
    return N_BINS


def variants_of(params: Params | LineDistribution | Diluted) -> tuple[str, ...]:
    """Return the variants that inputs may choose: all, or all but the redshift's if the weights lack it."""
    return tuple(name for name in VARIANTS if name != "redshift" or params.redshift is not None)
