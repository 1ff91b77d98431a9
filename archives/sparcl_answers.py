"""Requests to the SPARCL archive for one galaxy, and parsing and checking of its answers."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.errors import ArchiveError

MAX_PIXELS: Final = 20_000
"""Largest number of pixels; DESI's spectra have 7,781."""
WAVELENGTHS: Final = (1_000.0, 30_000.0)
"""Allowed range of observed wavelengths [Å]."""
RELEASES: Final = ("DESI-EDR", "DESI-DR1")
"""Releases to search, in this order; the catalogue of real galaxies is from the first."""

Ask = Callable[[str, dict[str, str], Any], Any]
"""Sends a request: maps service, query and JSON body (or None) to the JSON of the answer."""


class AnswerError(Exception):
    """The archive's answer is missing or invalid; the message is a sentence."""


class ArchiveSpectrum(NamedTuple):
    """An observed-frame spectrum of the archive.

    Attributes
    ----------
    wavelength_obs : (pixel,) array
        Vacuum wavelength [Å], ascending.
    flux : (pixel,) array
        Flux density [1e-17 erg/s/cm²/Å]; 0 where masked.
    ivar : (pixel,) array
        Inverse variance of the flux; 0 where masked.
    redshift : array
        Redshift of the archive, an array without axes.
    release : array
        The data release, text.
    not_finite : array
        Number of pixels that are masked because their flux, inverse variance or mask is not finite.
    """

    wavelength_obs: Float[np.ndarray, " pixel"]
    flux: Float[np.ndarray, " pixel"]
    ivar: Float[np.ndarray, " pixel"]
    redshift: np.ndarray
    release: np.ndarray
    not_finite: np.ndarray


def ask_for(target_id: str, ask: Ask) -> ArchiveSpectrum:
    """Find a galaxy's spectrum in the archive and retrieve it.

    The archive's internal column names differ from the public ones; the table of names is requested first, as the
    archive's own client does.

    Parameters
    ----------
    target_id : str
        DESI's TARGETID, digits.
    ask : callable
        Function that sends a request, see `Ask`.

    Returns
    -------
    ArchiveSpectrum
        Primary spectrum of the first of `RELEASES` that has one.

    Raises
    ------
    ArchiveError
        When the archive has no spectrum of this galaxy, or one without a good pixel.
    AnswerError
        When an answer is invalid.
    """
    try:
        inside = _names_inside(ask("datafields", {}, None))
        found = _find(target_id, inside, ask)
        if found is None:
            places = " or ".join(RELEASES)
            raise ArchiveError(f"The SPARCL archive has no spectrum of TARGETID {target_id} in {places}.")
        release, identifier = found
        names = inside[release]
        wanted = ("sparcl_id", "wavelength", "flux", "ivar", "mask", "redshift")
        query = {"include": ",".join(names[name] for name in wanted), "format": "json", "dataset_list": release}
        _, record, *_ = ask("spectras", query, [identifier])
        return _read({name: record[names[name]] for name in wanted}, release)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise AnswerError("The SPARCL archive's answer is not a spectrum.") from error


def _names_inside(fields: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the archive's internal name of each column, by release."""
    inside: dict[str, dict[str, str]] = {release: {} for release in RELEASES}
    for field in fields:
        if field["data_release"] in inside:
            inside[field["data_release"]][field["newdp"]] = field["origdp"]
    return {release: names for release, names in inside.items() if names}


def _find(target_id: str, inside: dict[str, dict[str, str]], ask: Ask) -> tuple[str, str] | None:
    """Return release and identifier of the best spectrum: by release, the primary one first."""
    names = next(iter(inside.values()))
    question = {
        "outfields": [names[name] for name in ("sparcl_id", "specprimary", "data_release")],
        # The archive's integers are exact in JSON, and so are Python's.
        "search": [[names["specid"], int(target_id)], [names["data_release"], *inside]],
    }
    _, *records = ask("find", {"limit": "20"}, question)
    ranked = []
    for record in records:
        own = inside.get(record["_dr"])
        if own:
            order = (list(inside).index(record["_dr"]), not record[own["specprimary"]])
            ranked.append((order, record["_dr"], str(record[own["sparcl_id"]])))
    return min(ranked)[1:] if ranked else None


def _read(record: dict[str, Any], release: str) -> ArchiveSpectrum:
    columns = {name: np.asarray(record[name], float) for name in ("wavelength", "flux", "ivar", "mask")}
    wavelength, redshift = columns["wavelength"], float(record["redshift"])
    if wavelength.ndim != 1 or not 2 <= wavelength.size <= MAX_PIXELS:
        raise ValueError("not a list of pixels")
    if any(column.shape != wavelength.shape for column in columns.values()):
        raise ValueError("columns of different lengths")
    if not (WAVELENGTHS[0] <= wavelength[0] and wavelength[-1] <= WAVELENGTHS[1] and (np.diff(wavelength) > 0).all()):
        raise ValueError("wavelengths do not ascend within the optical")
    if not -0.01 < redshift < 10:
        raise ValueError("not a redshift")
    with np.errstate(over="ignore"):  # what is beyond the range of the type is not finite there
        flux, ivar = (columns[name].astype(np.float32) for name in ("flux", "ivar"))
    finite = np.isfinite(flux) & np.isfinite(ivar) & np.isfinite(columns["mask"])
    good = finite & (ivar > 0) & (columns["mask"] == 0)
    if not good.any():
        raise ArchiveError(
            f"The spectrum of this galaxy in {release} has no good pixel: of {flux.size:,} pixels, "
            f"{(~finite).sum():,} have numbers that are not finite, and the others are masked."
        )
    flux, ivar = (np.where(good, values, 0).astype(np.float32) for values in (flux, ivar))
    return ArchiveSpectrum(wavelength, flux, ivar, np.array(redshift), np.array(release), np.array((~finite).sum()))
