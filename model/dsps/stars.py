"""Stars and dust of a synthetic galaxy, and the star formation history that they describe."""

from typing import Any, Final, NamedTuple

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

TIMES: Final = 200
"""Times at which a history is tabulated."""
LEAST_LOOKBACK: Final = 1e-4
"""Share of the age of a history that its last steps resolve."""
FIRST_STAR: Final = 0.01
"""Age of the universe at the first star [Gyr]; DSPS takes no times before .001."""
BURST_WIDTH: Final = 0.3
"""Width of a burst, relative to its age."""
QUENCHING: Final = 0.1
"""Time in which star formation falls by a factor e once a galaxy is quenched [Gyr]."""
RECENT: Final = 0.01
"""Time over which the present star formation rate is averaged [Gyr]."""


class Stars(NamedTuple):
    """Stars and dust of one galaxy; for many, every field has a leading axis.

    Attributes
    ----------
    age : float
        Time since star formation began [Gyr].
    tau : float
        Time in which star formation falls by a factor e [Gyr]; a large one is constant star formation.
    burst : float
        Share of the stellar mass that formed in a burst, 0 to 1.
    burst_age : float
        Time since the burst [Gyr].
    log_mass : float
        log10 of the mass of stars formed [Msun].
    log_metallicity : float
        log10 of the mass fraction of metals; the Sun's is about -1.8.
    av : float
        Attenuation in V [mag], with the curve of Calzetti et al. 2000.
    dispersion : float
        Stellar velocity dispersion [km/s].
    redshift : float
        Redshift, > 0.
    quenched : float
        Time since star formation was quenched [Gyr]; 0 if it was not. It falls from then on by a factor e every .1 Gyr.
    """

    age: Float[ArrayLike, ""] | Any = 8.0
    tau: Float[ArrayLike, ""] | Any = 3.0
    burst: Float[ArrayLike, ""] | Any = 0.0
    burst_age: Float[ArrayLike, ""] | Any = 0.1
    log_mass: Float[ArrayLike, ""] | Any = 10.0
    log_metallicity: Float[ArrayLike, ""] | Any = -1.9
    av: Float[ArrayLike, ""] | Any = 0.5
    dispersion: Float[ArrayLike, ""] | Any = 120.0
    redshift: Float[ArrayLike, ""] | Any = 0.1
    quenched: Float[ArrayLike, ""] | Any = 0.0


def history(stars: Stars) -> tuple[Float[Array, " time"], Float[Array, " time"]]:
    """Return ages of the universe [Gyr], the last of which is now, and star formation rates of an arbitrary scale.

    The rate falls exponentially, faster in a quenched galaxy; a burst is a log-normal of the time before the end.
    """
    # The mass of the last million years is a difference of masses: as precise as JAX allows.
    age = jnp.asarray(stars.age, jnp.result_type(float))
    lookback = (jnp.geomspace(1 + LEAST_LOOKBACK, LEAST_LOOKBACK, TIMES) - LEAST_LOOKBACK) * age
    times = FIRST_STAR + age - lookback
    smooth = jnp.exp(-(age - lookback) / stars.tau)
    smooth = smooth * jnp.exp(-jnp.maximum(stars.quenched - lookback, 0.0) / QUENCHING)
    lookback = jnp.maximum(lookback, LEAST_LOOKBACK * age)
    away = (jnp.log(lookback) - jnp.log(stars.burst_age)) / BURST_WIDTH
    peak = jnp.exp(-0.5 * away**2) / lookback

    def mass(rate: Array) -> Array:
        return ((rate[1:] + rate[:-1]) / 2 * jnp.diff(times)).sum()

    share = jnp.asarray(stars.burst)
    return times, (1 - share) * smooth / mass(smooth) + share * peak / jnp.maximum(mass(peak), 1e-30)


def log_ssfr(stars: Stars) -> Float[Array, ""]:
    """Return log10 of the mass formed in the last 10 Myr, per year and per mass formed in all [1/yr]."""
    times, rates = history(stars)
    # Summed back from now: in single precision, the difference of two masses would lose what an old galaxy still forms.
    steps = ((rates[1:] + rates[:-1]) / 2 * jnp.diff(times))[::-1]
    mass = jnp.concatenate([jnp.zeros(1, steps.dtype), jnp.cumsum(steps)])
    recent = jnp.interp(RECENT, times[-1] - times[::-1], mass)
    return jnp.log10(jnp.maximum(recent / mass[-1], 1e-30) / (RECENT * 1e9))
