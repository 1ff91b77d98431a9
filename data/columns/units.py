"""Units of fluxes and wavelengths: parsing of their spellings in files, and conversion to f_lambda and Å.

A unit that a file states is parsed, or an error names it; a unit is guessed only if the file states none.
"""

import re
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float

from data.errors import UploadError

RELATIVE: Final = "any, per wavelength"
RELATIVE_NU: Final = "any, per frequency"
FLUX_UNITS: Final = (
    "1e-17 erg / (s cm2 Angstrom)",
    "erg / (s cm2 Angstrom)",
    "W / (m2 um)",
    "Jy",
    "mJy",
    "uJy",
    "erg / (s cm2 Hz)",
    "photon / (s cm2 Angstrom)",
    "nmgy",
    "mag(AB)",
    "erg / (s Angstrom)",
    "Lsun / Angstrom",
    "erg / (s Hz)",
    "Lsun / Hz",
    RELATIVE,
    RELATIVE_NU,
)
"""Flux units to choose from; the last two have no scale, so that only ratios are used."""
WAVELENGTH_UNITS: Final = ("Angstrom", "nm", "um", "m", "Hz", "eV", "1 / cm", "log10 Angstrom", "ln Angstrom")
LIGHT_SPEED: Final = 2.99792458e18
"""Speed of light [Å/s]."""
_PLANCK_LIGHT: Final = 1.98644586e-8
"""Planck constant times speed of light [erg Å]."""
_RELATIVE_WORDS: Final = frozenset(
    {"arbitrary", "arb", "arb.", "arbitrary units", "relative", "normalized", "normalised", "a.u.", "relative flux"}
)
_NOTHING: Final = frozenset({"", "-", "--", "1", "none", "null", "nan", "unknown", "unitless", "dimensionless", "n/a"})
_LENGTHS: Final = {"angstrom": "Angstrom", "nm": "nm", "um": "um"}
FLUX_UNIT_KEYS: Final = ("flux_unit", "flux_units", "fluxunit", "flux unit", "flux units", "bunit", "yunit", "yunits")
"""Metadata keys that state the unit of every flux of a file."""
WAVELENGTH_UNIT_KEYS: Final = (
    "wavelength_unit", "wavelength_units", "wave_unit", "waveunit", "wavelength unit", "wavelength units", "cunit1",
    "xunits",
)  # fmt: skip
"""Metadata keys that state the unit of the wavelengths."""
MAX_UNIT: Final = 120
"""Longest unit text that is parsed; the longest sensible unit has about 60 characters."""

_WORDS: Final = {
    "a": "Angstrom", "aa": "Angstrom", "ang": "Angstrom", "angs": "Angstrom", "angstrom": "Angstrom",
    "angstroms": "Angstrom", "ångström": "Angstrom", "å": "Angstrom", "micron": "um", "microns": "um",
    "micrometer": "um", "micrometers": "um", "micrometre": "um", "µm": "um", "μm": "um", "nanometer": "nm",
    "nanometers": "nm", "nanometre": "nm", "erg": "erg", "ergs": "erg", "sec": "s", "second": "s", "seconds": "s",
    "cm": "cm", "cm2": "cm2", "hz": "Hz", "hertz": "Hz", "jy": "Jy", "jansky": "Jy", "janskys": "Jy", "watt": "W",
    "watts": "W", "photons": "photon", "phot": "photon", "phots": "photon", "lsun": "Lsun", "l_sun": "Lsun",
    "solarlum": "Lsun", "meter": "m", "meters": "m", "metre": "m", "metres": "m", "ev": "eV", "kev": "keV",
    "microjy": "uJy", "millijy": "mJy", "nanojy": "nJy", "kilojy": "kJy", "megajy": "MJy",
    "ujy": "uJy", "µjy": "uJy", "μjy": "uJy", "njy": "nJy", "nm": "nm", "um": "um",
    "nanomaggy": "nmgy", "nanomaggies": "nmgy", "nmgy": "nmgy", "maggy": "mgy", "maggies": "mgy", "mgy": "mgy",
    "counts": "count", "cts": "count", "adu": "adu", "dn": "adu", "electrons": "electron",
}  # fmt: skip
"""astropy's names of units by their lower-case spellings in files."""
_KEEP: Final = frozenset({"mJy", "MJy", "m", "M", "s", "W", "J", "K", "mm", "Mm", "nJy", "pJy", "kJy", "GJy"})
"""Units whose meaning depends on case and which are left unchanged."""
_NAMED: Final = {
    "flam": "erg / (s cm2 Angstrom)",
    "flambda": "erg / (s cm2 Angstrom)",
    "f_lambda": "erg / (s cm2 Angstrom)",
    "fnu": "erg / (s cm2 Hz)",
    "f_nu": "erg / (s cm2 Hz)",
    "photlam": "photon / (s cm2 Angstrom)",
    "photnu": "photon / (s cm2 Hz)",
    "abmag": "mag(AB)",
    "ab": "mag(AB)",
    "mag(ab)": "mag(AB)",
    "mag_ab": "mag(AB)",
    "ab mag": "mag(AB)",
    "mag (ab)": "mag(AB)",
    "stmag": "mag(ST)",
    "st mag": "mag(ST)",
    "mag(st)": "mag(ST)",
}
"""Unit names of synphot and of photometry."""
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺·×−", "0123456789-+.*-")
_AREAS: Final = re.compile(r"arcsec|arcmin|\bsr\b|spaxel|\bpix|\bbeam|fiber|fibre|deg\^?2", re.IGNORECASE)
_AREA: Final = re.compile(r"m\s*(?:\^|\*\*)?\s*[({]*\s*[-−]?2", re.IGNORECASE)
_FREQUENCY: Final = re.compile(r"hz|hertz|jy|jansk|mgy|magg", re.IGNORECASE)
_LOG: Final = re.compile(r"(?P<base>log10|log|ln|dex)\s*[\[( ]\s*(?P<inner>.+?)\s*[\])]?\s*", re.IGNORECASE)


_LATEX: Final = re.compile(r"[${}]|\\[A-Za-z]+|\\[,;: ]")
_LATEX_SIGNS: Final = {"$": "", "{": "", "}": "", "\\AA": "Angstrom", "\\mu": "u", "\\lambda": "lambda"}
"""Signs of LaTeX in units, by what they stand for; others are blanks."""


class FluxUnit(NamedTuple):
    """A parsed unit of flux.

    Attributes
    ----------
    name : str
        Name as displayed; an element of `FLUX_UNITS` if possible.
    scale : float
        Factor from the unit to 1e-17 cgs, before the conversion of `per` to wavelength.
    per : {"wavelength", "frequency", "photon wavelength", "photon frequency"}
        Quantity of which the flux is a density.
    absolute : bool
        Whether the scale of the flux is known; else only ratios matter.
    law : {"linear", "log10", "ln", "magnitude"}
        Relation between the numbers and the flux.
    """

    name: str
    scale: float
    per: str
    absolute: bool
    law: str = "linear"


def is_stated(text: str) -> bool:
    """Return whether a text states a unit, as opposed to a placeholder such as "-" or a number, as in flux[0]."""
    return text.strip().lower() not in _NOTHING and not text.strip().isdecimal()


def are_units(cells: Sequence[str]) -> bool:
    """Return whether a row of cells holds units: at least one of flux or wavelength, and no cell that is not a unit."""
    return any(is_stated(cell) and (wavelength_name(cell) or _is_flux(cell)) for cell in cells) and all(
        not is_stated(cell) or _is_flux(cell) or _is_unit(cell) for cell in cells
    )


def stated_in(text: str, role: str) -> str:
    """Return the unit in words that follow a column's name in a comment, "" if they state none.

    Parameters
    ----------
    text : str
        Words such as ``mJy, corrected for dust``.
    role : {"flux", "wavelength", ""}
        What the column holds: the first word alone is a unit only if it is one of that quantity.
    """
    whole = text.strip(" \t'\"")
    if not is_stated(whole) or len(whole) > MAX_UNIT:
        return ""
    if _is_flux(whole) or _is_unit(whole) or (role == "flux" and " " not in whole and _is_named(whole)):
        return whole
    if re.match(r"(?:a|an|the)\s", whole):
        return ""
    first = whole.split()[0].rstrip(".,;:")
    of_role = {"flux": _is_flux, "wavelength": lambda word: bool(wavelength_name(word))}.get(role)
    return first if of_role is not None and len(first) > 1 and of_role(first) else ""


def _is_named(text: str) -> bool:
    """Return whether a text names a unit that `flux_unit` refuses for another reason than being unknown."""
    try:
        flux_unit(text)
    except UploadError as error:
        return "is not understood" not in str(error)
    return True


def _is_flux(text: str) -> bool:
    try:
        return bool(flux_unit(text))
    except UploadError:
        return False


def _is_unit(text: str) -> bool:
    try:
        return bool(wavelength_name(text)) or _parse(text) is not None
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError):
        return False


def choices(given: str) -> tuple[str, ...]:
    """Return the units of flux to choose from, the file's own first."""
    return FLUX_UNITS if given in FLUX_UNITS else (given, *FLUX_UNITS)


def wavelength_choices(given: str) -> tuple[str, ...]:
    """Return the units of wavelength to choose from, the file's own first."""
    return WAVELENGTH_UNITS if given in WAVELENGTH_UNITS else (given, *WAVELENGTH_UNITS)


def stated(text: str) -> tuple[str, str]:
    """Return the name of a flux unit that a file states, and a phrase on its origin.

    Parameters
    ----------
    text : str
        Unit as written in the file, not empty.

    Returns
    -------
    str
        Name of the parsed unit; the file's own text if it is not understood, for which `flux_unit` raises.
    str
        Phrase for the reader.
    """
    try:
        return flux_unit(text).name, "the file says so"
    except UploadError:
        return text.strip()[:MAX_UNIT], "the file says so, and it is not understood: choose one"


def common(said: Mapping[str, str], columns: int, name: str) -> str:
    """Return the unit that columns of one quantity share; "" if none states a unit.

    Parameters
    ----------
    said : mapping
        Stated units by column; columns without a unit are absent.
    columns : int
        Number of columns of the quantity.
    name : str
        Name of the file, for error messages.

    Raises
    ------
    UploadError
        When columns state different units, or only some state one.
    """
    if not said:
        return ""
    (first, unit), *others = said.items()
    for column, other in others:
        if other != unit and stated(other)[0] != stated(unit)[0]:
            raise UploadError(
                f"{name}: column {first} is in {unit[:40]!r}, column {column} in {other[:40]!r}. Give all twelve "
                "fluxes in one unit."
            )
    if len(said) < columns:
        raise UploadError(
            f"{name}: column {first} is in {unit[:40]!r}, and {columns - len(said)} of the other fluxes state no unit. "
            "State it for all twelve, or for none."
        )
    return unit


def factor_to(text: str, target: str, column: str) -> float:
    """Return the conversion factor from a stated unit to another unit of the same kind; 1 if none is stated.

    Raises
    ------
    UploadError
        When the unit is of another kind or not understood.
    """
    if not is_stated(text):
        return 1.0
    try:
        factor = float(_parse(text).to(_parse(target)))
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError) as error:
        raise UploadError(f"Column {column} is in {text[:40]!r}; it must be in {target}. Convert it.") from error
    return 1.0 if abs(factor - 1) < 1e-9 else factor


def error_factor(text: str, flux: str, power: int) -> float | None:
    """Return the factor that converts errors from their stated unit to the unit of the fluxes.

    Parameters
    ----------
    text : str
        Stated unit of the errors.
    flux : str
        Unit of the fluxes.
    power : {1, 2, -2}
        Of the flux's unit: 1 for standard deviations, 2 for variances, -2 for inverse variances.

    Returns
    -------
    float or None
        None if either is not understood, or if they are of different kinds.
    """
    try:
        factor = float(_parse(text).to(_parse(flux) ** power))
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError):
        return None
    return 1.0 if abs(factor - 1) < 1e-9 else factor


def is_percent(text: str) -> bool:
    """Return whether a stated unit is per cent, which FITS also writes as ``10**-2``."""
    try:
        return abs(float(_parse(text).to(_parse("%"))) - 1) < 1e-9
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError):
        return text.strip().lower() in ("percent", "per cent")


def by_size(typical: float) -> tuple[str, str]:
    """Guess a flux unit from the typical value of a column without a unit; return the unit and the reason."""
    said = f"typical value {typical:.2g}"
    if typical < 1e-23:
        return "erg / (s cm2 Hz)", said
    if typical < 1e-9:
        return "erg / (s cm2 Angstrom)", said
    if typical > 1e20:
        return "erg / (s Angstrom)", said
    return RELATIVE, f"{said}; only ratios matter unless you choose a unit"


def flux_unit(text: str) -> FluxUnit:
    """Parse a unit of flux.

    Parameters
    ----------
    text : str
        Unit as written in a file or by a user: ``mJy``, ``10-17 erg/s/cm2/A``, ``PHOTLAM``, ``mag(AB)``.

    Returns
    -------
    FluxUnit
        Conversion to f_lambda.

    Raises
    ------
    UploadError
        When the unit is not understood; the message says what to do.
    """
    return _flux_unit(text.strip())


@lru_cache(256)
def _flux_unit(text: str) -> FluxUnit:
    if text in (RELATIVE, RELATIVE_NU):
        return FluxUnit(text, 1.0, "wavelength" if text == RELATIVE else "frequency", absolute=False)
    if text.lower() in _RELATIVE_WORDS:
        return FluxUnit(RELATIVE, 1.0, "wavelength", absolute=False)
    shown = text[:40]
    named = _NAMED.get(text.lower(), text)
    if named in ("mag(AB)", "mag(ST)"):
        # 10^(-0.4 (m + 48.6)) erg/s/cm²/Hz, and 10^(-0.4 (m + 21.1)) erg/s/cm²/Å.
        zero, per = (48.6, "frequency") if named == "mag(AB)" else (21.1, "wavelength")
        return FluxUnit(named, 1e17 * 10 ** (-0.4 * zero), per, absolute=True, law="magnitude")
    if re.fullmatch(r"[a-z]*mags?|mag\(.*\)|.*\bmag\b.*", named.lower()):
        raise UploadError(f"The flux unit {shown!r} is a magnitude of no known zero point. Write mag(AB), or a flux.")
    law, inner = "linear", named
    if found := _LOG.fullmatch(named):
        law, inner = ("ln" if found["base"].lower() == "ln" else "log10"), found["inner"]
    if _AREAS.search(inner):
        raise UploadError(
            f"The flux unit {shown!r} is a surface brightness: it is per area of the sky or per pixel. "
            "Sum the flux over the galaxy, or say that only ratios matter."
        )
    if inner.strip().upper() == "MJY" and inner.strip() not in ("mJy", "MJy", "mjy"):
        raise UploadError(f"The flux unit {shown!r} may be mJy or MJy, a factor of 1e9. Write mJy or MJy.")
    try:
        scale, per, absolute = _conversion(_parse(inner))
        if per.endswith("frequency") and not _FREQUENCY.search(inner):
            # By dimension an energy is a power per frequency, but no spectrum is stated in erg or J/m2.
            raise ValueError(f"{inner} names no frequency")
        if not absolute and _AREA.search(inner):
            # By dimension a flux per wavenumber is a power per length.
            raise ValueError(f"{inner} is a flux per wavenumber")
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError) as error:
        raise UploadError(
            f"The flux unit {shown!r} is not understood. Write it as in {FLUX_UNITS[1]!r} or 'mJy', or choose one."
        ) from error
    if not (0 < scale < 1e200 and scale > 1e-200):
        raise UploadError(f"The flux unit {shown!r} has a scale out of reach. Choose another.")
    if law != "linear":
        return FluxUnit(text[:MAX_UNIT], scale, per, absolute, law)
    name = next((one for one in FLUX_UNITS[:-2] if one == named or _same(one, scale, per, absolute)), "")
    return FluxUnit(name or _written(inner), scale, per, absolute)


@lru_cache(64)
def _listed(name: str) -> tuple[float, str, bool] | None:
    return None if "mag" in name else _conversion(_parse(name))


def _same(name: str, scale: float, per: str, absolute: bool) -> bool:
    listed = _listed(name)
    return listed is not None and listed[1:] == (per, absolute) and abs(listed[0] / scale - 1) < 1e-9


def _written(text: str) -> str:
    return str(_parse(text).to_string())[:60]


def to_f_lambda(
    values: Float[np.ndarray, "*any bin"], wavelength: Float[np.ndarray, " bin"], unit: str
) -> tuple[Float[np.ndarray, "*any bin"], Float[np.ndarray, "*any bin"], bool]:
    """Convert fluxes to f_lambda.

    Parameters
    ----------
    values : (..., bin) array
        Fluxes in `unit`.
    wavelength : (bin,) array
        Wavelengths of the fluxes [Å].
    unit : str
        Unit that `flux_unit` understands.

    Returns
    -------
    (..., bin) array
        f_lambda.
    (..., bin) array
        Derivative of f_lambda with respect to `values`, for the propagation of errors.
    bool
        Whether f_lambda is in 1e-17 erg/s/cm²/Å; else only ratios count.

    Raises
    ------
    UploadError
        When the unit is not understood.
    """
    known = flux_unit(unit)
    factor = known.scale * _per_wavelength(wavelength, known)
    with np.errstate(over="ignore", invalid="ignore"):
        if known.law == "linear":
            return values * factor, np.broadcast_to(factor, np.shape(values)), known.absolute
        rate = {"log10": np.log(10), "ln": 1.0, "magnitude": -0.4 * np.log(10)}[known.law]
        flux = factor * np.exp(rate * values)
        return flux, np.abs(rate) * flux, known.absolute


def _per_wavelength(wavelength: np.ndarray, known: FluxUnit) -> np.ndarray:
    """Return the factor from a density of frequency or photons to one of energy per wavelength."""
    ones = np.ones_like(wavelength)
    if known.name == RELATIVE_NU:
        # Normalised at 5000 Å, so that the numbers keep their order of magnitude.
        return (5000.0 / wavelength) ** 2
    energy = _PLANCK_LIGHT / wavelength if known.per.startswith("photon") else ones
    return energy * (LIGHT_SPEED / wavelength**2 if known.per.endswith("frequency") else ones)


_LOGARITHMS: Final = (
    ("ln Angstrom", 7.6, 9.7),
    ("log10 nm", 2.3, 3.2),
    ("log10 um", -0.7, 0.2),
    ("log10 m", -6.7, -5.8),
)
"""Units of logarithmic wavelengths and the range of their middles; log10 of Å is the rule."""


def of_wavelength(text: str, title: str, values: Float[np.ndarray, " pixel"]) -> tuple[str, str]:
    """Return the unit of wavelengths as stated by the file, or a guess from the column's name and values.

    Returns
    -------
    str
        One of `WAVELENGTH_UNITS`, or the file's own text if its unit is not understood.
    str
        Reason, as a phrase.
    """
    finite = values[np.isfinite(values)]
    middle = float(np.median(finite)) if finite.size else 5000.0
    said = f"typical value {middle:.4g}"
    logarithmic = "log" in title.lower() or (finite.size and 3.4 < middle < 4.2 and finite.max() < 5)
    if is_stated(text):
        name = wavelength_name(text)
        if name == "Angstrom" and logarithmic and middle < 5:
            return "log10 Angstrom", f"{said}, and the file says Angstrom"
        return name or text.strip()[:MAX_UNIT], "the file says so" + ("" if name else ", and it is not understood")
    if logarithmic:
        return next((unit for unit, low, high in _LOGARITHMS if low < middle < high), "log10 Angstrom"), said
    if 0 < middle < 1e-4:
        return "m", said
    if middle > 1e12:
        return "Hz", said
    if middle < 30:
        return "um", said
    return ("nm", said) if middle < 2000 else ("Angstrom", said)


def wavelength_name(text: str) -> str:
    """Return astropy's name of a unit of wavelength, frequency or energy; "" for any other text."""
    lower = text.strip().lower()
    if found := _LOG.fullmatch(text.strip()):
        inner = wavelength_name(found["inner"])
        return f"{'ln' if found['base'].lower() == 'ln' else 'log10'} {inner}" if inner else ""
    if lower in _LENGTHS:
        return _LENGTHS[lower]
    if lower in ("wavenumber", "kayser"):
        return "1 / cm"
    try:
        unit = _parse(text)
        _angstrom_law(unit)
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError):
        return ""
    return next((one for one in WAVELENGTH_UNITS[:-2] if _parse(one) == unit), str(unit.to_string())[:60])


def _angstrom_law(unit: Any) -> tuple[float, bool]:
    """Return a factor to Å, and whether the wavelength is that factor divided by the value (frequency or energy)."""
    from astropy import units

    for target, per_one in (("Angstrom", 1.0), ("Hz", LIGHT_SPEED), ("eV", 12398.419843320026), ("1 / Angstrom", 1.0)):
        try:
            factor = float(unit.to(units.Unit(target)))
        except units.UnitConversionError:
            continue
        return (factor, False) if target == "Angstrom" else (per_one / factor, True)
    raise ValueError("no length, frequency or energy")


def to_angstrom(values: Float[np.ndarray, " pixel"], unit: str) -> Float[np.ndarray, " pixel"]:
    """Convert wavelengths, frequencies or energies to wavelengths in Å.

    Raises
    ------
    UploadError
        When the unit is not understood.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        law, _, inner = unit.partition(" ")
        if law in ("log10", "ln") and inner:
            return to_angstrom(10.0**values if law == "log10" else np.exp(values), inner)
        simple = {"Angstrom": 1.0, "nm": 10.0, "um": 1e4, "m": 1e10}.get(unit)
        if simple is not None:
            return values * simple
        try:
            factor, inverse = _angstrom_law(_parse(unit))
        except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError) as error:
            raise UploadError(
                f"The wavelength unit {unit[:40]!r} is not understood. Choose one of {', '.join(WAVELENGTH_UNITS)}."
            ) from error
        return factor / values if inverse else values * factor


def _parse(text: str) -> Any:
    """Parse a unit with astropy, after normalising common spellings: 10-17, superscripts, A for Angstrom, capitals.

    Raises
    ------
    ValueError
        When astropy cannot parse the unit.
    """
    from astropy import units

    text = _LATEX.sub(lambda found: _LATEX_SIGNS.get(found[0], " "), text.strip().translate(_SUPERSCRIPTS)).strip()
    if not text or len(text) > MAX_UNIT:
        raise ValueError("no unit")
    # cm⁻² is now cm-2; 10-17, 10^-17, 10**(-17) and 1E-17 become 1e-17.
    text = re.sub(r"^\(?\s*(?:1(?:\.0*)?\s*[x*]?\s*)?10\s*(?:\^|\*\*)?\s*\(?\s*([+-]\d+)\s*\)?", r"1e\1 ", text)
    text = re.sub(r"^1(?:\.0*)?[eEdD]([+-]?\d+)\s*[*.]?\s*", r"1e\1 ", text)
    text = re.sub(r"(?<![A-Za-z])[A-Za-zÅåµμöÖ_]+", lambda word: _word(word[0]), text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for format in ("generic", "fits", "vounit", "cds", "ogip"):
            try:
                unit = units.Unit(text, format=format)
            except (ValueError, TypeError, KeyError):
                continue
            if isinstance(unit, units.UnitBase):
                return unit
            break
    raise ValueError(f"{text} is no unit that astropy knows")


def _word(word: str) -> str:
    if word in _KEEP or word in ("e", "E"):
        return word
    if word == "mjy":
        return "mJy"
    return _WORDS.get(word.lower(), word.lower() if word.isupper() and word.lower() in ("s", "w", "j") else word)


def _conversion(unit: Any) -> tuple[float, str, bool]:
    """Return factor to 1e-17 cgs, the quantity of which it is a density, and whether it is a flux, not a luminosity."""
    from astropy import units

    if _photometric(unit, units):
        # A maggy is 3631 Jy; a nanomaggy 3.631 uJy.
        return float(unit.to(units.mgy)) * 3631e-23 * 1e17, "frequency", True
    for target, per, absolute in (
        ("1e-17 erg / (s cm2 Angstrom)", "wavelength", True),
        ("1e-17 erg / (s cm2 Hz)", "frequency", True),
        ("1e17 photon / (s cm2 Angstrom)", "photon wavelength", True),
        ("1e17 photon / (s cm2 Hz)", "photon frequency", True),
        ("1e40 erg / (s Angstrom)", "wavelength", False),
        ("1e40 erg / (s Hz)", "frequency", False),
    ):
        try:
            factor = float(unit.to(units.Unit(target)))
        except units.UnitConversionError:
            continue
        # Of photons per second: 1e17 of them carry 1e17 h c / λ erg, which is 1e34 times 1e-17 erg.
        return (factor * 1e34 if per.startswith("photon") else factor), per, absolute
    raise ValueError(f"The unit {unit} is no flux density.")


def _photometric(unit: Any, units: Any) -> bool:
    return unit.is_equivalent(units.mgy)
