"""Reader of spec files of SDSS, BOSS, eBOSS and SDSS-V, and of spSpec files: one spectrum with its redshift."""

import re
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.catalogue.survey import Survey
from data.errors import UploadError
from data.surveys.extensions import MAX_PIXELS, column_names, opened
from data.surveys.masks import MaskConvention, bits
from data.surveys.spectra import Redshift, SurveySpectra
from data.surveys.spspec import is_spspec, read_spspec
from model.spectra.synthesis import FWHM_PER_SIGMA

COLUMNS: Final = frozenset({"LOGLAM", "FLUX", "IVAR"})
"""Columns of the pixel table: log10 vacuum wavelength / Å, flux [1e-17 erg/s/cm²/Å], inverse variance."""
GENERATIONS: Final = (("PLATEID", "MJD", "FIBERID"), ("FIELD", "MJD", "CATALOGID"), ("FIELD", "MJD", "SDSS_ID"))
"""Header keys that identify a target, by survey generation, the oldest first; the file name is the fallback."""
_ID_KEYS: Final = frozenset(key for keys in GENERATIONS for key in keys)
PIXEL: Final = 1e-4
"""Step of LOGLAM [dex]."""
SURVEY: Final = Survey("SDSS", (3600.0, 10400.0), (), 2.6, PIXEL * 5500 * float(np.log(10)))
"""SDSS and BOSS spectrographs (Smee et al. 2013, AJ 146, 32), resolution R = 2,100 at 5500 Å for spec files that do not
list their own (WDISP). Their cameras overlap near 6000 Å and the spectra are joined there without a gap."""


FORM: Final = "SDSS spec"
PIPELINE: Final = ("SDSS's pipeline", "ZWARNING")
MASK: Final = MaskConvention(
    bits(18, 22, 23, 24, 25, 26, 27, 28),
    "FULLREJECT, NOSKY, BRIGHTSKY, NODATA, COMBINEREJ, BADFLUXFACTOR, BADSKYCHI and REDMONSTER are bad; bits "
    "0-15 describe the fibre and are ignored, as are NEARBADPIXEL, LOWFLAT, PARTIALREJECT, SCATTEREDLIGHT, CROSSTALK "
    "and EMLINE",
    "SPPIXMASK, https://www.sdss4.org/dr17/algorithms/bitmasks/",
    ("and_mask", "andmask", "or_mask", "ormask"),
)
REDSHIFTS: Final = None


def is_of_survey(file: Any) -> bool:
    """Return whether an open FITS file is a spec or spSpec file."""
    return any(_is_pixels(part) for part in file) or is_spspec(file)


def count_targets(file: Any) -> int:  # noqa: ARG001  # of the interface
    """Return 1: a spec file has one target."""
    return 1


def read_spectra(source: bytes | Path, name: str) -> tuple[SurveySpectra, dict[str, Redshift]]:
    """Read a spec file, with its redshift if it has one: see `read_spec`."""
    observed, redshift = read_spec(source, name)
    return observed, {} if redshift is None else {observed.target_ids[0]: redshift}


def _is_pixels(part: Any) -> bool:
    """Return whether an extension is a table with one pixel per row; tables of arrays are files of another kind."""
    titles = _upper(part)
    if not titles.keys() >= COLUMNS:
        return False
    forms = {column.name.upper(): str(column.format) for column in part.columns}
    return all(re.fullmatch(r"1?[DEIJK]|[A-Z]\d+(\.\d+)?", forms[name]) for name in COLUMNS)


def read_spec(spec: bytes | Path, name: str = "The spec file") -> tuple[SurveySpectra, Redshift | None]:
    """Read a spec file.

    Parameters
    ----------
    spec : bytes or Path
        ``spec-PLATE-MJD-FIBER.fits``, whole or lite; ``spec-FIELD-MJD-CATALOGID.fits`` of SDSS-V;
        ``spSpec-MJD-PLATE-FIBER.fit`` of data releases 1-7.
    name : str
        Name for error messages and for the target, if the source has no path.

    Returns
    -------
    SurveySpectra
        Spectrum of one target, named ``PLATE-MJD-FIBER`` or ``FIELD-MJD-CATALOGID``, or after its file if the header
        lacks one of these. Pixels that are masked in every exposure (AND_MASK, see `MASK`) have an
        inverse variance of 0; `fwhm` is the file's WDISP as a FWHM, None if it has no WDISP.
    Redshift or None
        Redshift of the pipeline; None if the file has no such extension.

    Raises
    ------
    UploadError
        When the file is of another kind, is damaged, or exceeds a limit.
    """
    name = spec.name if isinstance(spec, Path) else name
    with opened(spec, name) as file:
        pixels = next((part for part in file if _is_pixels(part)), None)
        if pixels is None and is_spspec(file):
            return read_spspec(file, name, MASK)
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
        except (KeyError, IndexError, TypeError, ValueError, OSError, OverflowError) as error:
            raise UploadError(f"{name} is damaged: {error}. Download it again.") from error
        target = _target(file[0].header, about, name)
    good = np.isfinite(loglam) & np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0) & ~MASK.masked(mask)
    with np.errstate(over="ignore"):
        wavelength = 10.0**loglam
    if flux.ndim != 1 or not np.isfinite(wavelength).all() or (np.diff(wavelength) <= 0).any():
        raise UploadError(f"{name}: LOGLAM does not ascend. Download it again.")
    clean = np.where(good, flux, 0.0).astype(np.float32), np.where(good, ivar, 0.0).astype(np.float32)
    return SurveySpectra((target,), wavelength, clean[0][None], clean[1][None], fwhm=_fwhm(wavelength, width)), redshift


def _target(header: Any, about: Any, name: str) -> str:
    """Return the identifier of a target from the header or the pipeline's table, else from the file name."""
    said = {key: str(header[key]).strip() for key in _ID_KEYS if str(header.get(key, "")).strip()}
    if about is not None and len(about.data):
        titles = _upper(about)
        row = about.data[0]
        said |= {key: str(row[titles[key]]).strip() for key in _ID_KEYS if key in titles and key not in said}
    for keys in GENERATIONS:
        if all(said.get(key, "").strip("0-") for key in keys):
            return "-".join(said[key] for key in keys)
    stem = re.sub(r"[^A-Za-z0-9_.+-]", "_", name.rpartition("/")[2])
    return re.sub(r"^spec(?:lite)?-|\.(?:fits?|gz)\b", "", stem, flags=re.IGNORECASE) or "spectrum"


def _fwhm(wavelength: np.ndarray, width: np.ndarray) -> np.ndarray | None:
    """Convert sigma in pixels to a FWHM [Å]; gaps are interpolated from neighbouring pixels."""
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
    """Return the column names of an extension by their upper-case names, as releases differ in case."""
    return {title.upper(): title for title in column_names(part)}
