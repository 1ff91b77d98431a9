"""Conversion of rows of twelve fluxes to galaxies; a row that cannot be used is kept with the reason."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float, Float32

from data.columns import units
from data.columns.bins import inverse_variances
from data.columns.missing import EMPTY, RANGES, fluxes_without_sentinels, optional_without_sentinels
from data.columns.names import column_of, split_unit, twelve_ivar_of
from data.columns.words import is_rounded
from data.errors import UploadError
from data.uploads.limits import MAX_NAME, MAX_ROWS
from data.uploads.plan import NONE, stated_unit, twelve_titles
from data.uploads.readers.numbers import (
    FLUX_RANGE,
    read_flux,
    read_number,
    within,
)
from data.uploads.readers.raw_table import RawTable, numbers
from model.bins import BIN_CENTERS

NO_GALAXIES: Final = frozenset({"QSO", "QUASAR", "STAR", "SKY", "WD", "CV", "BLAGN"})
"""First words of SPECTYPE and CLASS for objects on which the network was not trained."""


class FluxTable(NamedTuple):
    """Galaxies read from an upload, in the file's order.

    Attributes
    ----------
    ids
        Name of each galaxy: its TARGETID, or its row in the file from 1.
    bin_flux
        Mean flux in the twelve bins [per Å, any unit]; NaN in all bins of a row with a problem.
    log_luminosity, redshift
        NaN where missing; None if the file has no such column.
    problems
        Why a row cannot be predicted, "" for rows that can.
    extra
        The other columns as text, unchanged.
    kinds
        SPECTYPE or CLASS of each object, "" where empty; None if the file has no such column.
    bin_flux_ivar
        Inverse variances of noise in the bins beyond that of the training sample, in the unit of `bin_flux` to the
        power -2; 0 where a bin was filled in, infinity where it is exact. None if all are exact.
    expected_ew_halpha, log_oh
        Equivalent width of Hα that a galaxy's own stars ionise [Å], and 12 + log O/H of its gas; NaN where missing;
        None if the file has no such column.
    """

    ids: tuple[str, ...]
    bin_flux: Float32[np.ndarray, "galaxy bin"]
    log_luminosity: Float32[np.ndarray, " galaxy"] | None
    redshift: Float32[np.ndarray, " galaxy"] | None
    problems: tuple[str, ...]
    extra: dict[str, tuple[str, ...]]
    kinds: tuple[str, ...] | None = None
    bin_flux_ivar: Float[np.ndarray, "galaxy bin"] | None = None
    expected_ew_halpha: Float32[np.ndarray, " galaxy"] | None = None
    log_oh: Float32[np.ndarray, " galaxy"] | None = None


def tabulate(raw: RawTable, plan: Mapping[str, str]) -> FluxTable:
    """Convert a file's rows to galaxies.

    Parameters
    ----------
    raw : RawTable
        Columns of the file.
    plan : mapping
        From `plan.resolve_plan`.

    Returns
    -------
    FluxTable
        Every row of the file, usable or not.

    Raises
    ------
    UploadError
        When there are too many rows, or none can be used.
    """
    if raw.n > MAX_ROWS:
        raise UploadError(
            f"{raw.name} has more than {MAX_ROWS:,} galaxies. Split it, or predict it with the command line."
        )
    titles = twelve_titles(raw.columns, plan["flux"])
    given = np.column_stack([numbers(raw.columns[title]) for title in titles])
    flux = fluxes_without_sentinels(given)
    scaled, _, _ = units.to_f_lambda(flux, BIN_CENTERS, plan["flux_unit"])
    linear = units.flux_unit(plan["flux_unit"]).law == "linear"
    judged = flux if linear else scaled
    problems = [""] * raw.n
    for row in np.flatnonzero(~((judged >= FLUX_RANGE[0]) & (judged <= FLUX_RANGE[1])).all(axis=1) | _odd(raw, titles)):
        problems[row] = _why(raw, titles, int(row), np.isnan(flux[row]) & ~np.isnan(given[row]), linear=linear)
    optional = {}
    roles = {name: plan[name] for name in RANGES if plan.get(name, NONE) != NONE}
    for name, title in roles.items():
        scale = units.factor_to(stated_unit(raw, title), "Angstrom", title) if name == "expected_ew_halpha" else 1.0
        optional[name] = _optional(raw, title, name, problems, scale)
    ivar = _flux_ivar(raw, plan, given, scaled, problems)
    ids = _ids(raw, plan["id"], problems)
    bad = np.array([bool(problem) for problem in problems])
    # Only ratios matter, so a row outside the range of float32 is divided by its mean.
    beyond = ~bad & ~((scaled > 1e-35) & (scaled < 1e35)).all(axis=1)
    if ivar is not None:
        ivar[beyond] *= scaled[beyond].mean(axis=1, keepdims=True) ** 2
    scaled[beyond] /= scaled[beyond].mean(axis=1, keepdims=True)
    scaled[bad] = np.nan
    used = {*titles, *twelve_ivar_of(raw.columns).values(), plan["id"], *roles.values()}
    kinds = column_of(raw.columns, "class")
    table = FluxTable(
        ids=ids,
        bin_flux=scaled.astype(np.float32),
        log_luminosity=optional.get("log_luminosity"),
        redshift=optional.get("redshift"),
        expected_ew_halpha=optional.get("expected_ew_halpha"),
        log_oh=optional.get("log_oh"),
        problems=tuple(problems),
        extra={title: _texts(values) for title, values in raw.columns.items() if title not in used},
        kinds=_texts(raw.columns[kinds]) if kinds and kinds not in used else None,
        bin_flux_ivar=ivar,
    )
    if all(problems):
        raise UploadError(problems[0] if raw.n == 1 else f"None of the {raw.n} galaxies can be used. {problems[0]}")
    return table


def _flux_ivar(
    raw: RawTable, plan: Mapping[str, str], given: np.ndarray, flux: np.ndarray, problems: list[str]
) -> np.ndarray | None:
    """Return the inverse variances of the fluxes; a value that cannot be used is its row's problem."""
    titles = list(twelve_ivar_of(raw.columns).values())
    if not titles:
        return None
    each = {title: raw.units.get(title, "") or split_unit(title)[1] for title in titles}
    stated = {title: unit for title, unit in each.items() if units.is_stated(unit)}
    unit = units.common(stated, len(titles), raw.name) if stated else ""
    noise = np.column_stack([numbers(raw.columns[title]) for title in titles])
    converted, wrong = inverse_variances(noise, given, flux, unit, plan["flux_unit"])
    problems[:] = [before or found for before, found in zip(problems, wrong, strict=True)]
    return converted


def is_no_galaxy(kind: str) -> bool:
    """Return whether a SPECTYPE or CLASS is not a galaxy but a quasar, star or sky."""
    return re.split(r"[^A-Z]", kind.strip().upper(), maxsplit=1)[0] in NO_GALAXIES


def others_said(kinds: Iterable[str]) -> list[str]:
    """Return a sentence on the quasars and stars among the classes of a table, none if there are none."""
    others = Counter(kind for kind in kinds if is_no_galaxy(kind))
    if not others:
        return []
    listed = ", ".join(f"{count:,} {kind}" for kind, count in others.most_common(4))
    return [f"The file classifies {listed}, not GALAXY; the network was trained only on galaxies."]


def _odd(raw: RawTable, titles: list[str]) -> np.ndarray:
    """Return which rows have a cell with an underscore, which Python accepts in numbers but is a mistake here."""
    odd = np.zeros(raw.n, bool)
    for title in titles:
        if raw.columns[title].dtype == object:
            odd |= np.array(["_" in cell for cell in raw.columns[title]])
    return odd


def _why(raw: RawTable, titles: list[str], row: int, sentinel: np.ndarray, *, linear: bool) -> str:
    """Return why a row cannot be used: the message about its first bad flux."""
    for title, is_missing in zip(titles, sentinel, strict=True):
        text, where = _text(raw.columns[title][row]), f"Row {raw.row_numbers[row]}, column {title}"
        try:
            number = read_flux(text, where) if linear else read_number(text, where)
        except UploadError as error:
            return str(error)
        if is_missing:
            return f"{where}: {number:g} marks a missing value. Measure it, or leave the galaxy out."
    return (
        f"Row {raw.row_numbers[row]}: the fluxes lie outside {FLUX_RANGE[0]:g} to {FLUX_RANGE[1]:g}. Check their unit."
    )


def _optional(raw: RawTable, title: str, name: str, problems: list[str], scale: float) -> np.ndarray:
    """Read a column with a quantity of `RANGES`; an unusable value is entered in `problems`."""
    values, limits = numbers(raw.columns[title]), RANGES[name]
    is_marked = np.isnan(optional_without_sentinels(values, name)) & ~np.isnan(values)
    texts, values = raw.columns[title], values * scale
    for row in np.flatnonzero(~((values >= limits[0]) & (values <= limits[1]))):
        given = _text(texts[row])
        if given.lower() not in EMPTY and not is_marked[row] and not problems[row]:
            where = f"Row {raw.row_numbers[row]}, column {title}"
            try:
                within(read_number(given, where) * scale, limits, where)
            except UploadError as error:
                problems[row] = str(error)
        values[row] = np.nan
    return values.astype(np.float32)


def _ids(raw: RawTable, title: str, problems: list[str]) -> tuple[str, ...]:
    """Return identifiers as text, as a float cannot hold a 19-digit TARGETID; one that is too long is a problem.

    Cut names would make one galaxy of two.
    """
    if title == NONE:
        return tuple(str(galaxy) for galaxy in range(1, raw.n + 1))
    ids = list(_texts(raw.columns[title]))
    for place, (text, row) in enumerate(zip(ids, raw.row_numbers, strict=True)):
        if len(text) > MAX_NAME and not problems[place]:
            problems[place] = (
                f"Row {row}, column {title}: the name has {len(text):,} characters; the limit is {MAX_NAME}. "
                "Shorten it."
            )
        if text in ("", "nan") or len(text) > MAX_NAME or is_rounded(text):
            ids[place] = f"row {row}"
    return tuple(ids)


def _texts(values: np.ndarray) -> tuple[str, ...]:
    return tuple(map(_text, values.tolist()))


def _text(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else str(value)
    return str(value)
