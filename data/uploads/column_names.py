"""What columns are called: the usual names of each quantity, and units that a title ends with."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "wavelength": (
        "wavelength_rest",
        "wavelength",
        "wavelength_obs",
        "wavelength_air",
        "wave_air",
        "wave",
        "lambda",
        "lam",
        "wl",
        "loglam",
        "spectral_axis",
    ),
    "flux": ("flux", "flux_density", "fluxdensity", "f_lambda", "flam", "fnu", "f_nu", "spectrum", "counts"),
    "uncertainty": (
        "ivar",
        "flux_ivar",
        "error",
        "err",
        "flux_error",
        "flux_err",
        "sigma",
        "uncertainty",
        "variance",
        "var",
    ),
    "mask": ("mask", "and_mask", "flag", "flags", "quality"),
    "id": ("targetid", "target_id", "id", "name", "galaxy", "objid"),
    "redshift": ("redshift", "z", "zred", "z_spec"),
    "log_luminosity": ("log_luminosity", "loglum"),
}
"""Names in lower case by quantity, the surest first."""
_WITH_UNIT: Final = re.compile(
    r"(?P<name>.+?)(?:\s*[\[(](?P<said>[^\])]*)[\])]|[_ ](?P<word>nm|um|microns?|aa|ang|angstroms?|[mu]?jy))",
    re.IGNORECASE,
)


def split_unit(title: str) -> tuple[str, str]:
    """Take the unit from a title that ends with one, as in wave_nm or flux [mJy]: (name, unit or "")."""
    found = _WITH_UNIT.fullmatch(title.strip())
    return (found["name"].strip(), (found["said"] or found["word"] or "").strip()) if found else (title.strip(), "")


def column_of(titles: Iterable[str], role: str) -> str:
    """Find the column of a quantity by its usual names, "" where there is none.

    Parameters
    ----------
    titles : iterable of str
        The file's columns.
    role : str
        A key of `TITLES`.

    Returns
    -------
    str
        The title as the file has it; one of the very name goes before one with a unit behind it.
    """
    every = list(titles)
    known = {split_unit(title)[0].lower(): title for title in every} | {title.lower(): title for title in every}
    return next((known[name] for name in TITLES[role] if name in known), "")
