"""Reader of spSpec files of SDSS's data releases 1-7: an image whose rows are flux, error and mask of one spectrum.

References
----------
https://classic.sdss.org/dr7/dm/flatFiles/spSpec.html for rows and keywords;
http://www.sdss.jhu.edu/ScienceArchive/sdssQT/sxSpecObj.html for Z_STATUS, Z_WARNIN and SPEC_CLN.
"""

import re
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from data.errors import UploadError
from data.surveys.extensions import MAX_PIXELS, image
from data.surveys.masks import MaskConvention, bits
from data.surveys.spectra import Redshift, SurveySpectra

KEYS: Final = frozenset({"PLATEID", "MJD", "FIBERID", "SPEC_CLN"})
"""Keywords by which a file of this kind is known, together with its wavelengths."""
SCALES: Final = (("COEFF0", "COEFF1"), ("CRVAL1", "CD1_1"))
"""Keywords of the log10 of the first vacuum wavelength / Å and of its step [dex]."""
FLUX_ROW, ERROR_ROW, MASK_ROW = 0, 2, 3
"""Rows of the image; row 1 is the spectrum without its continuum."""
MAX_ROWS: Final = 8
"""Largest number of rows: four are documented, some files have more; a plate's file has one row per fibre."""
UNIT: Final = re.compile(r"(1(\.0*)?e-17|10\^?\(?-17\)?)\s*ergs?/(cm\^?2?/s|s/cm\^?2?)/(ang|angstrom|a)", re.IGNORECASE)
"""What BUNIT says of 1e-17 erg/s/cm²/Å; the survey's own files leave out the square."""
CLASSES: Final = MappingProxyType(
    {0: "UNKNOWN", 1: "STAR", 2: "GALAXY", 3: "QSO", 4: "QSO", 5: "SKY", 6: "STAR", 7: "GALAXY"}
)
"""Class by SPEC_CLN, in the words of later releases."""
NO_REDSHIFT: Final = frozenset({0, 1})
"""Z_STATUS of redshifts that were not measured, or whose measurement failed."""
DISTRUST: Final = bits(0, 1, 2, 7, 8, 9, 10, 12)
"""Bits of Z_WARNIN that put the redshift in doubt: a half of the spectrum is missing, strange coefficients,
inconsistent redshifts, low confidence. The others say what was targeted, how bright it is and what was set by hand."""


def is_spspec(file: Any) -> bool:
    """Return whether an open FITS file is an spSpec file."""
    header = file[0].header
    rows = int(header.get("NAXIS2", 0)) if header.get("NAXIS") == 2 else 0
    return MASK_ROW < rows <= MAX_ROWS and set(header) >= KEYS and _scale_keys(header) is not None


def read_spspec(file: Any, name: str, mask: MaskConvention) -> tuple[SurveySpectra, Redshift | None]:
    """Read an open spSpec file.

    Parameters
    ----------
    file : HDUList
        The file, for which `is_spspec` holds.
    name : str
        Name for error messages.
    mask : MaskConvention
        Convention of its mask.

    Returns
    -------
    SurveySpectra
        Spectrum of one target, named ``PLATE-MJD-FIBER``.
    Redshift or None
        Redshift of the pipeline; None if it measured none.

    Raises
    ------
    UploadError
        When the file is damaged, exceeds a limit, or states another unit or another medium than the survey's files.
    """
    header = file[0].header
    if header["NAXIS1"] > MAX_PIXELS:
        raise UploadError(f"{name} has {header['NAXIS1']:,} pixels; the limit is {MAX_PIXELS:,}.")
    unit = str(header.get("BUNIT", "") or "").strip()
    if unit and not UNIT.fullmatch(unit):
        raise UploadError(
            f"{name} states the flux unit {unit[:40]!r}; spSpec files are in 1e-17 erg/s/cm2/Angstrom. Save the "
            "spectrum as a table with its unit."
        )
    if header.get("VACUUM", 1) in (0, False):
        raise UploadError(
            f"{name} says VACUUM = 0; the wavelengths of spSpec files are in vacuum. Save the spectrum as a table, and "
            "state AIRORVAC = air."
        )
    rows = image(file, "PRIMARY", name).astype(np.float64)
    flux, error = rows[FLUX_ROW], rows[ERROR_ROW]
    first, step = _scale_keys(header) or SCALES[0]
    with np.errstate(all="ignore"):
        wavelength = 10.0 ** (_number(header, first, name) + _number(header, step, name) * np.arange(len(flux)))
        ivar = 1 / error**2
    if not np.isfinite(wavelength).all() or (np.diff(wavelength) <= 0).any():
        raise UploadError(f"{name}: {first} and {step} give no ascending wavelengths. Download it again.")
    good = np.isfinite(flux) & np.isfinite(ivar) & (error > 0) & (ivar > 0) & ~mask.masked(rows[MASK_ROW])
    target = "-".join(str(header[key]).strip() for key in ("PLATEID", "MJD", "FIBERID"))
    clean = [np.where(good, values, 0.0).astype(np.float32)[None] for values in (flux, ivar)]
    return SurveySpectra((target,), wavelength, clean[0], clean[1]), _redshift(header, name)


def _scale_keys(header: Any) -> tuple[str, str] | None:
    return next((keys for keys in SCALES if all(key in header for key in keys)), None)


def _redshift(header: Any, name: str) -> Redshift | None:
    if "Z" not in header or int(_number(header, "Z_STATUS", name, 3)) in NO_REDSHIFT:
        return None
    warning = int(_number(header, "Z_WARNIN", name, 0)) & DISTRUST
    return Redshift(_number(header, "Z", name), warning, CLASSES.get(int(_number(header, "SPEC_CLN", name)), "UNKNOWN"))


def _number(header: Any, key: str, name: str, otherwise: float = 0.0) -> float:
    """Return the number of a keyword; raise UploadError if it is none."""
    try:
        value = float(header.get(key, otherwise))
    except (TypeError, ValueError) as error:
        raise UploadError(f"{name}: {key} = {str(header[key])[:24]!r} is no number. Download it again.") from error
    if not abs(value) < 1e9:
        raise UploadError(f"{name}: {key} = {value} is no number. Download it again.")
    return value
