"""Usual column names of each quantity, in any case, and units at the end of a column title."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from data.columns.missing import RANGES
from data.errors import UploadError
from model.bins import N_BINS
from model.lines import LINE_NAMES

FLUX_IVAR_SUFFIX: Final = "_ivar"
FLUX_NAMES: Final = tuple(f"flux_{index:02d}" for index in range(N_BINS))
"""Column names of the twelve bins, bluest first."""
IVAR_SUFFIX: Final = "_EW_IVAR"
"""Suffix of the column with the inverse variance of a line's equivalent width."""
TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "wavelength": (
        "wavelength_rest", "wave_rest", "restwave", "lambda_rest", "wavelength", "wavelengths", "wavelength_obs",
        "wavelength_vac", "wavelength_air", "wavelength_vacuum", "wave_vac", "wave_air", "wave", "lambda", "lambda_vac",
        "lambda_air", "lambda_obs", "lam", "wl", "wvl", "wav",
        "obswave", "loglam", "log_lambda", "loglambda", "log_wave", "logwave", "loglam10", "spectral_axis",
        "spectral axis", "frequency", "freq",
    ),
    "flux": (
        "flux", "fluxes", "flux_density", "fluxdensity", "flux_lambda", "flux_nu", "f_lambda", "flambda", "flam",
        "fnu", "f_nu", "signal", "spectrum", "flux_reduced", "counts",
    ),
    "uncertainty": (
        "ivar", "flux_ivar", "invvar", "error", "err", "errors", "flux_error", "flux_err", "e_flux", "sigma",
        "flux_sigma", "flux_std", "stddev", "std", "uncertainty", "flux_uncertainty", "noise", "err_reduced",
        "variance", "flux_variance", "flux_var", "var",
    ),
    "mask": (
        "mask", "and_mask", "andmask", "flag", "flags", "quality", "qual", "dq", "pixel_flags", "bitmask", "badpix",
        "masked", "is_masked", "pixmask", "pixel_mask", "flux_mask", "bad", "is_bad", "isbad", "bad_pixel",
        "bad_pixels", "badpixel", "badpixels", "rejected", "outlier", "outliers", "good", "is_good", "isgood",
        "good_mask", "goodmask", "goodpix", "good_pixel", "good_pixels", "goodpixels", "valid", "is_valid", "usable",
        "bpm", "bpm_mask", "bad_pixel_mask", "badpixmask", "dq_flag", "dq_flags", "dqflag", "dqflags", "mask_bits",
        "maskbits", "quality_flag", "quality_flags", "flux_flag", "flag_flux", "goodpixel", "good_pix",
        "use", "ok", "is_ok", "weight", "weights", "wht",
    ),
    "id": (
        "targetid", "target_id", "specobjid", "spec_id", "sdss_id", "catalogid", "id", "name", "galaxy", "object",
        "objid", "source_id", "objname", "obsid", "obs_id", "specid", "cataid", "plateifu", "designation",
        "obj_id", "object_id", "objectid", "galaxy_id", "target", "target_name", "targetname",
    ),
    "redshift": (
        "redshift", "redshift_obs", "redshift_true", "z_spec", "zspec", "specz", "spec_z", "z_best", "zbest",
        "z_redrock", "z_noqso", "z_helio", "z_cmb", "zred", "z",
    ),
    "log_luminosity": ("log_luminosity", "loglum"),
    "expected_ew_halpha": ("expected_ew_halpha",),
    "log_oh": ("log_oh",),
    "class": ("spectype", "class", "spec_class"),
}  # fmt: skip
"""Lower-case column names by quantity, the most specific first."""
MAGNITUDES: Final = ("u", "g", "r", "i", "y", "j", "h", "k", "ks")
"""Magnitude columns: if two of these exist, a column z is a magnitude and not a redshift."""
_WORDS: Final = r"nm|um|microns?|aa|ang|angstroms?|[munMUN]?[jJ][yY]|nmgy|nanomaggies|abmag"
_WITH_UNIT: Final = re.compile(
    r"(?P<name>[^\[(]+?)\s*(?:\[(?P<square>.{0,120})\]|\((?P<round>.{0,120})\))"
    rf"|(?P<stem>.+?)[_ ](?P<word>{_WORDS})",
    re.IGNORECASE,
)
LONGEST: Final = 200
"""Number of characters of a title that are parsed."""


def split_unit(title: str) -> tuple[str, str]:
    """Split a title such as wave_nm or flux [mJy] into name and unit; the unit is "" if the title has none."""
    title = title.strip()
    found = _WITH_UNIT.fullmatch(title[:LONGEST])
    if not found:
        return title, ""
    said = found["square"] or found["round"] or found["word"] or ""
    return (found["name"] or found["stem"] or "").strip(), said.strip()


def column_of(titles: Iterable[str], role: str) -> str:
    """Find the column of a quantity by its usual names; return "" if there is none.

    Parameters
    ----------
    titles : iterable of str
        The file's columns.
    role : str
        A key of `TITLES`.

    Returns
    -------
    str
        Title as written in the file. An exact name has precedence over a name followed by a unit. ``z`` counts as a
        redshift only if no other column does and fewer than two of `MAGNITUDES` exist.
    """
    every = list(titles)
    known: dict[str, str] = {}
    for title in [*every, *every]:
        # Of two names that differ only in case the first wins; exact names win over names with a unit.
        known.setdefault(title.strip().lower(), title)
    for title in every:
        known.setdefault(split_unit(title)[0].lower(), title)
    found = next((known[name] for name in TITLES[role] if name in known), "")
    if role == "redshift" and found.strip().lower() == "z" and sum(name in known for name in MAGNITUDES) >= 2:
        return ""
    return found


def twelve_of(titles: Iterable[str]) -> dict[str, str]:
    """Find the twelve columns of fluxes, in any case and with or without a unit; return titles by `FLUX_NAMES`.

    They are called flux_00 ... flux_11, or share another name of `_BINS` and differ by consecutive numbers, such as
    flux0 ... flux11 or BIN_1 ... BIN_12. If only some of flux_00 ... flux_11 exist, these are returned.
    """
    known: dict[str, str] = {}
    every = list(titles)
    for title in every:
        known.setdefault(title.strip().lower(), title)
        if title[:5].lower() == "flux_":
            known.setdefault(split_unit(title)[0].lower(), title)
    named = {name: known[name] for name in FLUX_NAMES if name in known}
    if len(named) < N_BINS:
        groups = {stem: group for stem, group in _series(every).items() if re.sub("[^a-z]", "", stem) in _BINS}
        if full := _full(groups):
            return dict(zip(FLUX_NAMES, full, strict=True))
    return named


def twelve_ivar_of(titles: Iterable[str]) -> dict[str, str]:
    """Find the inverse variances of the columns of `twelve_of`; return titles by `FLUX_NAMES`.

    Each has the name of its flux followed by _ivar (flux_00_ivar), or flux_ivar and its number (flux_ivar_0).

    Raises
    ------
    UploadError
        If there are some of them, but not all.
    """
    every = list(titles)
    fluxes = {ours: split_unit(title)[0].strip().lower() for ours, title in twelve_of(every).items()}
    known = {split_unit(title)[0].strip().lower(): title for title in every if "ivar" in title.lower()}
    fluxes = {name: fluxes.get(name, name) for name in FLUX_NAMES}
    found = {name: known[flux + FLUX_IVAR_SUFFIX] for name, flux in fluxes.items() if flux + FLUX_IVAR_SUFFIX in known}
    groups = {stem: group for stem, group in _series(known.values()).items() if re.sub("[^a-z]", "", stem) in _IVARS}
    if not found and (full := _full(groups)):
        return dict(zip(FLUX_NAMES, full, strict=True))
    if found and len(found) < N_BINS:
        absent = [fluxes[name] + FLUX_IVAR_SUFFIX for name in FLUX_NAMES if name not in found]
        raise UploadError(
            f"The file has {len(found)} of {N_BINS} inverse variances of fluxes; it lacks {', '.join(absent)}. Add "
            "them, or remove the others."
        )
    return found


def list_of_twelve(titles: Iterable[str]) -> str:
    """Return which of the columns whose cells hold twelve numbers is the flux: the one of that name, or the only."""
    every = list(titles)
    return column_of(every, "flux") or (every[0] if len(every) == 1 else "")


def numbered_of(titles: Iterable[str]) -> list[str]:
    """Find twelve columns that share a name and differ by consecutive numbers; return their titles by number, else [].

    The order of the columns in the file is not that of the bins: bin_1, bin_10, bin_11, bin_12, bin_2, ...
    """
    return _full(_series(titles))


_BINS: Final = frozenset(
    {
        "flux", "fluxes", "fluxdensity", "fluxlambda", "flambda", "flam", "f", "bin", "bins", "fluxbin", "binflux",
        "binnedflux", "meanflux", "continuum",
    }
)  # fmt: skip
"""Letters of the names that twelve numbered columns of fluxes have in common."""
_IVARS: Final = frozenset({"fluxivar", "binfluxivar"})
_NUMBERED: Final = re.compile(r"(.{0,180}?)[ _.\-]?[\[(]?(\d{1,2})[\])]?")


def _series(titles: Iterable[str]) -> dict[str, dict[int, str]]:
    """Return the titles that end with a number, also before a unit, by what precedes it and by number."""
    series: dict[str, dict[int, str]] = {}
    for title in titles:
        if found := _NUMBERED.fullmatch(title.strip()) or _NUMBERED.fullmatch(split_unit(title)[0]):
            series.setdefault(found[1].lower(), {}).setdefault(int(found[2]), title)
    return series


def _full(series: Mapping[str, Mapping[int, str]]) -> list[str]:
    """Return the only group of twelve consecutive numbers in their order; [] if there is none or more than one."""
    full = [group for group in series.values() if len(group) == N_BINS == max(group) - min(group) + 1]
    return [full[0][place] for place in sorted(full[0])] if len(full) == 1 else []


_LIKE_A_MASK: Final = frozenset(
    {
        "qc", "dq", "qa", "status", "quality", "qual", "qflag", "flag", "flags", "mask", "masks",
        "masked", "ormask", "andmask", "bpm", "bit", "bits", "bitmask", "good", "bad", "goodpix", "badpix", "valid",
        "invalid", "usable", "reject", "rejected", "clean", "cosmic", "cr", "outlier", "saturated",
    }
)  # fmt: skip
"""Words of a column's name by which it may say which pixels are good or bad."""


def is_like_a_mask(title: str) -> bool:
    """Return whether the name of a column says that it may tell good from bad pixels: status, qc_flag, SkyMask."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", split_unit(title)[0].strip()[:200])
    words = re.split(r"[^a-z]+", name.lower())
    return any(word in _LIKE_A_MASK or word.endswith(("mask", "flag", "flags", "status", "quality")) for word in words)


def reads_as_text(name: str) -> bool:
    """Return whether a CSV column is read as text: ids, and numbers whose bad cells must spoil only their own row."""
    return split_unit(name)[0].lower() in _COMPUTED or name.strip().lower() in TITLES["id"]


_COMPUTED: Final = frozenset(
    name.lower() for name in (*FLUX_NAMES, *RANGES, *(line + IVAR_SUFFIX for line in LINE_NAMES))
)
