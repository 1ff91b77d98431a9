"""FITS files: tables, DESI coadds with their redshifts, and SDSS spectra."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from data.errors import UploadError
from data.surveys.desi import CAMERAS, Observed, Redshift, column_names, read_observed, read_redshifts
from data.surveys.sdss import is_spec, read_spec
from data.uploads.readers.limits import check_expanded, check_shape
from data.uploads.readers.raw_table import RawTable, from_arrays

UNIT: Final = "1e-17 erg / (s cm2 Angstrom)"
"""Of DESI's and SDSS's fluxes."""
MAX_TARGETS: Final = 100
"""Of a coadd in an upload."""


@contextmanager
def opened(content: bytes, name: str) -> Iterator[Any]:
    """Open a FITS file without unfolding compressed images."""
    from astropy.io import fits

    with fits.open(io.BytesIO(content), memmap=False, disable_image_compression=True) as parts:
        headers: list[Any] = [part.header for part in list(parts)]  # type: ignore[attr-defined]
        check_expanded(name, sum(map(_promised, headers)))
        yield parts


def _promised(header: Any) -> int:
    """Return how many bytes a header says that its data take."""
    size = abs(int(header.get("BITPIX", 8))) // 8
    for axis in range(1, int(header.get("NAXIS", 0)) + 1):
        size *= int(header.get(f"NAXIS{axis}", 0))
    return (size if int(header.get("NAXIS", 0)) else 0) + int(header.get("PCOUNT", 0) or 0)


def read_fits(content: bytes, name: str) -> RawTable:
    """Read a FITS file: an SDSS spectrum, a DESI coadd, or its first table."""
    with opened(content, name) as parts:
        if any(f"{camera}_WAVELENGTH" in parts for camera in CAMERAS):
            return _coadd(content, parts, name)
        if is_spec(parts):
            return _spec(content, name)
        tables = [part for part in parts if column_names(part) and len(part.data)]
        if not tables:
            raise UploadError(f"{name} holds no table. It needs a binary table of fluxes, or of wavelength and flux.")
        check_shape(name, len(tables[0].data), len(tables[0].columns))
        table = tables[0]
        units = {column.name: str(column.unit) for column in table.columns if column.unit}
        arrays = {title: np.asarray(table.data[title]) for title in table.columns.names}
        about = {}
        for header in (table.header, parts[0].header):
            if isinstance(header.get("REDSHIFT", header.get("Z")), float):
                about.setdefault("redshift", float(header.get("REDSHIFT", header.get("Z"))))
        return from_arrays(name, "FITS", arrays, units, about)


def _survey(observed: Observed, name: str, form: str) -> RawTable:
    """Lay one target's pixels out as columns, cut to those that are known."""
    flux, ivar = observed.flux[0].astype(np.float64), observed.ivar[0].astype(np.float64)
    known = np.flatnonzero(ivar > 0)
    if not known.size:
        raise UploadError(f"{name}: every pixel is masked or without an inverse variance. Download it again.")
    inside = slice(known[0], known[-1] + 1)
    arrays = {"wavelength": observed.wavelength_obs[inside], "flux": flux[inside], "ivar": ivar[inside]}
    about: dict[str, Any] = {"medium": "vacuum", "flux_unit": UNIT, "source": form, "target_id": observed.target_ids[0]}
    if len(observed.target_ids) > 1:
        about["notes"] = [
            f"{name} holds {len(observed.target_ids)} targets; the first, {about['target_id']}, is taken."
        ]
    return from_arrays(name, form, arrays, {}, about)


def _coadd(content: bytes, parts: Any, name: str) -> RawTable:
    targets = int(parts["FIBERMAP"].header.get("NAXIS2", 0)) if "FIBERMAP" in parts else 0
    if targets > MAX_TARGETS:
        raise UploadError(
            f"{name} holds {targets:,} targets; the limit here is {MAX_TARGETS}. "
            "Build a catalogue of it with the command line: catalogue from-fits."
        )
    return _survey(read_observed(content), name, "DESI coadd")


def _spec(content: bytes, name: str) -> RawTable:
    observed, redshift = read_spec(content)
    raw = _survey(observed, name, "SDSS spec")
    return raw if redshift is None else _at(raw, redshift, "SDSS's pipeline (ZWARNING")


def _at(raw: RawTable, found: Redshift, judge: str) -> RawTable:
    """Add a redshift that a survey gives, and what it says against it."""
    notes = raw.about.get("notes", [])
    if found.warning:
        notes = [*notes, f"{judge} = {found.warning}) does not trust the redshift {found.redshift:.4f}. Check it."]
    return raw._replace(about=raw.about | {"redshift": found.redshift, "notes": notes})


def is_redrock(content: bytes) -> bool:
    """Tell whether a file is DESI's table of redshifts."""
    return b"REDSHIFTS" in content[:60_000] and content.startswith(b"SIMPLE  =")


def join_redshift(spectrum: RawTable, content: bytes, name: str) -> RawTable:
    """Add the redshift that a redrock file gives for the target of a coadd.

    Raises
    ------
    UploadError
        When the file does not list that target, or warns of it beyond use.
    """
    with opened(content, name) as parts:
        check_shape(name, int(parts["REDSHIFTS"].header.get("NAXIS2", 0)), 1)
    redshifts, wanted = read_redshifts(content), spectrum.about["target_id"]
    if wanted not in redshifts:
        raise UploadError(f"{name} lists no redshift of target {wanted}. Upload the redrock file of the same coadd.")
    return _at(spectrum, redshifts[wanted], "Redrock (ZWARN")
