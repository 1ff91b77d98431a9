"""The parameters of a synthetic galaxy: their sliders, and presets."""

from typing import Final, NamedTuple

from model.dsps.stars import Stars
from model.physics.photoionisation import GAS_TO_STARS


class Slider(NamedTuple):
    """A parameter that can be set.

    Attributes
    ----------
    name : str
        Field of `model.dsps.Stars`, or "gas_to_stars".
    label, unit, meaning : str
        What the page shows.
    low, high : float
        Limits.
    log : bool
        Whether the slider is even in the logarithm.
    digits : int
        Digits after the point.
    per : float
        Step of the parameter for which the page shows the change of Hα; 0 where Hα cannot depend on it.
    """

    name: str
    label: str
    unit: str
    meaning: str
    low: float
    high: float
    log: bool = False
    digits: int = 1
    per: float = 0.0


SLIDERS: Final = (
    Slider("age", "Age", "Gyr", "time since star formation began", 0.5, 13.0, per=1.0),
    Slider("tau", "Decline τ", "Gyr", "time in which star formation falls by a factor e", 0.1, 20.0, True, 2, 1.0),
    Slider("burst", "Burst", "of the mass", "share of the stars that formed in a burst", 0.0, 0.3, digits=3, per=0.01),
    Slider("burst_age", "Burst age", "Gyr", "time since the burst", 0.005, 1.0, True, 3, 0.01),
    Slider(
        "quenched",
        "Quenched since",
        "Gyr",
        "time since star formation stopped; 0: it has not",
        0.0,
        3.0,
        digits=2,
        per=0.1,
    ),
    Slider("log_metallicity", "log Z", "dex", "metals of the stars; the Sun's is −1.85", -2.4, -1.3, digits=2, per=0.1),
    Slider("av", "Dust A_V", "mag", "attenuation of the starlight, Calzetti et al. 2000", 0.0, 2.5, digits=2, per=0.1),
    Slider(
        "gas_to_stars",
        "Dust of the gas",
        "× stars",
        "reddening of the gas over that of the stars",
        1.0,
        2.5,
        digits=2,
        per=0.1,
    ),
    Slider("dispersion", "Dispersion", "km/s", "motion of the stars", 50.0, 400.0, digits=0),
    Slider("log_mass", "log mass", "M☉", "stars formed in all", 8.0, 12.0),
    Slider("redshift", "Redshift", "", "for the magnitudes", 0.01, 0.5, digits=3),
)
"""The parameters, in the page's order."""

START: Final[dict[str, float]] = {**Stars()._asdict(), "gas_to_stars": round(GAS_TO_STARS, 2)}
"""The galaxy with which the page opens."""

PRESETS: Final[dict[str, dict[str, float]]] = {
    "Spiral": {},
    "Quiescent": {"age": 11.0, "tau": 0.6, "log_metallicity": -1.7, "av": 0.05, "dispersion": 230.0, "log_mass": 11.0},
    "Starburst": {"age": 6.0, "tau": 6.0, "burst": 0.08, "burst_age": 0.006, "av": 0.9, "log_mass": 9.6},
    "Post-starburst": {"age": 8.0, "tau": 2.0, "burst": 0.25, "burst_age": 0.6, "quenched": 0.5, "av": 0.2},
    "Metal-poor dwarf": {
        "age": 4.0,
        "tau": 20.0,
        "log_metallicity": -2.35,
        "av": 0.1,
        "log_mass": 8.4,
        "dispersion": 50.0,
    },
    "Dusty": {"age": 8.0, "tau": 8.0, "av": 1.9, "log_metallicity": -1.75, "log_mass": 10.8},
}
"""Typical galaxies: what differs from `START`."""
