"""Reader of DESI's published files: coadded spectra, redshifts and FastSpecFit line tables."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.catalogue.survey import DESI
from data.errors import CatalogueError, UploadError
from data.formats.readers.fits_headers import check_headers, check_tiles
from data.surveys.masks import masked

CAMERAS: Final = ("B", "R", "Z")
FIRST_PIXEL: Final = 3600.0
PIXEL: Final = 0.8
"""First wavelength and pixel width [Å] of the grid of observed vacuum wavelengths that all cameras share."""
MAX_TARGETS: Final = 10_000
"""Largest number of targets that is read; DESI's files hold 500 per petal and a few thousand per healpixel."""
MAX_PIXELS: Final = 20_000
"""Pixels per camera; DESI has 2,326 to 2,881."""
_GZIP: Final = b"\x1f\x8b"


class Redshift(NamedTuple):
    """Redshift of a target as measured by the survey's pipeline (redrock for DESI).

    Attributes
    ----------
    redshift : float
        Best redshift.
    warning : int
        ZWARN; 0 if the pipeline trusts the redshift.
    kind : str
        SPECTYPE: GALAXY, QSO or STAR.
    """

    redshift: float
    warning: int
    kind: str


class SurveySpectra(NamedTuple):
    """Spectra of a survey file, in the observed frame.

    Attributes
    ----------
    target_ids : tuple of str
        TARGETIDs, or the identifiers that the archive uses instead.
    wavelength_obs : (pixel,) array
        Vacuum wavelengths [Å], ascending.
    flux : (target, pixel) array
        Flux density [1e-17 erg/s/cm²/Å].
    ivar : (target, pixel) array
        Inverse variances of the flux; 0 where a pixel is masked.
    ebv : (target,) array or None
        E(B-V) of the Milky Way towards each target [mag]; None if the file does not list it. The fluxes are not
        corrected for it.
    fwhm : (pixel,) array or None
        FWHM resolution [Å, observed]; None if the file does not list it.
    kinds : tuple of str or None
        DESI's OBJTYPE of each target: TGT, SKY, BAD; None if the file does not list it.
    """

    target_ids: tuple[str, ...]
    wavelength_obs: Float[np.ndarray, " pixel"]
    flux: Float[np.ndarray, "target pixel"]
    ivar: Float[np.ndarray, "target pixel"]
    ebv: Float[np.ndarray, " target"] | None = None
    fwhm: Float[np.ndarray, " pixel"] | None = None
    kinds: tuple[str, ...] | None = None


SURVEY: Final = DESI


def is_of_survey(path: Path) -> bool:
    """Return whether a file is a coadd: it lists its targets and the wavelengths of its cameras."""
    with opened(path, path.name) as file:
        names = {part.name.upper() for part in file}
    return "FIBERMAP" in names and any(name.endswith("_WAVELENGTH") for name in names)


def read_survey(spectra: Path, redshifts: Path | None) -> tuple[SurveySpectra, dict[str, Redshift]]:
    """Read a coadd and the redrock file of the same targets.

    Parameters
    ----------
    spectra : Path
        ``coadd-*.fits``.
    redshifts : Path or None
        ``redrock-*.fits``.

    Returns
    -------
    SurveySpectra
        One spectrum per target.
    dict of Redshift
        Redshifts by target.

    Raises
    ------
    UploadError
        When the redshifts are missing, or a file is of another kind.
    """
    if redshifts is None:
        raise UploadError(f"{spectra.name} is a DESI coadd, which has no redshifts: give its redrock file too.")
    return read_observed(spectra), read_redshifts(redshifts)


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
        ids = _column(file, "FIBERMAP", "TARGETID", name)
        flux, ivar = _combined(file, len(ids), name)
        titles = column_names(file["FIBERMAP"])
        dust = _column(file, "FIBERMAP", "EBV", name) if "EBV" in titles else None
        kinds = None
        if "OBJTYPE" in titles:
            kinds = tuple(str(one).strip() for one in _column(file, "FIBERMAP", "OBJTYPE", name))
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
            _column(file, "REDSHIFTS", column, name) for column in ("TARGETID", "Z", "ZWARN", "SPECTYPE")
        )
    return {
        str(target): Redshift(float(one), int(warned), str(sort).strip())
        for target, one, warned, sort in zip(ids, z, warning, kind, strict=True)
        if -0.01 < one < 10
    }


def read_lines(path: Path, columns: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Read equivalent widths from a FastSpecFit table.

    Parameters
    ----------
    path : Path
        ``fastspec-*.fits``.
    columns : mapping
        Names of the components in the file, by line name. EWs and variances of the components are summed.

    Returns
    -------
    dict
        By TARGETID as text, then by line name: (EW [Å], inverse variance [1/Å²]). Lines without a positive EW are
        left out.

    Raises
    ------
    UploadError
        When no table of the file has TARGETID and the line columns.
    """
    first = next(iter(columns.values()))[0]
    with opened(path, path.name) as file:
        part = next((p for p in file if {"TARGETID", f"{first}_EW"} <= column_names(p)), None)
        if part is None:
            raise UploadError(f"{path.name} has no table with TARGETID and {first}_EW. Give a FastSpecFit catalogue.")
        needed = [f"{one}{suffix}" for parts in columns.values() for one in parts for suffix in ("_EW", "_EW_IVAR")]
        if absent := [title for title in needed if title not in column_names(part)]:
            raise UploadError(
                f"{path.name}, extension {part.name}, lacks the columns {', '.join(absent)}. Give the whole "
                "FastSpecFit table, or leave out --lines: the lines are measured then."
            )
        ids = part.data["TARGETID"]
        found: dict[str, dict[str, tuple[float, float]]] = {str(target): {} for target in ids}
        for line, components in columns.items():
            values = [np.asarray(part.data[f"{name}_EW"], np.float64) for name in components]
            ivars = [np.asarray(part.data[f"{name}_EW_IVAR"], np.float64) for name in components]
            good = np.all([(ew > 0) & (ivar > 0) for ew, ivar in zip(values, ivars, strict=True)], axis=0)
            with np.errstate(divide="ignore"):
                total, variance = np.sum(values, axis=0), np.sum([1 / ivar for ivar in ivars], axis=0)
            for row in np.flatnonzero(good):
                found[str(ids[row])][line] = (float(total[row]), float(1 / variance[row]))
    return found


def opened(source: bytes | Path, name: str) -> Any:
    """Open a FITS file in memory; its context closes it.

    Raises
    ------
    UploadError
        When the file is compressed or not FITS.
    """
    from astropy.io import fits

    try:
        content = BytesIO(source) if isinstance(source, bytes) else BytesIO(source.read_bytes())
        if content.getbuffer()[:2] == _GZIP:
            raise UploadError(f"{name} is compressed. Unpack it first: gunzip {name}.")
        check_headers(content, name)
        # Tile-compressed images are decompressed when their data are read, after `_image` has checked their sizes.
        return fits.open(content)
    except CatalogueError as error:
        raise UploadError(str(error)) from error
    except OSError as error:
        raise UploadError(f"{name} cannot be read as FITS: {error}. Download it again.") from error


def column_names(part: Any) -> set[str]:
    """Return the column names of an extension, empty for an image."""
    return set(getattr(getattr(part, "columns", None), "names", ()))


def _part(file: Any, extension: str, name: str) -> Any:
    if extension not in file:
        raise UploadError(f"{name} has no extension {extension}: it is not the DESI file that was asked for.")
    return file[extension]


def _column(file: Any, extension: str, column: str, name: str) -> np.ndarray:
    part = _part(file, extension, name)
    if int(part.header.get("NAXIS2", 0)) > MAX_TARGETS:
        raise UploadError(f"{name} has {part.header['NAXIS2']:,} targets; the limit is {MAX_TARGETS:,}. Split it.")
    try:
        return np.array(part.data[column])
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise UploadError(f"{name}, extension {extension}: column {column} cannot be read ({error}).") from error


def _image(file: Any, extension: str, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    part = _part(file, extension, name)
    if int(part.header.get("NAXIS1", 0)) > MAX_PIXELS or int(part.header.get("NAXIS2", 0)) > MAX_TARGETS:
        raise UploadError(f"{name}, extension {extension}, is larger than {MAX_TARGETS:,} x {MAX_PIXELS:,} pixels.")
    declared = tuple(int(part.header.get(f"NAXIS{axis}", 0)) for axis in range(int(part.header.get("NAXIS", 0)), 0, -1))
    if shape is not None and declared != shape:
        raise UploadError(f"{name}, extension {extension}, has the shape {declared}; {shape} is needed.")
    try:
        check_tiles(part, f"{name}, extension {extension}")
        values = np.asarray(part.data)
    except CatalogueError as error:
        raise UploadError(str(error)) from error
    # The decoder raises exceptions of many types on damaged tiles.
    except Exception as error:
        words = " ".join(str(error).split())[:120] or type(error).__name__
        raise UploadError(f"{name}, extension {extension}, is damaged: {words}. Download it again.") from error
    if values.dtype.kind not in "biuf" or (shape is not None and values.shape != shape):
        raise UploadError(f"{name}, extension {extension}, has the shape {values.shape}; {shape} is needed.")
    return values


def _combined(file: Any, targets: int, name: str) -> tuple[Float[np.ndarray, "target pixel"], ...]:
    """Return flux and inverse variance, averaged over the cameras of the file with inverse variances as weights."""
    present = [camera for camera in CAMERAS if f"{camera}_WAVELENGTH" in file]
    if not present:
        raise UploadError(f"{name} has no extension B_WAVELENGTH, R_WAVELENGTH or Z_WAVELENGTH: it is no DESI coadd.")
    places = {}
    for camera in present:
        steps = (_image(file, f"{camera}_WAVELENGTH", name) - FIRST_PIXEL) / PIXEL
        places[camera] = np.round(steps).astype(int)
        if steps.ndim != 1 or np.abs(steps - places[camera]).max() > 0.01 or not 0 <= steps[0] < MAX_PIXELS:
            raise UploadError(f"{name}: camera {camera} is not on DESI's grid of 0.8 Å from 3600 Å.")
    pixels = max(int(place[-1]) for place in places.values()) + 1
    weighted, ivar = np.zeros((targets, pixels)), np.zeros((targets, pixels))
    for camera, place in places.items():
        shape = (targets, len(place))
        flux, weight = (_image(file, f"{camera}_{what}", name, shape).astype(np.float64) for what in ("FLUX", "IVAR"))
        good = np.isfinite(flux) & np.isfinite(weight) & (weight > 0)
        if f"{camera}_MASK" in file:
            good &= ~masked("DESI", _image(file, f"{camera}_MASK", name, shape))
        weight = np.where(good, weight, 0.0)
        weighted[:, place] += np.where(good, flux, 0.0) * weight
        ivar[:, place] += weight
    flux = np.divide(weighted, ivar, out=np.zeros_like(weighted), where=ivar > 0)
    return flux.astype(np.float32), ivar.astype(np.float32)
