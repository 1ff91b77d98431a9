"""The plan of an upload: a guess of what each column means, each with its reason, which a user can change."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from data.columns import units
from data.columns.missing import RANGES
from data.columns.names import FLUX_NAMES, TITLES, column_of, numbered_of, split_unit, twelve_of
from data.columns.words import shown
from data.errors import UploadError
from data.uploads.masks import BY_NAME, KINDS, NONE, find_mask, meaning_of
from data.uploads.readers.raw_table import RawTable, is_numeric, numbers

UNCERTAINTIES: Final = ("inverse variance", "error (1 σ)", "variance", NONE)
MEDIA: Final = ("vacuum", "air")
FRAMES: Final = ("observed", "rest")
_NO_REDSHIFT: Final = "the file does not say; fill it in"
_NO_SIGN: Final = "no sign that they are air wavelengths"


class Guess(NamedTuple):
    """Guess of one property of a file.

    Attributes
    ----------
    field, label : str
        Key of the property, and its name as displayed.
    value : str
        Guessed value.
    options : tuple of str
        Possible values; empty if any number is possible.
    why : str
        Reason of the guess.
    """

    field: str
    label: str
    value: str
    options: tuple[str, ...]
    why: str


def infer_plan(raw: RawTable) -> tuple[Guess, ...]:
    """Guess the meaning of a file's columns.

    Parameters
    ----------
    raw : RawTable
        Columns of the file.

    Returns
    -------
    tuple of Guess
        The first guess is whether rows are galaxies or pixels; the others depend on it.

    Raises
    ------
    UploadError
        When neither twelve fluxes nor wavelength and flux are found.
    """
    wavelength, flux = column_of(raw.columns, "wavelength"), column_of(raw.columns, "flux")
    if wavelength and flux and len(twelve_of(raw.columns)) < len(FLUX_NAMES):
        return _spectrum(raw, wavelength, flux)
    return _bins(raw)


def _header_of(raw: RawTable) -> str:
    """Return the position of a file's titles, for error messages."""
    if raw.form in ("CSV", "TSV"):
        return f"{raw.name}, row {raw.about.get('header_row', 1)}"
    return f"{raw.name}, extension {raw.about['extension']}" if raw.about.get("extension") else raw.name


def _check_repeated(raw: RawTable, used: Iterable[str]) -> None:
    """Raise UploadError if a used column occurs twice; of unused columns both are kept."""
    for title in used:
        if title in raw.about.get("repeated", ()):
            raise UploadError(f"{_header_of(raw)}: the column {shown(title)} appears twice. Keep one of them.")


def resolve_plan(raw: RawTable, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the guessed values, with a user's choices in their place.

    Parameters
    ----------
    raw : RawTable
        Columns of the file.
    chosen : mapping, optional
        Chosen values by field.

    Returns
    -------
    dict
        Value of every field.

    Raises
    ------
    UploadError
        When a chosen value is not an option of its field.
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

    roles = (
        role("id", "Names", "a column of that name"),
        role("redshift", "Redshift", "a column of that name"),
        role("log_luminosity", "log luminosity", "a column of that name"),
        # Few files have these, so that the page asks for them only where their names are found.
        *(
            role(name, label, "a column of that name")
            for name, label in (("expected_ew_halpha", "Hα that the stars ionise"), ("log_oh", "12 + log O/H"))
            if column_of(raw.columns, name)
        ),
    )
    twelve = twelve_titles(raw.columns, first)
    _check_repeated(raw, [*twelve, *(guess.value for guess in roles)])
    unit, unit_why = _unit_of_bins(raw, twelve)
    return (
        Guess("kind", "Rows are", "galaxies", ("galaxies",), f"{raw.n:,} rows, twelve fluxes each"),
        Guess("flux", "First of twelve fluxes", first, tuple(dict.fromkeys([first, *_starts(titles)])), why),
        Guess("flux_unit", "Unit of the fluxes", unit, units.choices(unit), unit_why),
        *roles,
    )


def _unit_of_bins(raw: RawTable, twelve: Sequence[str]) -> tuple[str, str]:
    """Return the unit that the file states for twelve fluxes."""
    said = {title: text for title in twelve if units.is_stated(text := stated_unit(raw, title))}
    if given := units.common(said, len(twelve), raw.name) or raw.about.get("flux_unit_said", ""):
        return units.stated(given)
    # The values cannot distinguish Jy from f_lambda; the columns' names mean the latter.
    return units.RELATIVE, "no unit is given; only ratios matter"


def twelve_titles(columns: Mapping[str, np.ndarray], first: str) -> list[str]:
    """Return the titles of twelve fluxes, given the first.

    Raises
    ------
    UploadError
        When fewer than twelve columns start there.
    """
    every = list(columns)
    named = twelve_of(every)
    if len(named) == len(FLUX_NAMES) and named[FLUX_NAMES[0]] == first:
        return list(named.values())
    if (numbered := numbered_of(title for title in every if is_numeric(columns[title]))) and numbered[0] == first:
        return numbered
    start = every.index(first)
    if start + len(FLUX_NAMES) > len(every):
        raise UploadError(f"There are fewer than 12 columns from {first[:40]} on. Choose another first column.")
    return every[start : start + len(FLUX_NAMES)]


def _starts(titles: Sequence[str]) -> Sequence[str]:
    return titles[: len(titles) - len(FLUX_NAMES) + 1]


def _first_of_twelve(raw: RawTable, titles: Sequence[str]) -> tuple[str, str]:
    """Return the title of the first of twelve columns of fluxes, and the reason of the guess."""
    named = twelve_of(raw.columns)
    missing = [name for name in FLUX_NAMES if name not in named]
    if not missing:
        return named[FLUX_NAMES[0]], f"columns {named[FLUX_NAMES[0]][:40]} ... {named[FLUX_NAMES[-1]][:40]}"
    if len(missing) < len(FLUX_NAMES):
        raise UploadError(
            f"{_header_of(raw)}: the header lacks {', '.join(missing)}. All 12 bins, 3400-7000 Å, are needed."
        )
    if numbered := numbered_of(titles):
        return numbered[0], "twelve numbered columns"
    plain = [title for title in titles if title.lower() not in {*TITLES["id"], *TITLES["redshift"], *RANGES}]
    if len(plain) == len(FLUX_NAMES):
        return plain[0], "twelve columns of numbers"
    found = ", ".join(title[:24] for title in list(raw.columns)[:4]) or "nothing"
    flux = column_of(raw.columns, "flux")
    if flux and raw.n and not is_numeric(raw.columns[flux]):
        raise UploadError(
            f"{raw.name}: column {flux[:60]} holds text such as {shown(raw.columns[flux][0])}, no numbers and no "
            "arrays of numbers. Write twelve columns flux_00,flux_01,...,flux_11, or arrays of numbers."
        )
    raise UploadError(
        f"{_header_of(raw)}: no column flux_00 ... flux_11 and no wavelength with flux; the columns are {found}. "
        "Name twelve columns flux_00,flux_01,...,flux_11, or two wavelength and flux."
    )


def stated_unit(raw: RawTable, column: str) -> str:
    """Return the unit that a file states of a column, in its metadata or in the column's name; "" if none."""
    return raw.units.get(column, "") or split_unit(column)[1]


def _unit(raw: RawTable, column: str) -> tuple[str, str]:
    if given := raw.about.get("flux_unit"):
        return given, "the file says so"
    if units.is_stated(said := stated_unit(raw, column) or raw.about.get("flux_unit_said", "")):
        return units.stated(said)
    if split_unit(column)[0].lower() == "counts":
        return units.stated("count")
    if split_unit(column)[0].lower() in ("fnu", "f_nu", "flux_nu"):
        return "Jy", f"the column is called {column}"
    values = np.abs(numbers(raw.columns[column][:5000]))
    typical = float(np.median(values[np.isfinite(values) & (values > 0)])) if (values > 0).any() else 1.0
    return units.by_size(typical)


def _spectrum(raw: RawTable, wavelength: str, flux: str) -> tuple[Guess, ...]:
    titles = tuple(raw.columns)
    waves = numbers(raw.columns[wavelength])
    said = stated_unit(raw, wavelength) or raw.about.get("wavelength_unit_said", "")
    wave_unit, wave_why = units.of_wavelength(said, wavelength, waves)
    flux_unit, flux_why = _unit(raw, flux)
    uncertainty = column_of(raw.columns, "uncertainty")
    mask = find_mask(raw)
    _check_repeated(raw, (wavelength, flux, uncertainty, mask))
    redshift, redshift_why = _redshift(raw)
    medium, medium_why = _medium(raw, wavelength)
    rest, rest_why = _frame(raw, wavelength, redshift)
    return (
        Guess("kind", "Rows are", "pixels of one spectrum", ("pixels of one spectrum",), f"{raw.n:,} pixels"),
        Guess("wavelength", "Wavelength", wavelength, titles, "the column's name"),
        Guess("wavelength_unit", "Its unit", wave_unit, units.wavelength_choices(wave_unit), wave_why),
        Guess("medium", "Wavelengths in", medium, MEDIA, medium_why),
        Guess("frame", "Frame", "rest" if rest else "observed", FRAMES, rest_why),
        Guess(
            "redshift", "Redshift", "" if redshift is None else f"{redshift:.6g}", (), _not_needed(redshift_why, rest)
        ),
        Guess("flux", "Flux", flux, titles, "the column's name"),
        Guess("flux_unit", "Its unit", flux_unit, units.choices(flux_unit), flux_why),
        Guess("uncertainty", "Uncertainty", uncertainty or NONE, _or_none(titles), _named_so(uncertainty)),
        Guess("uncertainty_kind", "It is", _uncertainty_kind(uncertainty), UNCERTAINTIES, "the column's name"),
        Guess("mask", "Mask", mask or NONE, _or_none(titles), _named_so(mask)),
        Guess("mask_kind", "In the mask", BY_NAME, tuple(KINDS), meaning_of(raw, mask)),
        Guess("ebv", "Galactic E(B–V) to remove", "0", (), "the network was trained without this correction"),
    )


def _medium(raw: RawTable, wavelength: str) -> tuple[str, str]:
    if medium := raw.about.get("medium"):
        return medium, raw.about.get("medium_why", "the file says so")
    lower = wavelength.lower()
    if re.search(r"(?<![a-z])air(?![a-z])", lower):
        return "air", "the column's name"
    return "vacuum", "the column's name" if "vac" in lower else _NO_SIGN


def medium_is_assumed(raw: RawTable, wavelength: str) -> bool:
    """Return whether neither the file nor the name of the column says if wavelengths are in air or in vacuum."""
    return not raw.about.get("medium") and _medium(raw, wavelength)[1] == _NO_SIGN


def _frame(raw: RawTable, wavelength: str, redshift: float | None) -> tuple[bool, str]:
    if raw.about.get("frame") == "rest":
        return True, raw.about.get("frame_why", "the file says so")
    if "rest" in re.split(r"[^a-z]+", split_unit(wavelength)[0].lower()) or wavelength.lower().startswith("restwave"):
        return True, "the column's name"
    return redshift == 0, "redshift 0" if redshift == 0 else "the usual frame of an observed spectrum"


def _redshift(raw: RawTable) -> tuple[float | None, str]:
    """Return the redshift of a spectrum and where it was found: in the metadata, or the same in every row."""
    if (stated := raw.about.get("redshift")) is not None:
        return stated, "the file says so"
    title = column_of(raw.columns, "redshift")
    if not title:
        return None, _NO_REDSHIFT
    values = numbers(raw.columns[title])
    low, high = RANGES["redshift"]
    if not (np.isfinite(values).all() and (values == values[0]).all()):
        return None, f"column {title} differs from row to row; fill it in"
    # A column of zeros is a placeholder and says nothing of the frame.
    if not max(low, 0.0) < values[0] <= high:
        return None, _NO_REDSHIFT
    return float(values[0]), f"column {title}, the same in every row"


def _not_needed(why: str, rest: bool) -> str:
    return "not needed in the rest frame" if rest and why == _NO_REDSHIFT else why


def _named_so(title: str) -> str:
    return "the column's name" if title else "none found"


def _uncertainty_kind(title: str) -> str:
    lower = title.lower()
    if not title:
        return NONE
    if "ivar" in lower or "invvar" in lower:
        return UNCERTAINTIES[0]
    return UNCERTAINTIES[2] if "var" in lower else UNCERTAINTIES[1]
