"""The quantities of a catalogue's galaxies that panels can plot and colour by and searches can test, by name."""

from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Float

from analysis.explorer.realisations import FIRST_SEED, USUAL_NOISE, RealisationNoise, realisation
from data.catalogue.registry import Catalogue
from data.catalogue.schema import COLUMNS, EW_SUFFIX, FLUX_NAMES, IVAR_SUFFIX, PREDICTION_SUFFIXES
from model.lines import LINE_NAMES, LINES
from model.physics.diagnostics import BREAK_BINS, HALPHA, HBETA, NII, OIII, break_4000
from model.predictions.batch import score_many
from model.storage.weights import load_params

Version = Literal["", "_PREDICTED", "_NOISY"]
"""Suffix of names: observed lines (""), predicted lines, or predicted lines with noise."""
VERSIONS: Final[tuple[Version, ...]] = get_args(Version)

SHAPE_NAMES: Final = tuple(f"shape_{index:02d}" for index in range(len(FLUX_NAMES)))
PULL_LIMIT: Final = 5.0
"""Pulls are clipped to +-5: three percentiles do not determine the tails beyond."""


class Quantity(NamedTuple):
    """One quantity.

    Attributes
    ----------
    name : str
        Used in addresses and in searches.
    label : str
        For readers.
    unit : str
        Empty if there is none.
    """

    name: str
    label: str
    unit: str = ""


def _quantities() -> list[Quantity]:
    said = {"": "", "_PREDICTED": ", predicted", "_NOISY": ", predicted + noise"}
    found = [
        Quantity("redshift", "Redshift"),
        Quantity("log_luminosity", "log luminosity", "dex"),
        Quantity("break_4000", "4000 Å break, log F(4150) / F(3850)", "dex"),
        Quantity("domain_score", "Domain score"),
    ]
    for version in VERSIONS:
        found += [
            Quantity(f"log_NII_HALPHA{version}", f"log [N II] / Hα{said[version]}", "dex"),
            Quantity(f"log_OIII_HBETA{version}", f"log [O III] / Hβ{said[version]}", "dex"),
        ]
    for line in LINES:
        for version in VERSIONS:
            found += [
                Quantity(f"{line.name}{EW_SUFFIX}{version}", f"{line.label}{said[version]}", "Å"),
                Quantity(f"log_{line.name}{EW_SUFFIX}{version}", f"log EW {line.label}{said[version]}", "dex"),
            ]
        found += [
            Quantity(f"{line.name}_SN", f"S/N of {line.label}"),
            Quantity(f"{line.name}_RESIDUAL", f"log observed / predicted, {line.label}", "dex"),
            Quantity(f"{line.name}_PULL", f"Pull of {line.label}", "σ"),
        ]
    found += [Quantity(name, f"Continuum over its mean, bin {name[-2:]}") for name in SHAPE_NAMES]
    known = {quantity.name for quantity in found}
    found += [Quantity(c.name, c.description, c.unit) for c in COLUMNS[1:] if c.name not in known]
    return found


QUANTITIES: Final = {quantity.name: quantity for quantity in _quantities()}
"""By name; includes the columns of the catalogue's schema."""


def axis_choices() -> list[tuple[str, str]]:
    """Return the quantities that can be chosen for the axes of a plane.

    Returns
    -------
    list of (str, str)
        Names and labels, of observed versions only: the panels choose the version themselves.
    """
    names = ["redshift", "log_luminosity", "break_4000", "domain_score", "map_x", "map_y"]
    names += ["log_NII_HALPHA", "log_OIII_HBETA", *(f"log_{line}{EW_SUFFIX}" for line in LINE_NAMES)]
    names += [f"{line}_{kind}" for kind in ("SN", "RESIDUAL", "PULL") for line in LINE_NAMES]
    return [(name, QUANTITIES[name].label) for name in names]


def values(
    catalogue: Catalogue, name: str, noise: RealisationNoise = USUAL_NOISE, seed: int = FIRST_SEED
) -> Float[np.ndarray, " galaxy"]:
    """Return one quantity of every galaxy.

    Parameters
    ----------
    catalogue : Catalogue
        With predictions.
    name : str
        Of `QUANTITIES`.
    noise : {"observed", "intrinsic", "published"}
        Kind of realisation; used for names with ``_NOISY`` alone.
    seed : int
        Number of the realisation.

    Returns
    -------
    (galaxy,) array of float32
        NaN where there is no value.

    Raises
    ------
    KeyError
        If there is no such quantity.
    """
    QUANTITIES[name]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(_compute(catalogue, name, noise, seed), np.float32)


def _compute(catalogue: Catalogue, name: str, noise: RealisationNoise, seed: int) -> Float[np.ndarray, " galaxy"]:
    if name == "break_4000":
        return break_4000(np.stack([catalogue.column(name) for name in FLUX_NAMES[: max(BREAK_BINS) + 1]], axis=-1))
    if name == "domain_score":
        return _domain_score(catalogue)
    if name in SHAPE_NAMES:
        flux = catalogue.column(FLUX_NAMES[SHAPE_NAMES.index(name)])
        return flux / _mean_flux(catalogue)
    version = next((each for each in VERSIONS if each and name.endswith(each)), "")

    def width(line: str) -> Float[np.ndarray, " galaxy"]:
        if version == "_NOISY":
            return realisation(catalogue, noise, seed)[:, LINE_NAMES.index(line)]
        return catalogue.column(f"{line}{EW_SUFFIX}{version}")

    if name.startswith("log_NII_HALPHA"):
        return _log_ratio(width(LINE_NAMES[NII]), width(LINE_NAMES[HALPHA]))
    if name.startswith("log_OIII_HBETA"):
        return _log_ratio(width(LINE_NAMES[OIII]), width(LINE_NAMES[HBETA]))
    line = next((each for each in LINE_NAMES if name.removeprefix("log_").startswith(f"{each}_")), None)
    if line is None:
        return catalogue.column(name)
    if name.startswith("log_"):
        return _log_ratio(width(line), np.float32(1))
    rest = name.removeprefix(line)
    if rest == f"{EW_SUFFIX}_NOISY":
        return width(line)
    if rest == "_SN":
        return width(line) * np.sqrt(catalogue.column(line + IVAR_SUFFIX))
    if rest == "_RESIDUAL":
        return _log_ratio(width(line), catalogue.column(line + PREDICTION_SUFFIXES[0]))
    if rest == "_PULL":
        return _pull(width(line), *(catalogue.column(line + suffix) for suffix in PREDICTION_SUFFIXES))
    return catalogue.column(name)


def _log_ratio(
    above: Float[np.ndarray, " galaxy"], below: Float[np.ndarray, " galaxy"] | np.float32
) -> Float[np.ndarray, " galaxy"]:
    """Return log10(above / below); NaN unless both are detected."""
    ratio = np.log10(np.where(above > 0, above, np.nan) / np.where(below > 0, below, np.nan))
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _pull(
    observed: Float[np.ndarray, " galaxy"],
    median: Float[np.ndarray, " galaxy"],
    p16: Float[np.ndarray, " galaxy"],
    p84: Float[np.ndarray, " galaxy"],
) -> Float[np.ndarray, " galaxy"]:
    """Return the pull of each observed EW: Phi^-1 of its percentile in the predicted distribution.

    The network predicts three percentiles of arcsinh(EW), at pulls of -1, 0 and 1. On either side of the median the
    pull is linear in arcsinh(EW), as for a Gaussian with a different width on each side.
    """
    seen, middle = np.arcsinh(observed), np.arcsinh(median)
    scale = np.where(seen > middle, np.arcsinh(p84) - middle, middle - np.arcsinh(p16))
    return np.clip((seen - middle) / np.where(scale > 0, scale, np.nan), -PULL_LIMIT, PULL_LIMIT)


@lru_cache(maxsize=4)
def _domain_score(catalogue: Catalogue) -> Float[np.ndarray, " galaxy"]:
    flux = np.stack([catalogue.column(name) for name in FLUX_NAMES], axis=1)
    return score_many(load_params(), flux)


@lru_cache(maxsize=4)
def _mean_flux(catalogue: Catalogue) -> Float[np.ndarray, " galaxy"]:
    return np.mean([catalogue.column(name) for name in FLUX_NAMES], axis=0)
