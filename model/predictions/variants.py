"""The choice of a variant for every row of a table: the richest that its numbers and the weights allow."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float

from ..features import VARIANTS
from ..networks.per_line import PerLineNetwork
from .params import Diluted, LineDistribution, Params

_Weights = TypeVar("_Weights", Params, LineDistribution, Diluted)


def usable_conditions(
    params: Params,
    n: int,
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
) -> tuple[Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]]:
    """Return luminosity and redshift of every row, NaN where the prediction does not use them.

    A redshift is used with a luminosity, and within the redshifts of the training galaxies: a network that never saw a
    redshift cannot tell what it does to the lines.

    Parameters
    ----------
    params : Params
        From `load_params`.
    n : int
        Number of rows.
    log_luminosity, redshift : (galaxy,) array, optional
        NaN where missing.

    Returns
    -------
    log_luminosity, redshift : (galaxy,) arrays
        float32.
    """
    luminosity, shift = (
        np.full(n, np.nan, np.float32) if values is None else np.asarray(values, np.float32)
        for values in (log_luminosity, redshift)
    )
    near, far = (-np.inf, np.inf) if params.domain is None else np.asarray(params.domain.redshift_limit)
    used = np.isfinite(luminosity) & (shift >= near) & (shift <= far)
    return luminosity, np.where(used, shift, np.float32(np.nan))


def choose_variants(
    params: Params,
    n: int,
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
) -> np.ndarray:
    """Return the richest variant that each row's numbers and the weights allow.

    Parameters
    ----------
    params : Params
        From `load_params`.
    n : int
        Number of rows.
    log_luminosity, redshift : (galaxy,) array, optional
        NaN where missing.

    Returns
    -------
    (galaxy,) array of str
        Of `features.VARIANTS`. Weights without the variant "colors" predict every row with "luminosity".
    """
    luminosity, shift = usable_conditions(params, n, log_luminosity, redshift)
    bright = (np.isfinite(luminosity) & (params.luminosity is not None)) | (params.colors is None)
    deep = np.isfinite(shift) & (params.redshift is not None)
    return np.select([deep, bright], VARIANTS[:0:-1], VARIANTS[0]).astype(object)


def fill_by_variant(
    function: Callable[..., Any],
    variants: np.ndarray,
    columns: tuple[Float[np.ndarray, "galaxy ..."], ...],
    outputs: tuple[Float[np.ndarray, "galaxy ..."], ...],
    bin_flux_ivar: Float[np.ndarray, "galaxy bin"] | None = None,
) -> tuple[Float[np.ndarray, "galaxy ..."], ...]:
    """Call a function on the rows of each variant, with the columns that the variant uses, and fill in what it returns.

    Parameters
    ----------
    function : callable
        Called with the fluxes and as many of the other columns as the variant uses; it returns one array per output.
    variants : (galaxy,) array of str
        From `choose_variants`; rows with another word are left as they are.
    columns : tuple of arrays
        Fluxes (galaxy, 12), log luminosities and redshifts (galaxy,).
    outputs : tuple of arrays
        Filled in place.
    bin_flux_ivar : (galaxy, 12) array, optional
        Passed to the function by this name.

    Returns
    -------
    tuple of arrays
        The outputs.
    """
    for number, variant in enumerate(VARIANTS):
        chosen = variants == variant
        if chosen.any():
            noise = {} if bin_flux_ivar is None else {"bin_flux_ivar": bin_flux_ivar[chosen]}
            part = function(*(column[chosen] for column in columns[: number + 1]), **noise)
            for output, values in zip(outputs, part, strict=True):
                output[chosen] = values
    return outputs


def in_one_shape(
    weights: _Weights,
    n: int,
    log_luminosity: Float[np.ndarray, " galaxy"] | None = None,
    redshift: Float[np.ndarray, " galaxy"] | None = None,
) -> tuple[_Weights, tuple[Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]]]:
    """Return the network of the variant that the inputs choose, with all inputs of the richest one, and these inputs.

    One compiled program then serves every variant, instead of one for each: every program keeps megabytes. Inputs that
    the variant lacks are 0 and have weights of 0, so that they change no prediction.

    Parameters
    ----------
    weights : Params, LineDistribution or Diluted
        Networks of the variants.
    n : int
        Number of rows.
    log_luminosity, redshift : (galaxy,) array, optional
        As for `features.variant_features`.

    Returns
    -------
    weights : Params, LineDistribution or Diluted
        The chosen network as the variant "redshift", and no other variant.
    conditions : tuple of (galaxy,) arrays
        Log luminosities and redshifts, 0 where the variant uses none.

    Raises
    ------
    ValueError
        If the weights lack the variant asked for.
    """
    number = 0 if log_luminosity is None else 1 if redshift is None or weights.redshift is None else 2
    network = getattr(weights, VARIANTS[number])
    if network is None:
        raise ValueError(f"These weights have no {VARIANTS[number]!r} variant. Choose another model or variant.")
    lacking = len(VARIANTS) - 1 - number
    only = dict.fromkeys(VARIANTS) | {VARIANTS[-1]: _with_unused_inputs(network, lacking) if lacking else network}
    unused = np.zeros(n, np.float32)
    luminosity = unused if log_luminosity is None else log_luminosity
    return weights._replace(**only), (luminosity, redshift if redshift is not None and number == 2 else unused)


def _with_unused_inputs(network: Any, count: int) -> Any:
    """Return a network that takes this many more features and ignores them."""

    def wider(values: Any, fill: float, axis: int) -> np.ndarray:
        values = np.asarray(values)
        shape = list(values.shape)
        shape[axis] = count
        return np.concatenate([values, np.full(shape, fill, values.dtype)], axis=axis)

    trunk = network if isinstance(network, PerLineNetwork) else network.trunk
    trunk = trunk._replace(
        feature_mean=wider(trunk.feature_mean, 0.0, -1), feature_std=wider(trunk.feature_std, 1.0, -1)
    )
    if isinstance(trunk, PerLineNetwork):
        first, *rest = trunk.layers
        return trunk._replace(layers=(first._replace(weight=wider(first.weight, 0.0, -2)), *rest))
    return network._replace(trunk=trunk._replace(entry=trunk.entry._replace(weight=wider(trunk.entry.weight, 0.0, -2))))
