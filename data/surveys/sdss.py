"""One spectrum of SDSS, BOSS or eBOSS with its redshift, from a spec file as the archive publishes it."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from data.catalogue.survey import Survey
from data.errors import UploadError
from data.surveys.desi import MAX_PIXELS, Observed, Redshift, column_names, opened
from model.spectra.synthesis import FWHM_PER_SIGMA

COLUMNS: Final = frozenset({"LOGLAM", "FLUX", "IVAR"})
"""Of the extension with the pixels: log10 of vacuum wavelengths, 1e-17 erg/s/cm²/Å, inverse variances."""
PIXEL: Final = 1e-4
"""Step of LOGLAM [dex]."""
SURVEY: Final = Survey("SDSS", (3600.0, 10400.0), (), 2.6, PIXEL * 5500 * float(np.log(10)))
"""SDSS and BOSS spectrographs (Smee et al. 2013, AJ 146, 32), resolution R = 2,100 at 5500 Å for spec files that do not
list their own (WDISP). Their cameras overlap near 6000 Å and the spectra are joined there without a gap."""


def is_of_survey(path: Path) -> bool:
    """Tell whether a file is a spec file."""
    with opened(path, path.name) as file:
        return is_spec(file)


def read_survey(spectra: Path, redshifts: Path | None) -> tuple[Observed, dict[str, Redshift]]:
    """Read a spec file, which brings its redshift.

    Parameters
    ----------
    spectra : Path
        ``spec-PLATE-MJD-FIBER.fits``.
    redshifts : Path or None
        None: there is no second file.

    Returns
    -------
    Observed
        One target.
    dict of Redshift
        By target.

    Raises
    ------
    UploadError
        When the file has no redshift, a second file is given, or a file is not what it should be.
    """
    if redshifts is not None:
        raise UploadError(f"{spectra.name} is an SDSS spec file and brings its redshift; leave out {redshifts.name}.")
    observed, one = read_spec(spectra)
    if one is None:
        raise UploadError(f"{spectra.name} has no extension with Z and ZWARNING, so its redshift is unknown.")
    return observed, {observed.target_ids[0]: one}


def is_spec(file: Any) -> bool:
    """Tell whether an open FITS file is a spec file."""
    return any(_upper(part).keys() >= COLUMNS for part in file)


def read_spec(spec: bytes | Path) -> tuple[Observed, Redshift | None]:
    """Read a spec file.

    Parameters
    ----------
    spec : bytes or Path
        ``spec-PLATE-MJD-FIBER.fits``, whole or lite.

    Returns
    -------
    Observed
        One target, named ``PLATE-MJD-FIBER``. Pixels that every exposure masks (AND_MASK) have an inverse
        variance of 0; `fwhm` is the file's own (WDISP), None where it lists none.
    Redshift or None
        What the pipeline says of it; None where the file has no such extension.

    Raises
    ------
    UploadError
        When the file is not what it should be, is damaged, or breaks a limit.
    """
    name = spec.name if isinstance(spec, Path) else "The spec file"
    with opened(spec, name) as file:
        pixels = next((part for part in file if _upper(part).keys() >= COLUMNS), None)
        if pixels is None:
            raise UploadError(f"{name} has no table with LOGLAM, FLUX and IVAR: it is no SDSS spec file.")
        if int(pixels.header.get("NAXIS2", 0)) > MAX_PIXELS:
            raise UploadError(f"{name} has {pixels.header['NAXIS2']:,} pixels; the limit is {MAX_PIXELS:,}.")
        titles = _upper(pixels)
        try:
            loglam, flux, ivar = (
                np.array(pixels.data[titles[column]], np.float64) for column in ("LOGLAM", "FLUX", "IVAR")
            )
            mask = np.array(pixels.data[titles["AND_MASK"]]) if "AND_MASK" in titles else np.zeros(len(flux))
            width = np.array(pixels.data[titles["WDISP"]], np.float64) if "WDISP" in titles else np.zeros(len(flux))
            about = next((part for part in file if {"Z", "ZWARNING"} <= _upper(part).keys()), None)
            redshift = None if about is None else _redshift(about)
        except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
            raise UploadError(f"{name} is damaged: {error}. Download it again.") from error
        header = file[0].header
        target = "-".join(str(header.get(key, "")) for key in ("PLATEID", "MJD", "FIBERID")).strip("-")
    good = np.isfinite(loglam) & np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0) & (mask == 0)
    with np.errstate(over="ignore"):
        wavelength = 10.0**loglam
    if flux.ndim != 1 or not np.isfinite(wavelength).all() or (np.diff(wavelength) <= 0).any():
        raise UploadError(f"{name}: LOGLAM does not ascend. Download it again.")
    clean = np.where(good, flux, 0.0).astype(np.float32), np.where(good, ivar, 0.0).astype(np.float32)
    return Observed((target,), wavelength, clean[0][None], clean[1][None], fwhm=_fwhm(wavelength, width)), redshift


def _fwhm(wavelength: np.ndarray, width: np.ndarray) -> np.ndarray | None:
    """Turn sigma in pixels into a FWHM [Å]; where a pixel has none, its neighbours tell."""
    known = np.isfinite(width) & (width > 0)
    if not known.any():
        return None
    width = np.interp(wavelength, wavelength[known], width[known])
    return FWHM_PER_SIGMA * PIXEL * np.log(10) * wavelength * width


def _redshift(part: Any) -> Redshift:
    row, titles = part.data[0], _upper(part)
    kind = str(row[titles["CLASS"]]).strip() if "CLASS" in titles else "GALAXY"
    return Redshift(float(row[titles["Z"]]), int(row[titles["ZWARNING"]]), kind)


def _upper(part: Any) -> dict[str, str]:
    """Give the columns of an extension by their names in capitals: archives have changed the case."""
    return {title.upper(): title for title in column_names(part)}
