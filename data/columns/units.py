"""Units of files: which are understood, how files write them, and the way to f_lambda in 1e-17 erg/s/cm²/Å.

A unit that a file states is read or refused by name; a guess is made only where a file states none.
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
"""The units to choose from; the last two have no scale, and only ratios are used."""
WAVELENGTH_UNITS: Final = ("Angstrom", "nm", "um", "m", "Hz", "eV", "1 / cm", "log10 Angstrom", "ln Angstrom")
LIGHT_SPEED: Final = 2.99792458e18
"""Å/s."""
_PLANCK_LIGHT: Final = 1.98644586e-8
"""h c [erg Å]: the energy of a photon times its wavelength."""
_RELATIVE_WORDS: Final = frozenset(
    {"arbitrary", "arb", "arb.", "arbitrary units", "relative", "normalized", "normalised", "a.u.", "relative flux"}
)
_NOTHING: Final = frozenset({"", "-", "--", "1", "none", "null", "nan", "unknown", "unitless", "dimensionless", "n/a"})
_LENGTHS: Final = {"angstrom": "Angstrom", "nm": "nm", "um": "um"}
MAX_UNIT: Final = 120
"""Characters of a unit that are read; the longest sensible one has about 60."""

_WORDS: Final = {
    "a": "Angstrom", "aa": "Angstrom", "ang": "Angstrom", "angs": "Angstrom", "angstrom": "Angstrom",
    "angstroms": "Angstrom", "ångström": "Angstrom", "å": "Angstrom", "micron": "um", "microns": "um",
    "micrometer": "um", "micrometers": "um", "micrometre": "um", "µm": "um", "μm": "um", "nanometer": "nm",
    "nanometers": "nm", "nanometre": "nm", "erg": "erg", "ergs": "erg", "sec": "s", "second": "s", "seconds": "s",
    "cm": "cm", "cm2": "cm2", "hz": "Hz", "hertz": "Hz", "jy": "Jy", "jansky": "Jy", "janskys": "Jy", "watt": "W",
    "watts": "W", "photons": "photon", "phot": "photon", "phots": "photon", "lsun": "Lsun", "l_sun": "Lsun",
    "solarlum": "Lsun", "meter": "m", "meters": "m", "metre": "m", "metres": "m", "ev": "eV", "kev": "keV",
    "ujy": "uJy", "µjy": "uJy", "μjy": "uJy", "njy": "nJy", "nm": "nm", "um": "um",
    "nanomaggy": "nmgy", "nanomaggies": "nmgy", "nmgy": "nmgy", "maggy": "mgy", "maggies": "mgy", "mgy": "mgy",
    "counts": "count", "cts": "count", "adu": "adu", "dn": "adu", "electrons": "electron",
}  # fmt: skip
"""Words of units in any case, as astropy writes them; a word in the case astropy knows is left alone."""
_KEEP: Final = frozenset({"mJy", "MJy", "m", "M", "s", "W", "J", "K", "mm", "Mm", "nJy", "pJy", "kJy", "GJy"})
"""Words whose case decides what they mean."""
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
"""Names of synphot and of photometry."""
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺·×−", "0123456789-+.*-")
_AREAS: Final = re.compile(r"arcsec|arcmin|\bsr\b|spaxel|\bpix|\bbeam|fiber|fibre|deg\^?2", re.IGNORECASE)
_LOG: Final = re.compile(r"(?P<base>log10|log|ln|dex)\s*[\[( ]\s*(?P<inner>.+?)\s*[\])]?\s*", re.IGNORECASE)


class FluxUnit(NamedTuple):
    """A unit of flux that is understood.

    Attributes
    ----------
    name : str
        As a reader sees it; one of `FLUX_UNITS` where it is one.
    scale : float
        From the unit to 1e-17 cgs, before what `per` says.
    per : {"wavelength", "frequency", "photon wavelength", "photon frequency"}
        What the flux is a density of.
    absolute : bool
        Whether it is a flux of known scale; else only ratios count.
    law : {"linear", "log10", "ln", "magnitude"}
        How the numbers hold the flux.
    """

    name: str
    scale: float
    per: str
    absolute: bool
    law: str = "linear"


def is_stated(text: str) -> bool:
    """Tell whether a file's words name a unit at all."""
    return text.strip().lower() not in _NOTHING


def are_units(cells: Sequence[str]) -> bool:
    """Tell whether a row of cells holds units: some of flux or wavelength, all of something or nothing."""
    return any(is_stated(cell) and (wavelength_name(cell) or _is_flux(cell)) for cell in cells) and all(
        not is_stated(cell) or _is_flux(cell) or _is_unit(cell) for cell in cells
    )


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
    """Return a flux unit that a file states, and why it is taken: in our words where it is understood, else in its own.

    Parameters
    ----------
    text : str
        What the file says, not empty.

    Returns
    -------
    str
        The unit's name; `flux_unit` refuses it by name where it is not understood.
    str
        A phrase for the reader.
    """
    try:
        return flux_unit(text).name, "the file says so"
    except UploadError:
        return text.strip()[:MAX_UNIT], "the file says so, and it is not understood: choose one"


def common(said: Mapping[str, str], columns: int, name: str) -> str:
    """Return the unit that columns of one quantity share, "" where none states any.

    Parameters
    ----------
    said : mapping
        What is stated, by column; columns that state nothing are absent.
    columns : int
        How many there are.
    name : str
        Of the file, for the sentence.

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
    """Return what takes numbers of a stated unit to another of the same kind; 1 where none is stated.

    Raises
    ------
    UploadError
        Naming the column and a unit that is of another kind or not understood.
    """
    if not is_stated(text):
        return 1.0
    try:
        factor = float(_parse(text).to(_parse(target)))
    except (ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, RecursionError) as error:
        raise UploadError(f"Column {column} is in {text[:40]!r}; it must be in {target}. Convert it.") from error
    return 1.0 if abs(factor - 1) < 1e-9 else factor


def by_size(typical: float) -> tuple[str, str]:
    """Guess a flux unit from the size of the numbers of a file that states none."""
    said = f"typical value {typical:.2g}"
    if typical < 1e-23:
        return "erg / (s cm2 Hz)", said
    if typical < 1e-9:
        return "erg / (s cm2 Angstrom)", said
    if typical > 1e20:
        return "erg / (s Angstrom)", said
    return RELATIVE, f"{said}; only ratios matter unless you choose a unit"


def flux_unit(text: str) -> FluxUnit:
    """Understand a unit of flux.

    Parameters
    ----------
    text : str
        As a file or a reader writes it: ``mJy``, ``10-17 erg/s/cm2/A``, ``PHOTLAM``, ``mag(AB)``.

    Returns
    -------
    FluxUnit
        How numbers in it become f_lambda.

    Raises
    ------
    UploadError
        Naming the unit, what is wrong with it and what to do.
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
    """Bring fluxes to f_lambda.

    Parameters
    ----------
    values : (..., bin) array
        In the unit.
    wavelength : (bin,) array
        Where they were measured [Å].
    unit : str
        Anything that `flux_unit` understands.

    Returns
    -------
    (..., bin) array
        f_lambda.
    (..., bin) array
        Its derivative by `values`, which takes errors along.
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
        # Scaled to the middle of the optical, so that the numbers stay of the size they had.
        return (5000.0 / wavelength) ** 2
    energy = _PLANCK_LIGHT / wavelength if known.per.startswith("photon") else ones
    return energy * (LIGHT_SPEED / wavelength**2 if known.per.endswith("frequency") else ones)


def of_wavelength(text: str, title: str, values: Float[np.ndarray, " pixel"]) -> tuple[str, str]:
    """Return the unit of wavelengths: what the file says, or a guess from the column's name and their size.

    Returns
    -------
    str
        One of `WAVELENGTH_UNITS`; the file's own words where it states a unit that is not understood.
    str
        Why.
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
        return "log10 Angstrom", said
    if 0 < middle < 1e-4:
        return "m", said
    if middle > 1e12:
        return "Hz", said
    if middle < 30:
        return "um", said
    return ("nm", said) if middle < 2000 else ("Angstrom", said)


def wavelength_name(text: str) -> str:
    """Return a unit of wavelength, frequency or energy in astropy's words, "" where it is none of these."""
    lower = text.strip().lower()
    if found := _LOG.fullmatch(text.strip()):
        inner = wavelength_name(found["inner"])
        return {"Angstrom": ("ln" if found["base"].lower() == "ln" else "log10") + " Angstrom"}.get(inner, "")
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
    """Return the factor to Å and whether wavelengths are that over the number (a frequency or an energy)."""
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
        Naming a unit that is not understood.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        if unit in ("log10 Angstrom", "ln Angstrom"):
            return 10.0**values if unit.startswith("log10") else np.exp(values)
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
    """Read a unit with astropy, after what files write otherwise: 10-17, superscripts, A for Angstrom, capitals.

    Raises
    ------
    ValueError
        When astropy does not know it.
    """
    from astropy import units

    text = text.strip().translate(_SUPERSCRIPTS)
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
    """Return the factor to 1e-17 cgs, what it is a density of, and whether it is a flux (not a luminosity)."""
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
