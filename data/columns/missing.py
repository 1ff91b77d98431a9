"""Sentinel values that catalogues write for missing numbers."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float

SENTINELS: Final = (-99.0, -99.9, -999.0, -999.9, -9999.0, -99999.0, -999999.0, 999999.0, -1e20, 1e20, -1e30, 1e30)
"""Numbers that mean "missing" in catalogues of SDSS, of SExtractor and in astropy's filled tables."""
RANGES: Final = {
    "log_luminosity": (-5.0, 20.0),
    "redshift": (-0.01, 15.0),
    "expected_ew_halpha": (0.0, 1e4),
    "log_oh": (5.0, 11.0),
}
"""Allowed values of the optional quantities; magnitudes, which are also called z, lie above the redshifts."""
EMPTY: Final = frozenset(
    {
        "", "nan", "null", "none", "na", "n/a", "n.a.", "#n/a", "<na>", "--", "-", "...", "?", "\\n", "masked",
        "missing", "indef", "undefined",
    }
)  # fmt: skip
"""Lower-case texts that mark a missing number."""
NO_MAGNITUDE: Final = 90.0
"""Magnitudes as faint or as bright mark a missing value: 99, 99.99, -99.9."""
TOO_FAR: Final = 1e3
"""Multiple of the row's median above which a positive sentinel among fluxes is missing: 999999 may be a flux."""


def is_sentinel(values: Float[np.ndarray, "*any"]) -> Bool[np.ndarray, "*any"]:
    """Return which values are sentinels of a missing number."""
    found = np.zeros(np.shape(values), bool)
    for sentinel in SENTINELS:
        with np.errstate(invalid="ignore"):
            found |= np.abs(values - sentinel) <= 1e-6 * abs(sentinel)
    return found


def without_sentinels(values: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """Return the values with sentinels replaced by NaN."""
    found = is_sentinel(values)
    return np.where(found, np.nan, values) if found.any() else values


def optional_without_sentinels(values: Float[np.ndarray, "*any"], quantity: str) -> Float[np.ndarray, "*any"]:
    """Return the values of a quantity of `RANGES` with NaN for sentinels, and for -1 and nines outside the range.

    Catalogues write -9, -9.99, 99, 99.99, 9999 and the like where such a value is impossible.
    """
    low, high = RANGES[quantity]
    with np.errstate(invalid="ignore"):
        beyond = (values < low) | (values > high)
    marks = [place for place in np.flatnonzero(beyond) if set(f"{abs(values[place]):.6g}") <= set("9.")]
    cleaned = without_sentinels(values).copy()
    cleaned[marks] = np.nan
    cleaned[beyond & (values == -1)] = np.nan
    return cleaned


def fluxes_without_sentinels(flux: Float[np.ndarray, "galaxy bin"]) -> Float[np.ndarray, "galaxy bin"]:
    """Return fluxes with NaN for negative sentinels and for positive ones above `TOO_FAR` medians of their row."""
    found = is_sentinel(flux)
    if not found.any():
        return flux
    others = np.where(found, np.nan, np.abs(flux))
    middle = np.array([np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else np.inf for row in others])
    return np.where(found & ((flux < 0) | (flux > TOO_FAR * middle[:, None])), np.nan, flux)
