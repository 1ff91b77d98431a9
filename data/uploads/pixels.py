"""Rows of one spectrum become twelve bins: rest frame, vacuum, masked and averaged as in training."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float

from data.errors import UploadError
from data.fluxes import FLUX_RANGE, REDSHIFT_RANGE, read_number, within
from data.schema import N_BINS
from data.spectrum import Spectrum
from data.uploads import units
from data.uploads.bins import FluxTable
from data.uploads.limits import MAX_PIXELS
from data.uploads.plan import NONE, UNCERTAINTIES, settle
from data.uploads.raw import RawTable, numbers
from model.batch import complete_many
from model.bins import BIN_EDGES, MIN_COVERAGE
from model.continuum import continuum_bins
from model.extinction import attenuation
from model.features import log_luminosity
from model.weights import load_params

LENGTHS: Final = (8192, MAX_PIXELS)
"""Pixels for which the averaging is compiled; a spectrum is padded to the next."""
WILD: Final = 1e30
"""Times the median flux: a damaged number, which float32 could not hold."""
EBV_RANGE: Final = (0.0, 5.0)


class Reading(NamedTuple):
    """A spectrum, its twelve bins as a table of one galaxy, and sentences on what was done."""

    table: FluxTable
    spectrum: Spectrum
    steps: tuple[str, ...]


def read_spectrum(raw: RawTable, plan: Mapping[str, str]) -> Reading:
    """Bring a spectrum to the rest frame and average it in the twelve bins.

    Parameters
    ----------
    raw : RawTable
        The file.
    plan : mapping
        From `plan.settle`.

    Returns
    -------
    Reading
        The galaxy.

    Raises
    ------
    UploadError
        When redshift, wavelengths or coverage do not do; names value, limit and fix.
    """
    if raw.n > MAX_PIXELS:
        raise UploadError(f"{raw.name} has {raw.n:,} pixels; the limit is {MAX_PIXELS:,}. Rebin it.")
    steps: list[str] = list(raw.about.get("notes", []))
    redshift = _redshift(plan)
    wave = units.to_angstrom(numbers(raw.columns[plan["wavelength"]]), plan["wavelength_unit"])
    flux = numbers(raw.columns[plan["flux"]])
    ivar = _ivar(raw, plan, flux)
    wave, flux, ivar = _in_order(raw, plan, wave, flux, ivar, steps)
    _count_masked(flux, ivar, steps)
    if plan["medium"] == "air":
        wave = air_to_vacuum(wave)
        steps.append("Wavelengths go from air to vacuum (Ciddor 1996).")
    factor, absolute = units.flux_factor(wave, plan["flux_unit"])
    if plan["frame"] == "rest":
        observed, rest = wave * (1 + redshift), wave
    else:
        observed, rest = wave, wave / (1 + redshift)
        steps.append(f"Wavelengths are divided by 1 + z = {1 + redshift:.5g}; the flux is not multiplied.")
    factor = factor * _undimmed(plan, observed, steps)
    flux, ivar = flux * factor, ivar / factor**2
    bin_flux, missing = _bins(raw, rest, flux, ivar, steps)
    known = absolute and redshift > 0
    luminosity = np.asarray(_luminosity()(bin_flux, np.float32(redshift)), np.float32)[None] if known else None
    if known:
        steps.append("Light outside the aperture is not seen: the luminosity is the fibre's, as in training.")
    # A spectrum of any unit: where only ratios count, numbers of a handy size.
    scale = 1.0 if absolute else float(np.mean(bin_flux))
    for extreme in (bin_flux.min(), bin_flux.max()):
        within(float(extreme) / scale, FLUX_RANGE, "Mean flux of a bin [1e-17 erg/s/cm²/Å]")
    # A pixel beyond float32 is infinite in the spectrum that is drawn; the bins are averaged in doubles.
    with np.errstate(over="ignore"):
        single = (flux / scale).astype(np.float32), (ivar * scale**2).astype(np.float32)
    spectrum = Spectrum(rest, *single, None, redshift, raw.about.get("target_id"), raw.name)
    table = FluxTable(
        ids=(raw.about.get("target_id") or raw.name,),
        bin_flux=(bin_flux / scale)[None].astype(np.float32),
        log_luminosity=luminosity,
        redshift=np.array([redshift], np.float32) if redshift else None,
        problems=("",),
        extra={"FILLED_BINS": (missing,)} if missing else {},
    )
    return Reading(table, spectrum, tuple(steps))


def air_to_vacuum(wavelength: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, " pixel"]:
    """Convert air to vacuum wavelengths [Å] (Ciddor 1996, Applied Optics 35, 1566, in Birch & Downs' terms)."""
    inverse = (1e4 / np.maximum(wavelength, 2000.0)) ** 2
    index = 1 + 0.05792105 / (238.0185 - inverse) + 0.00167917 / (57.362 - inverse)
    return wavelength * index


def _redshift(plan: Mapping[str, str]) -> float:
    text = plan["redshift"].strip()
    if not text and plan["frame"] == "rest":
        return 0.0
    if not text:
        raise UploadError("The redshift is missing. Fill it in, or say that the wavelengths are at rest.")
    return within(read_number(text, "Redshift"), REDSHIFT_RANGE, "Redshift")


def _ivar(raw: RawTable, plan: Mapping[str, str], flux: np.ndarray) -> np.ndarray:
    """Return inverse variances, 0 where a pixel is masked, in the flux's own unit."""
    ivar = np.ones(raw.n)
    if plan["uncertainty"] != NONE and plan["uncertainty_kind"] != NONE:
        given = numbers(raw.columns[plan["uncertainty"]])
        power = {UNCERTAINTIES[0]: 1, UNCERTAINTIES[1]: -2, UNCERTAINTIES[2]: -1}[plan["uncertainty_kind"]]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ivar = np.where(given > 0, given, np.nan) ** float(power)
    if plan["mask"] != NONE:
        ivar = np.where(numbers(raw.columns[plan["mask"]]) == 0, ivar, 0.0)
    return np.where(np.isfinite(ivar) & np.isfinite(flux), ivar, 0.0)


def _in_order(
    raw: RawTable, plan: Mapping[str, str], wave: np.ndarray, flux: np.ndarray, ivar: np.ndarray, steps: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort by wavelength and leave out what occurs twice; say what was done."""
    title = plan["wavelength"]
    bad = ~(np.isfinite(wave) & (wave > 0) & (wave < 1e7))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise UploadError(
            f"Row {raw.row_numbers[row]}, column {title}: the wavelength is {raw.columns[title][row]}. "
            "It must be a number > 0; remove the row or choose another unit."
        )
    if raw.n < 2 * N_BINS:
        raise UploadError(f"{raw.name} has {raw.n} pixels; at least {2 * N_BINS} are needed to fill twelve bins.")
    if (np.diff(wave) < 0).any():
        row = int(np.flatnonzero(np.diff(wave) < 0)[0]) + 1
        steps.append(f"Row {raw.row_numbers[row]}: wavelengths are not in order there; they are sorted.")
    order = np.argsort(wave, kind="stable")
    wave, flux, ivar = wave[order], flux[order], ivar[order]
    twice = np.concatenate([[False], np.diff(wave) == 0])
    if twice.any():
        place = int(np.flatnonzero(twice)[0])
        steps.append(
            f"Row {raw.row_numbers[order[place]]}, column {title}: {wave[place]:.2f} Å occurs twice "
            f"({int(twice.sum())} such rows); the first of each is kept."
        )
    return wave[~twice], flux[~twice], ivar[~twice]


def _count_masked(flux: np.ndarray, ivar: np.ndarray, steps: list[str]) -> None:
    unknown, masked = int((~np.isfinite(flux)).sum()), int((ivar == 0).sum())
    if unknown:
        steps.append(f"{unknown:,} pixels have no flux (NaN or infinite) and are left out.")
    if masked > unknown:
        steps.append(f"{masked - unknown:,} of {len(flux):,} pixels are masked and left out.")
    if masked == len(flux):
        raise UploadError("All pixels are masked. Check which column is the mask or the uncertainty, and its kind.")


def _undimmed(plan: Mapping[str, str], observed: np.ndarray, steps: list[str]) -> np.ndarray:
    ebv = within(read_number(plan["ebv"] or "0", "E(B–V)"), EBV_RANGE, "E(B–V)")
    if not ebv:
        return np.ones_like(observed)
    steps.append(f"The Milky Way's dust, E(B–V) = {ebv:g}, is removed (R = 3.1); the training sample kept it.")
    return 10 ** (0.4 * attenuation(observed, ebv))


def _bins(
    raw: RawTable, rest: np.ndarray, flux: np.ndarray, ivar: np.ndarray, steps: list[str]
) -> tuple[np.ndarray, str]:
    """Average in the twelve bins; one missing end bin is filled in from the others."""
    span = f"{rest[0]:.0f}-{rest[-1]:.0f} Å in the rest frame"
    steps.append(f"{raw.form}: {len(rest):,} pixels, {span}; lines are masked and the rest averaged in twelve bins.")
    scale = float(np.median(np.abs(flux[ivar > 0]))) or 1.0
    wild = np.isfinite(flux) & (np.abs(flux) >= WILD * scale)
    if (wild & (ivar > 0)).any():
        steps.append(f"{int((wild & (ivar > 0)).sum()):,} pixels are {WILD:g} times the median or more; left out.")
    flux, ivar = np.where(wild, 0.0, flux), np.where(wild, 0.0, ivar)
    found = np.asarray(_average()(*padded(rest, flux / scale, ivar)[1]), np.float64)
    for place in np.flatnonzero(np.isfinite(found) & (found <= 0)):
        raise UploadError(
            f"Bin {BIN_EDGES[place]:.0f}-{BIN_EDGES[place + 1]:.0f} Å has a mean flux of {found[place] * scale:.3g}; "
            "it must be above 0. Check the sky subtraction, the mask and the unit."
        )
    missing = np.flatnonzero(~np.isfinite(found))
    inner = [place for place in missing if place not in (0, N_BINS - 1)]
    if inner or len(missing) == 2:
        place = inner[0] if inner else missing[0]
        raise UploadError(
            f"The spectrum covers {span}; bin {BIN_EDGES[place]:.0f}-{BIN_EDGES[place + 1]:.0f} Å has good pixels over "
            f"less than {MIN_COVERAGE:.0%} of its width. The network needs 3400-7000 Å: check redshift, unit and mask."
        )
    words = ""
    if missing.size:
        place = int(missing[0])
        words = f"{BIN_EDGES[place]:.0f}-{BIN_EDGES[place + 1]:.0f} Å"
        steps.append(f"Bin {words} is not covered; it is filled in from the other eleven.")
        found = complete_many(load_params(), found.astype(np.float32)[None])[0].astype(np.float64)
    return found * scale, words


@cache
def _average() -> Any:
    return jax.jit(continuum_bins)


@cache
def _luminosity() -> Any:
    return jax.jit(log_luminosity)


def warm_up() -> None:
    """Compile what the first spectrum waits for: one that misses its bluest bin needs everything."""
    wave = np.arange(3900.0, 7900.0, 2.0)
    columns = {"wavelength": wave, "flux": np.ones_like(wave)}
    raw = RawTable("warm", "CSV", columns, {}, np.arange(len(wave)), {})
    # Of no unit: astropy, which knows the others, is not loaded before a file needs it.
    read_spectrum(raw, settle(raw, {"redshift": "0.1", "flux_unit": units.RELATIVE}))
    _luminosity()(np.ones(N_BINS), np.float32(0.1))


def padded(
    rest: Float[np.ndarray, " pixel"], flux: Float[np.ndarray, " pixel"], ivar: Float[np.ndarray, " pixel"]
) -> tuple[Bool[np.ndarray, " pixel"], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Cut to what the bins need and pad with masked pixels to few lengths, so that few shapes are compiled.

    Parameters
    ----------
    rest, flux, ivar : (pixel,) array
        Wavelengths [Å], fluxes of order one, inverse variances.

    Returns
    -------
    (pixel,) array
        Which pixels are left.
    tuple of three arrays
        Wavelengths, fluxes, and 1 for good pixels or 0, float32, longer than that.
    """
    near = (rest > BIN_EDGES[0] - 60) & (rest < BIN_EDGES[-1] + 60)
    if near.sum() < 2:
        near = np.zeros_like(near)
        near[:2] = True
    rest, flux, ivar = rest[near], np.where(np.isfinite(flux[near]), flux[near], 0.0), ivar[near]
    length = next(length for length in LENGTHS if length >= len(rest))
    extra = length - len(rest)
    tail = rest[-1] + (rest[-1] - rest[-2]) * np.arange(1, extra + 1)
    return near, (
        np.concatenate([rest, tail]).astype(np.float32),
        np.concatenate([flux, np.zeros(extra)]).astype(np.float32),
        np.concatenate([(ivar > 0).astype(np.float64), np.zeros(extra)]).astype(np.float32),
    )
