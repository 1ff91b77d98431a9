"""From stars to lines: one function that compiles, differentiates and vectorises."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from ..bins import LUMINOSITY_BIN
from ..features import VARIANTS
from ..lines import LINE_NAMES, LINES
from ..numerics.constants import CM_PER_MPC, LIGHT_SPEED
from ..numerics.random_numbers import Key, id_words
from ..physics.bands import Bands
from ..physics.cosmology import luminosity_distance
from ..physics.luminosities import SOLAR_LUMINOSITY
from ..physics.photoionisation import GAS_TO_STARS, log_oh_of_metallicity
from ..predictions.joint.anchor import SCATTER, Anchor
from ..predictions.joint.draws import Sample, sample
from ..predictions.params import Params
from ..predictions.predict import Prediction, predict
from ..spectra.grid import Grid
from ..spectra.lines.side_bands import COMPONENT_LINE
from ..spectra.templates import attenuation_curve
from .populations import RANGE, flux_on, halpha_of, ssp_data
from .stars import Stars, history

PIXEL: Final = 50.0
"""Width of a pixel of the spectra [km/s]."""
METALLICITY_SCATTER: Final = 0.2
"""Scatter of the metallicity of a galaxy's stars [dex]."""
LARGEST_DISPERSION: Final = 400.0
"""Largest stellar velocity dispersion [km/s]."""
LOG_LUMINOSITY_OFFSET: Final = float(np.log10(SOLAR_LUMINOSITY) - 33.078)
"""`log_luminosity` of light with 1 Lsun/Å."""
HALPHA: Final = LINE_NAMES.index("HALPHA")


class MockGalaxy(NamedTuple):
    """What `Pipeline.galaxy` returns.

    Attributes
    ----------
    continuum : (pixel,) array
        Luminosity of the starlight [Lsun/Å] on `Pipeline.grid`.
    bin_flux : (12,) array
        Its means in the twelve bins [Lsun/Å].
    log_luminosity : () array
        As `luminosities.log_luminosity`, of the whole galaxy.
    prediction : Prediction
        Lines as DESI's catalogue would list them, given detection [Å].
    drawn : Sample or None
        A draw of the lines [Å]; None without a key.
    spectrum : (pixel,) array
        Continuum with lines [Lsun/Å]: the drawn noise-free ones, or without a key the predicted medians.
    magnitudes : (band,) array or None
        Apparent AB magnitudes with lines; None without bands.
    expected_ew_halpha : () array
        Equivalent width of Hα [Å] that the galaxy's own young stars ionise, behind the dust of the gas. It need not
        agree with the prediction, which is that of DESI's galaxies with this starlight.
    log_oh : () array
        12 + log O/H of gas as rich in metals as the stars.
    """

    continuum: Float[Array, " pixel"]
    bin_flux: Float[Array, " bin"]
    log_luminosity: Float[Array, ""]
    prediction: Prediction
    drawn: Sample | None
    spectrum: Float[Array, " pixel"]
    magnitudes: Float[Array, " band"] | None
    expected_ew_halpha: Float[Array, ""]
    log_oh: Float[Array, ""]


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
    anchored : bool
        Whether the drawn lines agree with the stars: Hα is `expected_ew_halpha` with the scatter of `Anchor`, and the
        other lines are drawn given it and the metallicity. By default they are those of DESI's galaxies.
    scatter : float
        Scatter of an anchored Hα about its expectation [dex].
    gas_to_stars : float
        Reddening of the gas over that of the stars.

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
        metallicity_scatter: float = METALLICITY_SCATTER,
        anchored: bool = False,
        scatter: float = SCATTER,
        gas_to_stars: float = GAS_TO_STARS,
    ) -> None:
        ssp = ssp_data() if ssp is None else ssp
        if variant not in VARIANTS:
            raise ValueError(f"There is no variant {variant!r}. There are {', '.join(VARIANTS)}.")
        self.params, self.variant, self.bands = params, variant, bands
        edges = np.exp(np.arange(np.log(RANGE[0]), np.log(RANGE[1]), PIXEL / LIGHT_SPEED))
        pixels = np.sqrt(edges[1:] * edges[:-1])
        self.grid = Grid(pixels)
        self._flux, self._halpha = flux_on(ssp, pixels), halpha_of(ssp)
        self._anchored, self._gas = (anchored, scatter), gas_to_stars
        self._lgmet, self._lg_age = (np.asarray(part) for part in (ssp.ssp_lgmet, ssp.ssp_lg_age_gyr))
        self._scatter = metallicity_scatter
        self._curve = attenuation_curve(pixels).astype(np.float32)
        self._curve_halpha = float(np.interp(LINES[HALPHA].wavelength, pixels, self._curve))

    def continuum(self, stars: Stars) -> Float[Array, " pixel"]:
        """Return the luminosity of the starlight [Lsun/Å] on the grid, behind dust and with the stars' motion."""
        times, rates = history(stars)
        return self.continuum_of(times, rates, times[-1], stars)

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
        weights = self._weights(times, rates, now, stars, self._lgmet, self._lg_age)
        light = jnp.einsum("ma,map->p", weights.astype(self._flux.dtype), jnp.asarray(self._flux))
        light = light * 10.0 ** jnp.asarray(stars.log_mass, light.dtype)
        screen = 10.0 ** (-0.4 * jnp.asarray(stars.av, light.dtype) * self._curve)
        return _blurred(light * screen, jnp.asarray(stars.dispersion, light.dtype))

    def halpha_of(
        self, times: Float[Array, " time"], rates: Float[Array, " time"], now: ArrayLike, stars: Stars
    ) -> Float[Array, ""]:
        """Return log10 of the Hα luminosity [Lsun] that the stars of any tabulated history ionise, behind dust.

        Parameters
        ----------
        times, rates, now, stars
            See `continuum_of`.

        Returns
        -------
        () array
            log10 of the luminosity.
        """
        table = self._halpha
        weights = self._weights(times, rates, now, stars, table.log_metallicity, table.log_age)
        top = float(table.log_luminosity.max())
        total = jnp.einsum("ma,ma->", weights, jnp.asarray(10 ** (table.log_luminosity - top), weights.dtype))
        dust = 0.4 * self._gas * self._curve_halpha * jnp.asarray(stars.av)
        return jnp.log10(total) + top + jnp.asarray(stars.log_mass) - dust

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
        times, rates = history(stars)
        formed = times, rates, times[-1]
        continuum = self.continuum_of(*formed, stars)
        level = self.grid.line_fluxes(continuum, jnp.ones(len(LINES), continuum.dtype))[COMPONENT_LINE == HALPHA][0]
        log_expected = self.halpha_of(*formed, stars).astype(continuum.dtype) - jnp.log10(level)
        log_oh = log_oh_of_metallicity(jnp.asarray(stars.log_metallicity)).astype(continuum.dtype)
        bins = self.grid.bins(continuum, lines=False)
        luminosity = jnp.log10(bins[LUMINOSITY_BIN]) + LOG_LUMINOSITY_OFFSET
        redshift = jnp.asarray(stars.redshift, bins.dtype)
        given = (luminosity, redshift)[: VARIANTS.index(self.variant)]
        prediction = predict(self.params, bins, *given)
        drawn, (anchored, scatter) = None, self._anchored
        if key is not None:
            anchor = Anchor(log_expected, log_oh, scatter) if anchored else None
            drawn = sample(key, self.params, bins, *given, ids=ids, anchor=anchor)
        ew = jnp.asarray(prediction.ew if drawn is None else drawn.ew)
        spectrum = self.grid.add_lines(continuum, ew)
        magnitudes = None
        if self.bands is not None:
            distance = luminosity_distance(redshift)
            dimming = SOLAR_LUMINOSITY / (4 * np.pi * CM_PER_MPC**2) / (distance**2 * (1 + redshift))
            magnitudes = Bands(*self.bands, redshift, self.grid).magnitudes(continuum * dimming, ew)
        found = continuum, bins, luminosity, prediction, drawn, spectrum, magnitudes
        return MockGalaxy(*found, 10**log_expected, log_oh)

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
            numpy arrays (galaxy, ...) of the next galaxies: "bin_flux", "log_luminosity", "ew", "expected_ew_halpha",
            "log_oh", and where asked for "ew_drawn", "ew_observed", "ew_observed_ivar", "magnitudes".
        """
        columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(value, np.float32)) for value in stars))
        n = len(columns[0])
        words = np.asarray(id_words(np.arange(n) if ids is None else ids))
        run = jax.jit(jax.vmap(partial(self._numbers, key)))
        for start in range(0, n, chunk):
            rows = np.minimum(np.arange(start, start + chunk), n - 1)
            made = run(Stars(*(column[rows] for column in columns)), words[rows])
            yield {name: np.asarray(values)[: n - start] for name, values in made.items()}

    def _weights(
        self, times: Array, rates: Array, now: ArrayLike, stars: Stars, log_metallicity: Any, log_age: Any
    ) -> Float[Array, "metal age"]:
        """Return the share of the formed mass in each population."""
        from dsps.sed.ssp_weights import calc_ssp_weights_sfh_table_lognormal_mdf

        return calc_ssp_weights_sfh_table_lognormal_mdf(
            times, rates, stars.log_metallicity, self._scatter, log_metallicity, log_age, now
        ).weights

    def _numbers(self, key: Key | None, stars: Stars, words: Array) -> dict[str, Array]:
        made = self.galaxy(stars, key, None if key is None else words)
        found: dict[str, Any] = {
            "bin_flux": made.bin_flux,
            "log_luminosity": made.log_luminosity,
            "ew": made.prediction.ew,
            "expected_ew_halpha": made.expected_ew_halpha,
            "log_oh": made.log_oh,
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
