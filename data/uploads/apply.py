"""Conversion of an upload's columns to galaxies, by the plan of what the columns mean."""

from collections.abc import Mapping
from typing import NamedTuple

from data.columns.words import is_rounded
from data.spectrum import Spectrum
from data.uploads.galaxies import FluxTable, others_said, tabulate
from data.uploads.plan import NONE, resolve_plan
from data.uploads.readers.raw_table import RawTable
from data.uploads.spectrum import read_spectrum


class UploadResult(NamedTuple):
    """Galaxies of an upload, one sentence per processing step, and the spectrum if the upload was one."""

    table: FluxTable
    steps: tuple[str, ...]
    spectrum: Spectrum | None


def apply_plan(raw: RawTable, chosen: Mapping[str, str] | None = None) -> UploadResult:
    """Convert a file's columns to galaxies.

    Parameters
    ----------
    raw : RawTable
        From `open_files`.
    chosen : mapping, optional
        Values that the user changed in the guesses, by field.

    Returns
    -------
    UploadResult
        Galaxies, processing steps and spectrum.

    Raises
    ------
    UploadError
        When no row can be used.
    """
    plan = resolve_plan(raw, chosen)
    if "wavelength" in plan:
        reading = read_spectrum(raw, plan)
        return UploadResult(reading.table, reading.steps, reading.spectrum)
    table = tabulate(raw, plan)
    bad = sum(map(bool, table.problems))
    steps = [*raw.about.get("notes", [])]
    if plan["id"] != NONE and (rounded := [name for name in map(str, raw.columns[plan["id"]]) if is_rounded(name)]):
        steps.append(
            f"{len(rounded):,} names in column {plan['id'][:60]} are numbers that lost their last digits "
            f"({rounded[0]}); these galaxies are called by their rows. Export the names as whole numbers or as text."
        )
    steps.append(f"{raw.form}: {raw.n:,} rows, {raw.n - bad:,} of them galaxies that can be predicted.")
    steps += others_said(table.kinds or ())
    return UploadResult(table, tuple(steps), None)
