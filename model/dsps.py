"""Mock galaxies in one function: a star formation history becomes a spectrum, its lines, and magnitudes.

DSPS (Hearn et al. 2023, MNRAS 521, 1741) weighs stellar populations with the history; Galactic Neon adds dust, the
motion of the stars, emission lines and bands. All of it compiles, differentiates and vectorises. Needs ``dsps``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from .bins import LUMINOSITY_BIN
from .features import CM_PER_MPC, LIGHT_SPEED, VARIANTS, luminosity_distance
from .numerics.random_numbers import Key
from .physics.bands import Bands
from .physics.luminosities import SOLAR_LUMINOSITY
from .predictions.draws import Sample, sample
from .predictions.params import Params
from .predictions.predict import Prediction, predict
from .spectra.grid import Grid
from .spectra.templates import attenuation_curve, load_templates

PIXEL: Final = 50.0
"""Width of a pixel of the spectra [km/s]."""
RANGE: Final = (3345.0, 7060.0)
"""Rest-frame wavelengths of the spectra [Å]."""
LARGEST_DISPERSION: Final = 400.0
"""Largest stellar velocity dispersion [km/s]."""
TIMES: Final = 200
"""Times at which a history is tabulated."""
LEAST_LOOKBACK: Final = 1e-3
"""Share of the age of a history that its last step covers."""
LOG_LUMINOSITY_OFFSET: Final = float(np.log10(SOLAR_LUMINOSITY) - 33.078)
"""`log_luminosity` of light with 1 Lsun/Å."""
BURST_WIDTH: Final = 0.3
"""Width of a burst, relative to its age."""


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


class MockGalaxy(NamedTuple):
    """What `Pipeline.galaxy` returns.

    Attributes
    ----------
    continuum : (pixel,) array
        Luminosity of the starlight [Lsun/Å] on `Pipeline.grid`.
    bin_flux : (12,) array
        Its means in the twelve bins [Lsun/Å].
    log_luminosity : () array
        As `features.log_luminosity`, of the whole galaxy.
    prediction : Prediction
        Lines as DESI's catalogue would list them, given detection [Å].
    drawn : Sample or None
        A draw of the lines [Å]; None without a key.
    spectrum : (pixel,) array
        Continuum with lines [Lsun/Å]: the drawn noise-free ones, or without a key the predicted medians.
    magnitudes : (band,) array or None
        Apparent AB magnitudes with lines; None without bands.
    """

    continuum: Float[Array, " pixel"]
    bin_flux: Float[Array, " bin"]
    log_luminosity: Float[Array, ""]
    prediction: Prediction
    drawn: Sample | None
    spectrum: Float[Array, " pixel"]
    magnitudes: Float[Array, " band"] | None


def ssp_data() -> Any:
    """Return the shipped stellar populations as DSPS's `SSPData`.

    They are 40 populations of Bruzual & Charlot 2003 in ten ages and four metallicities, at 3345-7060 Å: enough for the
    bins and optical magnitudes, too few for stellar masses better than a tenth of a dex.

    Returns
    -------
    dsps.data_loaders.SSPData
        log10 Z (4,), log10 of the age in Gyr (10,), vacuum wavelengths [Å], and luminosities per solar mass formed
        [Lsun/Hz/Msun] (4, 10, pixel).

    Examples
    --------
    >>> from galactic_neon.dsps import ssp_data
    >>> ssp_data().ssp_flux.shape
    (4, 10, 4478)
    """
    from dsps.data_loaders.defaults import SSPData

    templates = load_templates()
    wave = templates.wavelength_rest
    metals, ages = np.unique(templates.metallicity), np.unique(templates.age)
    per_angstrom = (templates.light[:, None] * templates.flux.astype(np.float64)).reshape(len(metals), len(ages), -1)
    return SSPData(
        ssp_lgmet=np.log10(metals),
        ssp_lg_age_gyr=np.log10(ages),
        ssp_wave=wave,
        ssp_flux=per_angstrom * wave**2 / (LIGHT_SPEED * 1e13),
        ssp_emline_wave=np.zeros(0),
        ssp_emline_luminosity=np.zeros((0, 0, 0)),
    )


def history(stars: Stars) -> tuple[Float[Array, " time"], Float[Array, " time"]]:
    """Return times since the first star [Gyr] and star formation rates, whose scale is arbitrary.

    The rate falls exponentially; a burst is a log-normal of the time before the end.
    """
    age = jnp.asarray(stars.age)
    lookback = jnp.geomspace(1.0, LEAST_LOOKBACK, TIMES) * age
    times = (1 + 2 * LEAST_LOOKBACK) * age - lookback
    smooth = jnp.exp(-times / stars.tau)
    away = (jnp.log(lookback) - jnp.log(stars.burst_age)) / BURST_WIDTH
    peak = jnp.exp(-0.5 * away**2) / lookback

    def mass(rate: Array) -> Array:
        return ((rate[1:] + rate[:-1]) / 2 * jnp.diff(times)).sum()

    share = jnp.asarray(stars.burst)
    return times, (1 - share) * smooth / mass(smooth) + share * peak / jnp.maximum(mass(peak), 1e-30)


class Pipeline:
    """From stars to lines: build it once, and call `galaxy` under `jax.jit`, `jax.vmap` and `jax.grad`.

    Parameters
    ----------
    params : Params
        From `load_params("noise-free")`: a synthetic continuum has no noise.
    ssp : SSPData, optional
        Stellar populations as DSPS loads them, in vacuum [Lsun/Hz/Msun]; by default the shipped ones, `ssp_data`.
    bands : tuple of wavelengths and transmission, optional
        Filter curves as for `Bands`.
    variant : {"colors", "luminosity", "redshift"}
        Which quantities the networks use. DESI's luminosities are those of the light in a fibre, so that the whole
        light of a galaxy is not what the other variants know.
    metallicity_scatter : float
        Scatter of the stars' metallicity [dex].

    Attributes
    ----------
    grid : Grid
        Grid of the spectra.

    Raises
    ------
    ValueError
        If the populations do not cover 3400-7000 Å.

    Examples
    --------
    >>> import jax
    >>> from galactic_neon import load_params
    >>> from galactic_neon.dsps import Pipeline, Stars
    >>> pipeline = Pipeline(load_params("noise-free"))
    >>> made = jax.jit(pipeline.galaxy)(Stars(age=6.0, tau=2.0), key=1)
    >>> made.drawn.ew.shape, made.spectrum.shape == made.continuum.shape
    ((10,), True)
    """

    def __init__(
        self,
        params: Params,
        ssp: Any = None,
        bands: tuple[Any, Any] | None = None,
        variant: str = "colors",
        metallicity_scatter: float = 0.2,
    ) -> None:
        ssp = ssp_data() if ssp is None else ssp
        wave = np.asarray(ssp.ssp_wave, np.float64)
        if wave[0] > RANGE[0] + 5 or wave[-1] < RANGE[1] - 5:
            raise ValueError(
                f"The stellar populations reach from {wave[0]:.5g} to {wave[-1]:.5g} Å; they need to cover "
                f"{RANGE[0]:g}-{RANGE[1]:g} Å."
            )
        if variant not in VARIANTS:
            raise ValueError(f"There is no variant {variant!r}. There are {', '.join(VARIANTS)}.")
        self.params, self.variant, self.bands = params, variant, bands
        edges = np.exp(np.arange(np.log(RANGE[0]), np.log(RANGE[1]), PIXEL / LIGHT_SPEED))
        pixels = np.sqrt(edges[1:] * edges[:-1])
        per_angstrom = np.asarray(ssp.ssp_flux, np.float64) * LIGHT_SPEED * 1e13 / wave**2
        self.grid = Grid(pixels)
        resampled = np.stack([[np.interp(pixels, wave, one) for one in row] for row in per_angstrom])
        self._flux = resampled.astype(np.float32)
        self._lgmet, self._lg_age = (np.asarray(part) for part in (ssp.ssp_lgmet, ssp.ssp_lg_age_gyr))
        self._scatter = metallicity_scatter
        self._curve = attenuation_curve(pixels).astype(np.float32)

    def continuum(self, stars: Stars) -> Float[Array, " pixel"]:
        """Return the luminosity of the starlight [Lsun/Å] on the grid, behind dust and with the stars' motion."""
        return self.continuum_of(*history(stars), stars.age * (1 + LEAST_LOOKBACK), stars)

    def continuum_of(
        self, times: Float[Array, " time"], rates: Float[Array, " time"], now: ArrayLike, stars: Stars
    ) -> Float[Array, " pixel"]:
        """Return the starlight [Lsun/Å] of any tabulated history.

        Parameters
        ----------
        times, rates : (time,) array
            Ages of the universe, or times since any start [Gyr], and star formation rates; their scale does not count.
        now : float
            The time at which the galaxy is seen [Gyr].
        stars : Stars
            Mass, metallicity, dust and dispersion; its history is not used.

        Returns
        -------
        (pixel,) array
            Luminosity per wavelength [Lsun/Å].
        """
        from dsps.sed.ssp_weights import calc_ssp_weights_sfh_table_lognormal_mdf

        weights = calc_ssp_weights_sfh_table_lognormal_mdf(
            times, rates, stars.log_metallicity, self._scatter, self._lgmet, self._lg_age, now
        ).weights
        light = jnp.einsum("ma,map->p", weights.astype(self._flux.dtype), jnp.asarray(self._flux))
        light = light * 10.0 ** jnp.asarray(stars.log_mass, light.dtype)
        screen = 10.0 ** (-0.4 * jnp.asarray(stars.av, light.dtype) * self._curve)
        return _blurred(light * screen, jnp.asarray(stars.dispersion, light.dtype))

    def galaxy(self, stars: Stars, key: Key | None = None, ids: Any = None) -> MockGalaxy:
        """Return starlight, lines, spectrum and magnitudes of one galaxy; `jax.vmap` makes many.

        Parameters
        ----------
        stars : Stars
            Stars and dust.
        key : int or PRNG key, optional
            See `sample`; without it the spectrum has the predicted medians.
        ids : int or (2,) array of uint32, optional
            See `sample`.

        Returns
        -------
        MockGalaxy
            Arrays of one galaxy.
        """
        continuum = self.continuum(stars)
        bins = self.grid.bins(continuum, lines=False)
        luminosity = jnp.log10(bins[LUMINOSITY_BIN]) + LOG_LUMINOSITY_OFFSET
        redshift = jnp.asarray(stars.redshift, bins.dtype)
        given = (luminosity, redshift)[: VARIANTS.index(self.variant)]
        prediction = predict(self.params, bins, *given)
        drawn = None if key is None else sample(key, self.params, bins, *given, ids=ids)
        ew = jnp.asarray(prediction.ew if drawn is None else drawn.ew)
        spectrum = self.grid.add_lines(continuum, ew)
        magnitudes = None
        if self.bands is not None:
            distance = luminosity_distance(redshift)
            dimming = SOLAR_LUMINOSITY / (4 * np.pi * CM_PER_MPC**2) / (distance**2 * (1 + redshift))
            magnitudes = Bands(*self.bands, redshift, self.grid).magnitudes(continuum * dimming, ew)
        return MockGalaxy(continuum, bins, luminosity, prediction, drawn, spectrum, magnitudes)

    def many(
        self, stars: Stars, key: Key | None = None, ids: Any = None, chunk: int = 1024
    ) -> Iterator[dict[str, np.ndarray]]:
        """Make many galaxies in chunks of one size, so that memory does not grow with their number.

        Parameters
        ----------
        stars : Stars
            Fields are arrays (galaxy,) or numbers.
        key, ids
            See `galaxy`; ids are (galaxy,) integers or text.
        chunk : int
            Galaxies at a time; the spectra of a chunk take 36 kB each.

        Yields
        ------
        dict
            numpy arrays (galaxy, ...) of the next galaxies: "bin_flux", "log_luminosity", "ew", and where asked for
            "ew_drawn", "ew_observed", "ew_observed_ivar", "magnitudes".
        """
        from .numerics.random_numbers import id_words

        columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(value, np.float32)) for value in stars))
        n = len(columns[0])
        words = np.asarray(id_words(np.arange(n) if ids is None else ids))
        run = jax.jit(jax.vmap(partial(self._numbers, key)))
        for start in range(0, n, chunk):
            rows = np.minimum(np.arange(start, start + chunk), n - 1)
            made = run(Stars(*(column[rows] for column in columns)), words[rows])
            yield {name: np.asarray(values)[: n - start] for name, values in made.items()}

    def _numbers(self, key: Key | None, stars: Stars, words: Array) -> dict[str, Array]:
        made = self.galaxy(stars, key, None if key is None else words)
        found: dict[str, Any] = {
            "bin_flux": made.bin_flux,
            "log_luminosity": made.log_luminosity,
            "ew": made.prediction.ew,
        }
        if made.drawn is not None:
            seen = made.drawn.observed
            found |= {"ew_drawn": made.drawn.ew, "ew_observed": seen.ew, "ew_observed_ivar": seen.ew_ivar}
        if made.magnitudes is not None:
            found["magnitudes"] = made.magnitudes
        return found


def _blurred(flux: Float[Array, " pixel"], dispersion: Float[Array, ""]) -> Float[Array, " pixel"]:
    """Convolve a spectrum on the grid with a Gaussian in velocity; its ends are extended by their values."""
    half = int(np.ceil(3 * LARGEST_DISPERSION / PIXEL))
    shift = jnp.arange(-half, half + 1) * PIXEL
    kernel = jnp.exp(-0.5 * (shift / jnp.maximum(dispersion, PIXEL / 2)) ** 2).astype(flux.dtype)
    padded = jnp.pad(flux, half, mode="edge")
    return jnp.convolve(padded, kernel / kernel.sum(), mode="valid")
