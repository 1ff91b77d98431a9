"""Spectra of real galaxies by TARGETID from NOIRLab's SPARCL archive (Juneau et al. 2024, arXiv:2401.05576).

Requests use HTTP with JSON only, as the archive's own client may exchange pickles, which can run any code. A request is
limited to ten seconds, few run at a time, and after a failure the archive is not asked for a minute.
"""

import json
import logging
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from archives.deadline import Deadline, session_until
from archives.sparcl_answers import AnswerError, ArchiveSpectrum, Ask, ask_for
from data.errors import ArchiveError
from data.paths import SPARCL_URL
from data.spectrum import Spectrum
from storage import cache

TIMEOUT: Final = 10.0
"""Time limit for a spectrum [s]."""
CONNECT_TIMEOUT: Final = 3.1
MAX_BYTES: Final = 8_000_000
"""Largest answer [bytes]; a DESI spectrum is 0.6 MB of JSON."""
FOLDER_BYTES: Final = 64_000_000
"""Limit of the cache [bytes], about 500 spectra."""
PAUSE: Final = 60.0
"""Seconds after a failure in which the archive is not asked again."""
AT_ONCE: Final = 2
"""Largest number of simultaneous requests, so that a hanging archive does not block every thread of the server."""

logger = logging.getLogger(__name__)


class Archive:
    """The SPARCL archive with a cache of fetched spectra.

    Parameters
    ----------
    url : str
        Address of the archive.
    folder : Path, optional
        Private folder for the cache; None for no cache.
    timeout : float
        Time limit for one spectrum [s].
    """

    def __init__(self, url: str = SPARCL_URL, folder: Path | None = None, timeout: float = TIMEOUT) -> None:
        self.url = url.rstrip("/")
        self._folder = None if folder is None else cache.DiskCache(folder, FOLDER_BYTES)
        self._timeout = timeout
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._closed_until = 0.0

    def fetch(self, target_id: str, redshift: float | None = None) -> Spectrum:
        """Return the spectrum of a galaxy.

        Parameters
        ----------
        target_id : str
            DESI's TARGETID as text.
        redshift : float, optional
            Redshift for the rest-frame wavelengths; by default the archive's.

        Returns
        -------
        Spectrum
            Rest-frame spectrum; the inverse variance of masked pixels is 0.

        Raises
        ------
        ArchiveError
            When the archive has no such galaxy, does not answer, or sends an invalid answer.
        """
        if not (target_id.isascii() and target_id.isdigit() and len(target_id) <= 19):
            raise ArchiveError(f"“{target_id[:40]}” is not a DESI TARGETID, so no archive has its spectrum.")
        observed = self._stored(target_id)
        if observed is None:
            observed = self._asked(target_id)
            self._store(target_id, observed)
        shift = float(observed.redshift) if redshift is None else redshift
        return Spectrum(
            wavelength_rest=observed.wavelength_obs / (1 + shift),
            flux=observed.flux,
            ivar=observed.ivar,
            redshift=shift,
            target_id=target_id,
            source=f"{observed.release}, SPARCL{_said_of(int(observed.not_finite))}",
        )

    def _asked(self, target_id: str) -> ArchiveSpectrum:
        if time.monotonic() < self._closed_until:
            raise ArchiveError("The SPARCL archive failed a moment ago; it is asked again in a minute.")
        if not self._free.acquire(blocking=False):
            raise ArchiveError("The SPARCL archive is busy with other galaxies; choose this one again soon.")
        try:
            with self._asker() as ask:
                return ask_for(target_id, ask)
        except AnswerError as error:
            self._closed_until = time.monotonic() + PAUSE
            raise ArchiveError(str(error)) from error
        finally:
            self._free.release()

    def _stored(self, target_id: str) -> ArchiveSpectrum | None:
        path = self._folder and self._folder.get(f"{target_id}.npz")
        if not path:
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return ArchiveSpectrum(**{name: arrays[name] for name in ArchiveSpectrum._fields})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            logger.warning("A kept spectrum is damaged and is fetched again: %s", error)
            return None

    def _store(self, target_id: str, observed: ArchiveSpectrum) -> None:
        if self._folder:
            try:
                self._folder.put(f"{target_id}.npz", lambda file: np.savez(file, **observed._asdict()))
            except OSError as error:
                logger.warning("A spectrum cannot be kept: %s", error)

    @contextmanager
    def _asker(self) -> Iterator[Ask]:
        import requests
        from urllib3.exceptions import HTTPError
        from urllib3.exceptions import TimeoutError as SlowError

        deadline = Deadline(self._timeout)
        late = f"The SPARCL archive did not answer within {self._timeout:g} s."

        with session_until(deadline) as session:

            def ask(service: str, query: dict[str, str], body: Any) -> Any:
                try:
                    with session.request(
                        "GET" if body is None else "POST",
                        f"{self.url}/api/{service}/",
                        params=query,
                        json=body,
                        timeout=(min(deadline.left, CONNECT_TIMEOUT), deadline.left),
                        stream=True,
                        allow_redirects=False,
                    ) as answer:
                        if answer.status_code != requests.codes.ok:
                            raise AnswerError(f"The SPARCL archive answered with status {answer.status_code}.")
                        return json.loads(_body(answer, deadline))
                except (requests.Timeout, SlowError, TimeoutError) as error:
                    raise AnswerError(late) from error
                except (ValueError, RecursionError) as error:
                    said = late if deadline.is_over else "The SPARCL archive sent something that is not JSON."
                    raise AnswerError(said) from error
                except (requests.RequestException, HTTPError, OSError) as error:
                    raise AnswerError(late if deadline.is_over else "The SPARCL archive cannot be reached.") from error

            yield ask


def _body(answer: Any, deadline: Deadline) -> bytes:
    """Read an answer piece by piece, so that a big one does not fill the memory."""
    body = bytearray()
    while piece := answer.raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > MAX_BYTES:
            raise AnswerError(f"The SPARCL archive sent more than {MAX_BYTES / 1e6:.0f} MB for one galaxy.")
    if deadline.is_over:
        raise TimeoutError
    return bytes(body)


def _said_of(not_finite: int) -> str:
    if not not_finite:
        return ""
    return f"; {not_finite:,} {'pixel' if not_finite == 1 else 'pixels'} without a finite number masked"


_archives: dict[str, Archive] = {}


def use(archive: Archive | None) -> None:
    """Set the archive of this process, or None; called once, when the server starts."""
    _archives.clear()
    if archive is not None:
        _archives["current"] = archive


def fetch(target_id: str, redshift: float | None = None) -> Spectrum:
    """Fetch a galaxy's spectrum from the archive of this process; see `Archive.fetch`.

    Parameters
    ----------
    target_id : str
        DESI's TARGETID as text.
    redshift : float, optional
        Redshift for the rest-frame wavelengths; by default the archive's.

    Returns
    -------
    Spectrum
        Rest-frame spectrum.

    Raises
    ------
    ArchiveError
        When archives are switched off, or as for `Archive.fetch`.
    """
    if not _archives:
        raise ArchiveError("Spectra from the SPARCL archive are switched off here (SPARCL_URL=off).")
    return _archives["current"].fetch(target_id, redshift)
