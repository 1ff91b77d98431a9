"""Reader of DESI's published files: coadded spectra, and redshifts."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from data.catalogue.survey import DESI
from data.errors import UploadError
from data.surveys.extensions import MAX_PIXELS, column, column_names, image, opened
from data.surveys.masks import MaskConvention
from data.surveys.spectra import Redshift, RedshiftFiles, SurveySpectra
from model.spectra.extinction import SFD_SCALE

CAMERAS: Final = ("B", "R", "Z")
FIRST_PIXEL: Final = 3600.0
PIXEL: Final = 0.8
"""First wavelength and pixel width [Å] of the grid of observed vacuum wavelengths that all cameras share."""
SURVEY: Final = DESI
FORM: Final = "DESI coadd"
PIPELINE: Final = ("Redrock", "ZWARN")
MASK: Final = MaskConvention(
    -1, "0 is good, any set bit is bad, as in redrock", "desispec.maskbits.specmask; redrock.external.desi"
)


def is_of_survey(file: Any) -> bool:
    """Return whether an open FITS file is a coadd: it lists the wavelengths of a camera."""
    return any(f"{camera}_WAVELENGTH" in file for camera in CAMERAS)


def count_targets(file: Any) -> int:
    """Return the number of targets of an open coadd."""
    return int(file["FIBERMAP"].header.get("NAXIS2", 0)) if "FIBERMAP" in file else 0


def read_spectra(source: bytes | Path, name: str) -> tuple[SurveySpectra, dict[str, Redshift]]:
    """Read a coadd, which has no redshifts: see `read_observed`."""
    return read_observed(source, name), {}


def read_observed(coadd: bytes | Path, name: str = "The coadd file") -> SurveySpectra:
    """Read the spectra of a coadd file in the observed frame, with the cameras combined.

    Parameters
    ----------
    coadd : bytes or Path
        ``coadd-*.fits``.
    name : str
        Name for error messages if the source has no path.

    Returns
    -------
    SurveySpectra
        One spectrum per target, in the order of the file.

    Raises
    ------
    UploadError
        When the file is of another kind, is damaged, or exceeds a limit.
    """
    name = coadd.name if isinstance(coadd, Path) else name
    with opened(coadd, name) as file:
        ids = column(file, "FIBERMAP", "TARGETID", name)
        flux, ivar = _combined(file, len(ids), name)
        titles = column_names(file["FIBERMAP"])
        dust = SFD_SCALE * column(file, "FIBERMAP", "EBV", name) if "EBV" in titles else None
        kinds = None
        if "OBJTYPE" in titles:
            kinds = tuple(str(one).strip() for one in column(file, "FIBERMAP", "OBJTYPE", name))
    wavelength = FIRST_PIXEL + PIXEL * np.arange(flux.shape[1])
    return SurveySpectra(tuple(map(str, ids)), wavelength, flux, ivar, dust, kinds=kinds)


def read_redshifts(redrock: bytes | Path, name: str = "The redrock file") -> dict[str, Redshift]:
    """Read a redrock file.

    Parameters
    ----------
    redrock : bytes or Path
        ``redrock-*.fits``.
    name : str
        Name for error messages if the source has no path.

    Returns
    -------
    dict
        Redshifts by TARGETID as text.

    Raises
    ------
    UploadError
        When the file is of another kind, is damaged, or exceeds a limit.
    """
    name = redrock.name if isinstance(redrock, Path) else name
    with opened(redrock, name) as file:
        ids, z, warning, kind = (
            column(file, "REDSHIFTS", title, name) for title in ("TARGETID", "Z", "ZWARN", "SPECTYPE")
        )
    return {
        str(target): Redshift(float(one), int(warned), str(sort).strip())
        for target, one, warned, sort in zip(ids, z, warning, kind, strict=True)
        if -0.01 < one < 10
    }


def is_redrock(content: bytes) -> bool:
    """Return whether a file is a redrock file."""
    return b"REDSHIFTS" in content[:60_000] and content.startswith(b"SIMPLE  =")


REDSHIFTS: Final = RedshiftFiles("redrock file", is_redrock, read_redshifts)


def _combined(file: Any, targets: int, name: str) -> tuple[Float[np.ndarray, "target pixel"], ...]:
    """Return flux and inverse variance, averaged over the cameras of the file with inverse variances as weights."""
    present = [camera for camera in CAMERAS if f"{camera}_WAVELENGTH" in file]
    if not present:
        raise UploadError(f"{name} has no extension B_WAVELENGTH, R_WAVELENGTH or Z_WAVELENGTH: it is no DESI coadd.")
    places = {}
    for camera in present:
        steps = (image(file, f"{camera}_WAVELENGTH", name) - FIRST_PIXEL) / PIXEL
        places[camera] = np.round(steps).astype(int)
        if steps.ndim != 1 or np.abs(steps - places[camera]).max() > 0.01 or not 0 <= steps[0] < MAX_PIXELS:
            raise UploadError(f"{name}: camera {camera} is not on DESI's grid of 0.8 Å from 3600 Å.")
    pixels = max(int(place[-1]) for place in places.values()) + 1
    weighted, ivar = np.zeros((targets, pixels)), np.zeros((targets, pixels))
    for camera, place in places.items():
        shape = (targets, len(place))
        flux, weight = (image(file, f"{camera}_{what}", name, shape).astype(np.float64) for what in ("FLUX", "IVAR"))
        good = np.isfinite(flux) & np.isfinite(weight) & (weight > 0)
        if f"{camera}_MASK" in file:
            good &= ~MASK.masked(image(file, f"{camera}_MASK", name, shape))
        weight = np.where(good, weight, 0.0)
        weighted[:, place] += np.where(good, flux, 0.0) * weight
        ivar[:, place] += weight
    flux = np.divide(weighted, ivar, out=np.zeros_like(weighted), where=ivar > 0)
    return flux.astype(np.float32), ivar.astype(np.float32)
