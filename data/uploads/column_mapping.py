"""What a file's columns probably mean: a guess for each question, with its reason, for the reader to change."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from data.catalogue.schema import FLUX_NAMES
from data.errors import UploadError
from data.uploads import units
from data.uploads.column_names import TITLES, column_of, split_unit
from data.uploads.readers.raw_table import RawTable, is_numeric, numbers

NONE: Final = "none"
UNCERTAINTIES: Final = ("inverse variance", "error (1 σ)", "variance", NONE)
MEDIA: Final = ("vacuum", "air")
FRAMES: Final = ("observed", "rest")


class Guess(NamedTuple):
    """One thing to know about a file.

    Attributes
    ----------
    field, label : str
        Its key, and what a reader calls it.
    value : str
        What is guessed.
    options : tuple of str
        What else it could be; empty where any number will do.
    why : str
        What the guess rests on.
    """

    field: str
    label: str
    value: str
    options: tuple[str, ...]
    why: str


def infer_plan(raw: RawTable) -> tuple[Guess, ...]:
    """Guess what a file holds.

    Parameters
    ----------
    raw : RawTrainingTable
        Its columns.

    Returns
    -------
    tuple of Guess
        The first says whether rows are galaxies or pixels; the others follow from it.

    Raises
    ------
    UploadError
        When neither twelve fluxes nor wavelength and flux can be made out.
    """
    wavelength, flux = column_of(raw.columns, "wavelength"), column_of(raw.columns, "flux")
    if wavelength and flux:
        return _spectrum(raw, wavelength, flux)
    return _bins(raw)


def resolve_plan(raw: RawTable, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Take the guesses, changed by what somebody chose.

    Parameters
    ----------
    raw : RawTrainingTable
        The file.
    chosen : mapping, optional
        Values by field; what is no option of its field is refused.

    Returns
    -------
    dict
        A value for every field.

    Raises
    ------
    UploadError
        For a choice that is none of the options.
    """
    plan = {}
    for guess in infer_plan(raw):
        value = (chosen or {}).get(guess.field, guess.value)
        if guess.options and value not in guess.options:
            raise UploadError(f"{guess.label}: {value[:40]!r} is not one of {', '.join(guess.options[:6])}.")
        plan[guess.field] = value
    return plan


def _or_none(titles: Iterable[str]) -> tuple[str, ...]:
    return (*titles, NONE)


def _bins(raw: RawTable) -> tuple[Guess, ...]:
    titles = [title for title, values in raw.columns.items() if is_numeric(values)]
    first, why = _first_of_twelve(raw, titles)
    rest = _or_none(raw.columns)

    def role(name: str, label: str, why: str) -> Guess:
        found = column_of(raw.columns, name)
        return Guess(name, label, found or NONE, rest, why if found else "no column of that name")

    # Numbers alone cannot tell Jy from f_lambda, and the columns' names promise the latter.
    given = raw.about.get("flux_unit") or units.known(_unit_said(raw, first))
    unit, unit_why = (given, "the file says so") if given else (units.RELATIVE, "no unit is given; only ratios matter")
    return (
        Guess("kind", "Rows are", "galaxies", ("galaxies",), f"{raw.n:,} rows, twelve fluxes each"),
        Guess("flux", "First of twelve fluxes", first, tuple(_starts(titles)), why),
        Guess("flux_unit", "Unit of the fluxes", unit, units.choices(unit), unit_why),
        role("id", "Names", "a column of that name"),
        role("redshift", "Redshift", "a column of that name"),
        role("log_luminosity", "log luminosity", "a column of that name"),
    )


def _starts(titles: Sequence[str]) -> Sequence[str]:
    return titles[: len(titles) - len(FLUX_NAMES) + 1]


def _first_of_twelve(raw: RawTable, titles: Sequence[str]) -> tuple[str, str]:
    """Find where twelve columns of fluxes start."""
    lower = [title.lower() for title in raw.columns]
    missing = [name for name in FLUX_NAMES if name not in lower]
    if not missing:
        return next(title for title in raw.columns if title.lower() == FLUX_NAMES[0]), "columns flux_00 ... flux_11"
    if len(missing) < len(FLUX_NAMES):
        raise UploadError(
            f"{raw.name}, row 1: the header lacks {', '.join(missing)}. All 12 bins, 3400-7000 Å, are needed."
        )
    numbered: dict[str, list[str]] = {}
    for title in titles:
        if found := re.fullmatch(r"(.*?)_?(\d{1,2})", title):
            numbered.setdefault(found[1], []).append(title)
    series = [group for group in numbered.values() if len(group) == len(FLUX_NAMES)]
    if len(series) == 1:
        return series[0][0], "twelve numbered columns"
    plain = [title for title in titles if title.lower() not in {*TITLES["id"], *TITLES["redshift"], "log_luminosity"}]
    if len(plain) == len(FLUX_NAMES):
        return plain[0], "twelve columns of numbers"
    found = ", ".join(title[:24] for title in list(raw.columns)[:4]) or "nothing"
    raise UploadError(
        f"{raw.name}, row 1: no column flux_00 ... flux_11 and no wavelength with flux; the columns are {found}. "
        "Name twelve columns flux_00,flux_01,...,flux_11, or two wavelength and flux."
    )


def _unit_said(raw: RawTable, column: str) -> str:
    return raw.units.get(column, "") or split_unit(column)[1]


def _unit(raw: RawTable, column: str) -> tuple[str, str]:
    if given := raw.about.get("flux_unit") or units.known(_unit_said(raw, column)):
        return given, "the file says so"
    values = np.abs(numbers(raw.columns[column][:5000]))
    typical = float(np.median(values[np.isfinite(values) & (values > 0)])) if (values > 0).any() else 1.0
    return units.by_size(typical)


def _spectrum(raw: RawTable, wavelength: str, flux: str) -> tuple[Guess, ...]:
    titles = tuple(raw.columns)
    waves = numbers(raw.columns[wavelength])
    wave_unit, wave_why = units.of_wavelength(_unit_said(raw, wavelength), wavelength, waves)
    flux_unit, flux_why = _unit(raw, flux)
    if split_unit(flux)[0].lower() in ("fnu", "f_nu") and not _unit_said(raw, flux):
        flux_unit, flux_why = "Jy", f"the column is called {flux}"
    uncertainty = column_of(raw.columns, "uncertainty")
    mask = column_of(raw.columns, "mask")
    redshift = raw.about.get("redshift")
    rest = split_unit(wavelength)[0].lower().endswith("rest") or redshift == 0
    air = raw.about.get("medium") == "air" or "air" in wavelength.lower()
    return (
        Guess("kind", "Rows are", "pixels of one spectrum", ("pixels of one spectrum",), f"{raw.n:,} pixels"),
        Guess("wavelength", "Wavelength", wavelength, titles, "the column's name"),
        Guess("wavelength_unit", "Its unit", wave_unit, units.WAVELENGTH_UNITS, wave_why),
        Guess("medium", "Wavelengths in", "air" if air else "vacuum", MEDIA, _medium_why(raw, air)),
        Guess(
            "frame",
            "Frame",
            "rest" if rest else "observed",
            FRAMES,
            "the column's name or redshift 0" if rest else "as a telescope gives it",
        ),
        Guess("redshift", "Redshift", "" if redshift is None else f"{redshift:.6g}", (), _redshift_why(redshift, rest)),
        Guess("flux", "Flux", flux, titles, "the column's name"),
        Guess("flux_unit", "Its unit", flux_unit, units.choices(flux_unit), flux_why),
        Guess("uncertainty", "Uncertainty", uncertainty or NONE, _or_none(titles), _named_so(uncertainty)),
        Guess("uncertainty_kind", "It is", _uncertainty_kind(uncertainty), UNCERTAINTIES, "the column's name"),
        Guess("mask", "Mask", mask or NONE, _or_none(titles), "not 0 = bad" if mask else "none found"),
        Guess("ebv", "Galactic E(B–V) to remove", "0", (), "the network was trained without this correction"),
    )


def _medium_why(raw: RawTable, air: bool) -> str:
    if raw.about.get("medium"):
        return f"{raw.form} files are in vacuum"
    return "the column's name" if air else "nothing says air"


def _redshift_why(redshift: float | None, rest: bool) -> str:
    if redshift is not None:
        return "the file says so"
    return "not needed at rest" if rest else "the file does not say; fill it in"


def _named_so(title: str) -> str:
    return "the column's name" if title else "none found"


def _uncertainty_kind(title: str) -> str:
    lower = title.lower()
    if not title:
        return NONE
    if "ivar" in lower:
        return UNCERTAINTIES[0]
    return UNCERTAINTIES[2] if lower.startswith("var") else UNCERTAINTIES[1]
