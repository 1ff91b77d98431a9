"""Reader of FITS uploads: tables, and spectra of the surveys with their redshifts."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from data.errors import CatalogueError, UploadError
from data.formats.readers.fits.headers import check_headers
from data.surveys.registry import SurveyReader, survey_of, survey_of_redshifts
from data.surveys.spectra import Redshift, SurveySpectra
from data.uploads.limits import check_expanded
from data.uploads.readers.raw_table import RawTable, from_arrays
from data.uploads.readers.tables import read_table

UNIT: Final = "1e-17 erg / (s cm2 Angstrom)"
"""Unit of the fluxes of `SurveySpectra`."""
MAX_TARGETS: Final = 100
"""Largest number of targets of an uploaded file."""


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
    """Read a FITS file: a spectrum of one of the surveys, or the table that has fluxes."""
    with opened(content, name) as parts:
        if (reader := _survey(parts, name)) is not None:
            observed, redshifts = reader.read_spectra(content, name)
            return _target_table(observed, _best_target(observed, redshifts, name), name, reader, redshifts)
    return read_table(content, name, "FITS")


def _survey(parts: Any, name: str) -> SurveyReader | None:
    """Return the survey of an open file, None if it is of none; raise UploadError if it holds too many targets."""
    reader = survey_of(parts)
    if reader is not None and (targets := reader.count_targets(parts)) > MAX_TARGETS:
        raise UploadError(
            f"{name} holds {targets:,} targets; the limit here is {MAX_TARGETS}. "
            "Build a catalogue of it with the command line: catalogue from-fits."
        )
    return reader


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


def _target_table(
    observed: SurveySpectra, row: int, name: str, reader: SurveyReader, redshifts: Mapping[str, Redshift]
) -> RawTable:
    """Return one target's pixels as columns, without masked pixels at both ends, with its redshift if it has one."""
    flux, ivar = observed.flux[row].astype(np.float64), observed.ivar[row].astype(np.float64)
    good = np.flatnonzero(ivar > 0)
    inside = slice(good[0], good[-1] + 1)
    arrays = {"wavelength": observed.wavelength_obs[inside], "flux": flux[inside], "ivar": ivar[inside]}
    target, notes = observed.target_ids[row], []
    about: dict[str, Any] = {
        "medium": "vacuum",
        "medium_why": f"{reader.FORM} files are in vacuum",
        "flux_unit": UNIT,
        "source": reader.FORM,
        "target_id": target,
        "notes": notes,
    }
    if (count := len(observed.target_ids)) > 1:
        which = "the first" if row == 0 else f"number {row + 1}, the first that can be used"
        notes.append(f"{name} holds {count} targets; {which}, {target}, is read.")
    if (found := redshifts.get(target)) is not None:
        judge, flag = reader.PIPELINE
        about |= {"redshift": found.redshift} | ({"class": found.kind, "class_why": judge} if found.kind else {})
        if found.warning:
            warning = f"{judge} ({flag} = {found.warning}) does not trust the redshift {found.redshift:.4f}."
            notes.append(f"{warning} Check it.")
    return from_arrays(name, reader.FORM, arrays, {}, about)


def read_pair(spectra: bytes, spectra_name: str, redshifts: bytes, redshifts_name: str) -> RawTable:
    """Read a survey's file of spectra and its file of redshifts; of several targets, the best one is read.

    Parameters
    ----------
    spectra : bytes
        Content of the file of spectra, as DESI's coadd.
    spectra_name : str
        Name of the file, for error messages.
    redshifts : bytes
        Content of the file of redshifts, as DESI's redrock file.
    redshifts_name : str
        Name of the file.

    Returns
    -------
    RawTable
        One target with its redshift.

    Raises
    ------
    UploadError
        When a file is of another kind, or the second does not list the first one's target.
    """
    reader = survey_of_redshifts(redshifts)
    if reader is None or reader.REDSHIFTS is None:
        raise UploadError(f"{redshifts_name} is no file of a survey's redshifts. Upload {spectra_name} alone.")
    form = reader.REDSHIFTS.form
    with opened(redshifts, redshifts_name):  # checks its size
        pass
    if not spectra.startswith(b"SIMPLE  ="):
        found = None
    else:
        with opened(spectra, spectra_name) as parts:
            found = _survey(parts, spectra_name)
    if found is not reader:
        raise UploadError(
            f"{spectra_name} is no {reader.FORM}: it names no target whose redshift {redshifts_name} could give. "
            "Upload it alone, and fill in the redshift."
        )
    observed, _ = reader.read_spectra(spectra, spectra_name)
    listed = reader.REDSHIFTS.read(redshifts, redshifts_name)
    row = _best_target(observed, listed, spectra_name)
    target = observed.target_ids[row]
    if target not in listed:
        raise UploadError(
            f"{redshifts_name} lists no redshift of target {target}. Upload the {form} of the same {reader.FORM}."
        )
    return _target_table(observed, row, spectra_name, reader, listed)
