"""Reader of FITS uploads: tables, DESI coadds with redshifts, and SDSS spectra."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from data.errors import CatalogueError, UploadError
from data.formats.readers.fits_headers import check_headers
from data.surveys.desi import CAMERAS, read_observed, read_redshifts
from data.surveys.sdss import is_spec, read_spec
from data.surveys.spectra import Redshift, SurveySpectra
from data.uploads.limits import check_expanded, check_shape
from data.uploads.readers.raw_table import RawTable, from_arrays
from data.uploads.readers.tables import read_table

UNIT: Final = "1e-17 erg / (s cm2 Angstrom)"
"""Unit of DESI's and SDSS's fluxes."""
MAX_TARGETS: Final = 100
"""Largest number of targets of an uploaded coadd."""


@contextmanager
def opened(content: bytes, name: str) -> Iterator[Any]:
    """Open a FITS file after a check of its sizes, without decompressing images."""
    from astropy.io import fits

    try:
        check_headers(io.BytesIO(content), name)
    except CatalogueError as error:
        raise UploadError(str(error)) from error
    with fits.open(io.BytesIO(content), memmap=False, disable_image_compression=True) as parts:
        headers: list[Any] = [part.header for part in list(parts)]  # type: ignore[attr-defined]
        check_expanded(name, sum(map(_declared_bytes, headers)))
        yield parts


def _declared_bytes(header: Any) -> int:
    """Return the decompressed size [bytes] that a header declares for its data."""
    if header.get("ZIMAGE"):
        sides = [int(header.get(f"ZNAXIS{axis}", 0)) for axis in range(1, int(header.get("ZNAXIS", 0)) + 1)]
        return int(np.prod(sides, dtype=object)) * abs(int(header.get("ZBITPIX", 8))) // 8 if sides else 0
    size = abs(int(header.get("BITPIX", 8))) // 8
    for axis in range(1, int(header.get("NAXIS", 0)) + 1):
        size *= int(header.get(f"NAXIS{axis}", 0))
    return (size if int(header.get("NAXIS", 0)) else 0) + int(header.get("PCOUNT", 0) or 0)


def read_fits(content: bytes, name: str) -> RawTable:
    """Read a FITS file: an SDSS spectrum, a DESI coadd, or the table that has fluxes."""
    with opened(content, name) as parts:
        if is_coadd(parts):
            _check_targets(parts, name)
            observed = read_observed(content, name)
            return _target_table(observed, _best_target(observed, {}, name), name, "DESI coadd")
        if is_spec(parts):
            observed, redshift = read_spec(content, name)
            raw = _target_table(observed, 0, name, "SDSS spec")
            return raw if redshift is None else _with_redshift(raw, redshift, "SDSS's pipeline", "ZWARNING")
    return read_table(content, name, "FITS")


def is_coadd(parts: Any) -> bool:
    """Return whether an open FITS file is a DESI coadd."""
    return any(f"{camera}_WAVELENGTH" in parts for camera in CAMERAS)


def _check_targets(parts: Any, name: str) -> None:
    targets = int(parts["FIBERMAP"].header.get("NAXIS2", 0)) if "FIBERMAP" in parts else 0
    if targets > MAX_TARGETS:
        raise UploadError(
            f"{name} holds {targets:,} targets; the limit here is {MAX_TARGETS}. "
            "Build a catalogue of it with the command line: catalogue from-fits."
        )


def _best_target(observed: SurveySpectra, redshifts: Mapping[str, Redshift], name: str) -> int:
    """Return the row of the best target: with good pixels, a trusted redshift and class GALAXY, else the first.

    Raises
    ------
    UploadError
        When every pixel of every target is masked.
    """

    def rank(row: int) -> tuple[bool, ...]:
        known = redshifts.get(observed.target_ids[row])
        return (
            bool((observed.ivar[row] > 0).any()),
            observed.kinds is None or observed.kinds[row] == "TGT",
            not redshifts or known is not None,
            known is None or known.warning == 0,
            known is None or known.kind == "GALAXY",
        )

    best = max(range(len(observed.target_ids)), key=rank, default=-1)
    if best < 0 or not rank(best)[0]:
        raise UploadError(
            f"{name}: every pixel of {'its target' if len(observed.target_ids) == 1 else 'every target'} is masked or "
            "without an inverse variance. Choose another file."
        )
    return best


def _target_table(observed: SurveySpectra, row: int, name: str, form: str) -> RawTable:
    """Return one target's pixels as columns, without masked pixels at both ends."""
    flux, ivar = observed.flux[row].astype(np.float64), observed.ivar[row].astype(np.float64)
    known = np.flatnonzero(ivar > 0)
    if not known.size:
        raise UploadError(f"{name}: every pixel is masked or without an inverse variance. Choose another file.")
    inside = slice(known[0], known[-1] + 1)
    arrays = {"wavelength": observed.wavelength_obs[inside], "flux": flux[inside], "ivar": ivar[inside]}
    about: dict[str, Any] = {
        "medium": "vacuum",
        "medium_why": f"{form} files are in vacuum",
        "flux_unit": UNIT,
        "source": form,
        "target_id": observed.target_ids[row],
    }
    if (count := len(observed.target_ids)) > 1:
        which = "the first" if row == 0 else f"number {row + 1}, the first that can be used"
        about["notes"] = [f"{name} holds {count} targets; {which}, {about['target_id']}, is read."]
    return from_arrays(name, form, arrays, {}, about)


def _with_redshift(raw: RawTable, found: Redshift, judge: str, flag: str) -> RawTable:
    """Add a survey's redshift and class, and a note if the survey does not trust the redshift."""
    notes = list(raw.about.get("notes", []))
    if found.warning:
        notes.append(f"{judge} ({flag} = {found.warning}) does not trust the redshift {found.redshift:.4f}. Check it.")
    about = raw.about | {"redshift": found.redshift, "notes": notes}
    return raw._replace(about=about | ({"class": found.kind, "class_why": judge} if found.kind else {}))


def is_redrock(content: bytes) -> bool:
    """Return whether a file is DESI's table of redshifts."""
    return b"REDSHIFTS" in content[:60_000] and content.startswith(b"SIMPLE  =")


def read_pair(coadd: bytes, coadd_name: str, redrock: bytes, redrock_name: str) -> RawTable:
    """Read a DESI coadd and its redshift file; of several targets, the best one is read.

    Parameters
    ----------
    coadd : bytes
        Content of the coadd file.
    coadd_name : str
        Name of the file, for error messages.
    redrock : bytes
        Content of the redrock file.
    redrock_name : str
        Name of the file.

    Returns
    -------
    RawTable
        One target with its redshift.

    Raises
    ------
    UploadError
        When a file is of another kind, or the redrock file does not list the coadd's target.
    """
    with opened(redrock, redrock_name) as parts:
        check_shape(redrock_name, int(parts["REDSHIFTS"].header.get("NAXIS2", 0)), 1)
    if recognised := _reason_not_coadd(coadd, coadd_name):
        raise UploadError(
            f"{coadd_name} is no DESI coadd{recognised}: it names no target whose redshift {redrock_name} could give. "
            "Upload it alone, and fill in the redshift."
        )
    observed, redshifts = read_observed(coadd, coadd_name), read_redshifts(redrock, redrock_name)
    listed = [target for target in observed.target_ids if target in redshifts]
    if not listed:
        raise UploadError(
            f"{redrock_name} lists no redshift of target {observed.target_ids[0] if observed.target_ids else '?'}. "
            "Upload the redrock file of the same coadd."
        )
    row = _best_target(observed, redshifts, coadd_name)
    target = observed.target_ids[row]
    if target not in redshifts:
        raise UploadError(
            f"{redrock_name} lists no redshift of target {target}. Upload the redrock file of the same coadd."
        )
    return _with_redshift(_target_table(observed, row, coadd_name, "DESI coadd"), redshifts[target], "Redrock", "ZWARN")


def _reason_not_coadd(content: bytes, name: str) -> str | None:
    """Return why a file is not a coadd, None if it is one; raise UploadError if a coadd exceeds the limits."""
    if not content.startswith(b"SIMPLE  ="):
        return " (it is no FITS file)"
    with opened(content, name) as parts:
        if not is_coadd(parts):
            return " (it has no extension B_WAVELENGTH, R_WAVELENGTH or Z_WAVELENGTH)"
        _check_targets(parts, name)
    return None
