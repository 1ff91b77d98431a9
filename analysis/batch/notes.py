"""Sentences on how a table was read: which columns are used, in which unit, and which are not."""

from typing import Final

import pyarrow as pa

from analysis.answers.answer import PredictOptions, has_intrinsic
from analysis.batch.rows import find_columns
from data.columns.names import column_of

MAX_NAMED: Final = 8
"""Most columns that a sentence names."""
MAX_TITLE: Final = 40
"""Most characters of a title in a sentence."""


def reading_notes(schema: pa.Schema, question: PredictOptions) -> list[str]:
    """Return sentences on the columns of a table that predictions use, and on what is assumed of them.

    Parameters
    ----------
    schema : pyarrow.Schema
        Schema of the table, with units in the fields' metadata.
    question : PredictOptions
        What to compute.

    Returns
    -------
    list of str
        The columns of fluxes and their unit; those of redshift, luminosity and inverse variances, if other names lead
        to them; and the columns that are only copied.

    Raises
    ------
    CatalogueError, UploadError
        As `find_columns`.
    """
    found = find_columns(schema, question)
    first, last = _short(found.flux[0]), _short(found.flux[-1])
    where = f"in the arrays of column {first}" if len(found.flux) == 1 else f"columns {first} ... {last}"
    notes = [
        f"The fluxes are {where}, in {found.unit[:MAX_TITLE]}."
        if found.unit
        else f"The fluxes are {where}; no unit is stated, and only their ratios are used."
    ]
    notes += [
        f"{name} is read from column {_short(title)}."
        for name, title in found.optional.items()
        if title.strip().lower() != name
    ]
    absent = [name for name in ("log_luminosity", "redshift") if name not in found.optional]
    if absent:
        notes.append(f"There is no column of {' and none of '.join(absent)}.")
    if "expected_ew_halpha" in found.optional and not has_intrinsic(question.params):
        notes.append("expected_ew_halpha is not used: these weights do not have the distribution of Hα.")
    if found.flux_ivar:
        notes.append(
            f"Columns {_short(found.flux_ivar[0])} ... {_short(found.flux_ivar[-1])} are the inverse variances of the "
            "fluxes."
        )
    used = {*found.flux, *found.flux_ivar, *found.optional.values(), found.kinds, column_of(schema.names, "id")}
    if question.noise == "published":
        used |= set(found.ivar.values())
    if question.surprise:
        used |= set(found.ew.values())
    others = [name for name in schema.names if name not in used]
    if others:
        listed = ", ".join(map(_short, others[:MAX_NAMED])) + (" ..." if len(others) > MAX_NAMED else "")
        notes.append(f"Copied and not used: {listed}.")
    return notes


def _short(title: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in title[: MAX_TITLE + 1])
    return plain if len(plain) <= MAX_TITLE else f"{plain[:MAX_TITLE]}..."
