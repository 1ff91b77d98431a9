"""Reading of uploads: tables and spectra become galaxies; nothing is stored.

`open_files` reads bytes into columns, `infer_plan` guesses the meaning of the columns, `apply_plan` converts them to
galaxies. A file that cannot be read raises an `UploadError`. A row that cannot be used is kept, with the reason in
`problems`.
"""

import warnings
from collections.abc import Mapping, Sequence

from data.errors import UploadError
from data.surveys.registry import survey_of_redshifts
from data.uploads.apply import UploadResult, apply_plan
from data.uploads.galaxies import FluxTable
from data.uploads.limits import MAX_BYTES, MAX_COLUMNS, MAX_PIXELS, MAX_ROWS, too_large
from data.uploads.plan import Guess, infer_plan, resolve_plan
from data.uploads.readers.fits import read_pair
from data.uploads.readers.raw_table import RawTable
from data.uploads.readers.recognise import read_raw, recognise
from data.uploads.spectrum import warm_up

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_PIXELS",
    "MAX_ROWS",
    "FluxTable",
    "Guess",
    "RawTable",
    "UploadResult",
    "apply_plan",
    "infer_plan",
    "open_files",
    "read",
    "recognise",
    "resolve_plan",
    "too_large",
    "warm_up",
]


def open_files(files: Sequence[tuple[bytes, str]]) -> RawTable:
    """Read an upload: one file, or a survey's file of spectra with its file of redshifts in any order.

    Parameters
    ----------
    files : sequence of (content, name)
        Files that were uploaded together.

    Returns
    -------
    RawTable
        Columns of the upload.

    Raises
    ------
    UploadError
        When a file cannot be read, or the files do not belong together.
    """
    # Warnings of the parsers are suppressed: damage raises an UploadError.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _open(files)


def _open(files: Sequence[tuple[bytes, str]]) -> RawTable:
    if len(files) == 1:
        content, name = files[0]
        if recognise(content, name) == "FITS" and (survey := survey_of_redshifts(content)):
            raise UploadError(f"{name} contains only redshifts. Upload the {survey.FORM} of the same target with it.")
        return read_raw(content, name)
    pair = sorted(files, key=lambda file: survey_of_redshifts(file[0]) is not None)
    if len(pair) != 2 or not survey_of_redshifts(pair[1][0]) or survey_of_redshifts(pair[0][0]):
        raise UploadError(
            f"{len(files)} files were uploaded together. Upload one file, or a pair of a survey's spectra and their "
            "redshifts, such as a DESI coadd and its redrock file."
        )
    (spectra, spectra_name), (redshifts, redshifts_name) = pair
    for content, name in pair:
        recognise(content, name)
    try:
        return read_pair(spectra, spectra_name, redshifts, redshifts_name)
    except UploadError:
        raise
    # astropy raises exceptions of many types on damaged bytes.
    except Exception as error:
        raise UploadError(
            f"{spectra_name} and {redshifts_name} cannot be read as spectra and their redshifts. Download them again."
        ) from error


def read(content: bytes, name: str, chosen: Mapping[str, str] | None = None) -> FluxTable:
    """Read an uploaded file with the guessed meaning of its columns.

    Parameters
    ----------
    content : bytes
        Content of the file.
    name : str
        Name of the file, for error messages.
    chosen : mapping, optional
        Values that the user changed in the guesses, by field.

    Returns
    -------
    FluxTable
        Every row of the file, usable or not.

    Raises
    ------
    UploadError
        When the file cannot be read, exceeds a limit, or has no usable row.
    """
    return apply_plan(open_files([(content, name)]), chosen).table
