"""Conversion of an uploaded spectrum to a galaxy: sorted, in vacuum, in the rest frame, in f_lambda, in bins."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import jax
import numpy as np

from data.catalogue.schema import N_BINS
from data.columns import units
from data.columns.missing import EMPTY, NO_MAGNITUDE, fluxes_without_sentinels, without_sentinels
from data.errors import UploadError
from data.spectrum import Spectrum
from data.uploads.averaging import average_bins, bin_range, bins_ivar
from data.uploads.galaxies import FluxTable, is_no_galaxy
from data.uploads.limits import MAX_PIXELS
from data.uploads.masks import masked, unused_masks
from data.uploads.plan import NONE, UNCERTAINTIES, medium_is_assumed, resolve_plan, stated_unit
from data.uploads.readers.numbers import FLUX_RANGE, REDSHIFT_RANGE, read_number, shown, within
from data.uploads.readers.raw_table import RawTable, numbers
from model.bins import LUMINOSITY_BIN
from model.physics.luminosities import log_luminosity
from model.spectra.air import air_to_vacuum
from model.spectra.extinction import attenuation

EBV_RANGE: Final = (0.0, 5.0)


class Reading(NamedTuple):
    """A spectrum, its twelve bins as a table of one galaxy, and one sentence per processing step."""

    table: FluxTable
    spectrum: Spectrum
    steps: tuple[str, ...]


def read_spectrum(raw: RawTable, plan: Mapping[str, str]) -> Reading:
    """Convert a spectrum to the rest frame and average it in the twelve bins.

    Parameters
    ----------
    raw : RawTable
        Columns of the file.
    plan : mapping
        From `plan.resolve_plan`.

    Returns
    -------
    Reading
        Spectrum, galaxy and steps.

    Raises
    ------
    UploadError
        When redshift, wavelengths or coverage are insufficient; the message names value, limit and remedy.
    """
    if raw.n > MAX_PIXELS:
        raise UploadError(f"{raw.name} has {raw.n:,} pixels; the limit is {MAX_PIXELS:,}. Rebin it.")
    steps: list[str] = [*raw.about.get("notes", []), *_object_notes(raw)]
    redshift = _redshift(plan)
    wave = units.to_angstrom(numbers(raw.columns[plan["wavelength"]]), plan["wavelength_unit"])
    flux = _without_marks(_numbers(raw, plan["flux"]), plan["flux_unit"], steps)
    ivar = _ivar(raw, plan, flux, steps)
    steps += unused_masks(raw, plan)
    wave, flux, ivar = _in_order(raw, plan, wave, flux, ivar, steps)
    _count_masked(flux, ivar, steps)
    if plan["medium"] == "air":
        wave = air_to_vacuum(wave)
        steps.append("Wavelengths are converted from air to vacuum (Ciddor 1996).")
    elif medium_is_assumed(raw, plan["wavelength"]):
        steps.append(_assumed_vacuum(raw))
    flux, slope, absolute = units.to_f_lambda(flux, wave, plan["flux_unit"])
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        ivar = np.where(ivar > 0, ivar / slope**2, 0.0)
    if plan["frame"] == "rest":
        observed, rest = wave * (1 + redshift), wave
    else:
        observed, rest = wave, wave / (1 + redshift)
        steps.append(f"Wavelengths are divided by 1 + z = {1 + redshift:.5g}; the flux is not multiplied.")
    gain = _extinction_gain(plan, observed, steps)
    flux, ivar = flux * gain, ivar / gain**2
    try:
        bin_flux, missing = average_bins(raw.form, rest, flux, ivar, steps)
    except UploadError as error:
        # What is not covered may lie in another table or row of the file.
        chosen = [note for note in raw.about.get("notes", []) if re.search(r"\bis (?:read|taken)\b", note)]
        raise UploadError(" ".join([str(error), *chosen])) from error
    known = absolute and redshift > 0 and LUMINOSITY_BIN not in missing
    luminosity = np.asarray(_luminosity()(bin_flux, np.float32(redshift)), np.float32)[None] if known else None
    if known:
        steps.append("The luminosity includes only the light in the aperture, as in training.")
    # In a unit without scale only ratios matter: fluxes are divided by their mean.
    scale = 1.0 if absolute else float(np.mean(bin_flux))
    for extreme in (bin_flux.min(), bin_flux.max()):
        within(float(extreme) / scale, FLUX_RANGE, "Mean flux of a bin [1e-17 erg/s/cm²/Å]")
    # A pixel beyond float32 becomes infinite in the drawn spectrum; the bins were averaged before.
    with np.errstate(over="ignore"):
        single = (flux / scale).astype(np.float32), (ivar * scale**2).astype(np.float32)
    has_errors = plan["uncertainty"] != NONE and plan["uncertainty_kind"] != NONE
    bin_ivar = bins_ivar(rest, ivar if has_errors else None, bin_flux, absolute, missing, steps)
    if bin_ivar is not None:
        bin_ivar = bin_ivar * scale**2
    spectrum = Spectrum(rest, *single, None, redshift, raw.about.get("target_id"), raw.name)
    table = FluxTable(
        ids=(raw.about.get("target_id") or raw.name,),
        bin_flux=(bin_flux / scale)[None].astype(np.float32),
        log_luminosity=luminosity,
        redshift=np.array([redshift], np.float32) if redshift else None,
        problems=("",),
        extra={"FILLED_BINS": (", ".join(map(bin_range, missing)),)} if missing else {},
        kinds=(str(raw.about["class"]),) if raw.about.get("class") else None,
        bin_flux_ivar=bin_ivar,
    )
    return Reading(table, spectrum, tuple(steps))


def _object_notes(raw: RawTable) -> list[str]:
    """Return sentences on the survey's class of the object, and on the origin of the file."""
    steps = []
    kind = str(raw.about.get("class", ""))
    if is_no_galaxy(kind):
        who = raw.about.get("class_why", "The file")
        steps.append(f"{who} classifies the target as {kind}, not GALAXY; the network was trained only on galaxies.")
    told = [
        f"{name} {raw.about[key]}" for key, name in (("survey", "survey"), ("epoch", "epoch")) if raw.about.get(key)
    ]
    return [*steps, *([f"The header names {' and '.join(told)}."] if told else [])]


def _assumed_vacuum(raw: RawTable) -> str:
    """Return the sentence that the wavelengths are taken for those in vacuum, as nothing says otherwise."""
    if raw.about.get("writer") == "IRAF":
        return (
            "The header does not say whether the wavelengths are in air or in vacuum; they are read as in vacuum. The "
            "file comes from IRAF, whose line lists are in air: choose air unless they were converted."
        )
    return (
        "Nothing in the file says whether the wavelengths are in air or in vacuum; they are read as in vacuum. Choose "
        "air if they are not."
    )


def _numbers(raw: RawTable, title: str) -> np.ndarray:
    """Return a column as numbers; raise UploadError if it holds texts and not a single number."""
    values = numbers(raw.columns[title])
    if raw.columns[title].dtype == object and not np.isfinite(values).any():
        for row, text in enumerate(raw.columns[title]):
            if text.strip().lower() not in EMPTY:
                read_number(text, f"Row {raw.row_numbers[row]}, column {title}")
    return values


def _without_marks(flux: np.ndarray, unit: str, steps: list[str]) -> np.ndarray:
    """Return fluxes with NaN for the numbers that mark a missing value, such as -999, and as a magnitude 99."""
    known = fluxes_without_sentinels(flux[None])[0]
    if units.flux_unit(unit).law == "magnitude":
        known = np.where(np.abs(known) >= NO_MAGNITUDE, np.nan, known)
    if marked := int((np.isnan(known) & ~np.isnan(flux)).sum()):
        first = flux[np.isnan(known) & ~np.isnan(flux)][0]
        steps.append(f"{marked:,} pixels hold a number that marks a missing value ({first:g}).")
    return known


def _redshift(plan: Mapping[str, str]) -> float:
    text = plan["redshift"].strip()
    if not text and plan["frame"] == "rest":
        return 0.0
    if not text:
        raise UploadError("The redshift is missing. Fill it in, or state that the wavelengths are in the rest frame.")
    return within(read_number(text, "Redshift"), REDSHIFT_RANGE, "Redshift")


def _in_flux_unit(
    raw: RawTable, plan: Mapping[str, str], flux: np.ndarray, given: np.ndarray, steps: list[str]
) -> np.ndarray:
    """Return errors in the unit of the flux if they state another unit; append a sentence to `steps`."""
    title, kind = plan["uncertainty"], plan["uncertainty_kind"]
    stated = stated_unit(raw, title).strip()
    if not units.is_stated(stated):
        return given
    if units.is_percent(stated) and kind == UNCERTAINTIES[1]:
        steps.append(f"The errors in column {title} are percentages of the flux.")
        return given / 100 * np.abs(flux)
    factor = units.error_factor(stated, plan["flux_unit"], {0: -2, 1: 1, 2: 2}[UNCERTAINTIES.index(kind)])
    if factor is None and stated != stated_unit(raw, plan["flux"]).strip():
        steps.append(
            f"The unit of column {title}, {stated[:40]!r}, is not one of {kind} for fluxes in {plan['flux_unit']}; the "
            "errors are used as if they were in the flux's unit. Check them if you use the errors."
        )
    elif factor not in (None, 1.0):
        steps.append(f"Column {title} is converted from {stated[:40]} to the unit of the flux.")
    return given * (factor or 1.0)


def _ivar(raw: RawTable, plan: Mapping[str, str], flux: np.ndarray, steps: list[str]) -> np.ndarray:
    """Return inverse variances, 0 where a pixel is masked, in the unit of the flux."""
    ivar = np.ones(raw.n)
    if plan["uncertainty"] != NONE and plan["uncertainty_kind"] != NONE:
        # 1e20 as an error marks a bad pixel, as -999 does.
        known = without_sentinels(_numbers(raw, plan["uncertainty"]))
        given = _in_flux_unit(raw, plan, flux, known, steps)
        power = {UNCERTAINTIES[0]: 1, UNCERTAINTIES[1]: -2, UNCERTAINTIES[2]: -1}[plan["uncertainty_kind"]]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ivar = np.where(given > 0, given, np.nan) ** float(power)
    if plan["mask"] != NONE:
        ivar = np.where(masked(raw, plan), 0.0, ivar)
    return np.where(np.isfinite(ivar) & np.isfinite(flux), ivar, 0.0)


def _in_order(
    raw: RawTable, plan: Mapping[str, str], wave: np.ndarray, flux: np.ndarray, ivar: np.ndarray, steps: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort pixels by wavelength and leave out repeated wavelengths; append a sentence per change to `steps`."""
    title = plan["wavelength"]
    bad = ~(np.isfinite(wave) & (wave > 0) & (wave < 1e7))
    # Pixels that pad an array have neither a wavelength nor a flux.
    padding = bad & ~(np.isfinite(flux) & (flux != 0))
    if padding.any() and not padding.all():
        steps.append(f"{int(padding.sum()):,} pixels have neither wavelength nor flux and are left out.")
        kept = np.flatnonzero(~padding)
        raw = raw._replace(columns={title: raw.columns[title][kept]}, row_numbers=raw.row_numbers[kept])
        wave, flux, ivar, bad = wave[kept], flux[kept], ivar[kept], bad[kept]
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise UploadError(
            f"Row {raw.row_numbers[row]}, column {title}: the wavelength is {shown(str(raw.columns[title][row]))}. "
            "It must be a number > 0; remove the row or choose another unit."
        )
    if raw.n < 2 * N_BINS:
        raise UploadError(f"{raw.name} has {raw.n} pixels; at least {2 * N_BINS} are needed to fill twelve bins.")
    if (np.diff(wave) < 0).any():
        row = int(np.flatnonzero(np.diff(wave) < 0)[0]) + 1
        steps.append(f"Row {raw.row_numbers[row]}: the wavelengths are not in order; the pixels are sorted.")
    # Of pixels at one wavelength, such as where two arms overlap, a usable one comes first.
    order = np.lexsort((ivar <= 0, wave))
    wave, flux, ivar = wave[order], flux[order], ivar[order]
    twice = np.concatenate([[False], np.diff(wave) == 0])
    if twice.any():
        place = int(np.flatnonzero(twice)[0])
        steps.append(
            f"Row {raw.row_numbers[order[place]]}, column {title}: {wave[place]:.2f} Å occurs twice "
            f"({int(twice.sum())} such rows); the first of each that is not masked is kept."
        )
    if (~twice).sum() < 2 * N_BINS:
        raise UploadError(
            f"{raw.name} has {int((~twice).sum())} different wavelengths; at least {2 * N_BINS} are needed to fill "
            f"twelve bins. Check that {title} is the column of wavelengths."
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


def _extinction_gain(plan: Mapping[str, str], observed: np.ndarray, steps: list[str]) -> np.ndarray:
    ebv = within(read_number(plan["ebv"] or "0", "E(B–V)"), EBV_RANGE, "E(B–V)")
    if not ebv:
        return np.ones_like(observed)
    steps.append(
        f"The spectrum is corrected for Galactic dust, E(B–V) = {ebv:g} (R = 3.1); the training sample was not "
        "corrected."
    )
    return 10 ** (0.4 * attenuation(observed, ebv))


@cache
def _luminosity() -> Any:
    return jax.jit(log_luminosity)


def warm_up() -> None:
    """Compile the processing of a spectrum, with a spectrum that lacks its bluest bin and so uses every function."""
    wave = np.arange(3900.0, 7900.0, 2.0)
    columns = {"wavelength": wave, "flux": np.ones_like(wave)}
    raw = RawTable("warm", "CSV", columns, {}, np.arange(len(wave)), {})
    # Without a unit, so that astropy is not loaded before a file needs it.
    read_spectrum(raw, resolve_plan(raw, {"redshift": "0.1", "flux_unit": units.RELATIVE}))
    _luminosity()(np.ones(N_BINS), np.float32(0.1))
