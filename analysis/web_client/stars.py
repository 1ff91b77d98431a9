"""Data with which the web browser makes synthetic galaxies: stellar populations, their Hα, H II regions and bands."""

from functools import cache
from hashlib import sha256
from typing import Any, Final

import numpy as np
from jaxtyping import Float
from safetensors.numpy import save

from analysis.emission.filters import load_bands
from analysis.web_client.weights import VERSION_DIGITS
from model.dsps.pipeline import LARGEST_DISPERSION, METALLICITY_SCATTER, PIXEL
from model.dsps.populations import shipped_halpha
from model.dsps.stars import BURST_WIDTH, FIRST_STAR, LEAST_LOOKBACK, QUENCHING, RECENT, TIMES
from model.lines import LINE_NAMES, LINES
from model.numerics.constants import CM_PER_MPC, LIGHT_SPEED
from model.physics.cosmology import HUBBLE, OMEGA_MATTER
from model.physics.luminosities import SOLAR_LUMINOSITY
from model.physics.magnitudes import AB_ZERO, LEAST_COVERED
from model.physics.photoionisation import (
    HIGHEST_LOG_OH,
    IONISATION_SLOPE,
    SOLAR_LOG_OH,
    SOLAR_LOG_U,
    SOLAR_METALLICITY,
    load_tables,
)
from model.predictions.domain.expectation import EDGE_OFFSET, LEAST_SIGMA, OUTSIDE_OFFSET, RETIRED
from model.spectra.lines.mask import SIDE_BAND, mask_windows
from model.spectra.lines.side_bands import PREDICTED
from model.spectra.synthesis import DEFAULT_DISPERSION
from model.spectra.templates import attenuation_curve, load_templates

REGIONS: Final = 48
"""Abundances at which line ratios of H II regions are sent."""
HALPHA, HBETA, NII, OIII = (LINE_NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584", "OIII_5007"))


@cache
def stars_file() -> bytes:
    """Return the bytes of a safetensors file, in which the populations are float16 as the templates are published."""
    templates, halpha, bands = load_templates(), shipped_halpha(), load_bands()
    abundance, n2, o3 = region_ratios()
    single = {
        "light": templates.light,
        "log_metallicity": np.log10(np.unique(templates.metallicity)),
        "log_age": np.log10(np.unique(templates.age)),
        "curve": attenuation_curve(templates.wavelength_rest),
        "halpha/log_metallicity": halpha.log_metallicity,
        "halpha/log_age": halpha.log_age,
        "halpha/log_luminosity": halpha.log_luminosity,
        "regions/log_oh": abundance,
        "regions/n2": n2,
        "regions/o3": o3,
        "bands/wavelength": bands.wavelength_obs,
        "bands/response": bands.responses,
    }
    tensors = {name: np.ascontiguousarray(values, np.float32) for name, values in single.items()}
    return save(tensors | {"flux": templates.flux.astype(np.float16)})


def region_ratios() -> tuple[Float[np.ndarray, " abundance"], ...]:
    """Return abundances, log [N II] 6584 / Hα and log [O III] 5007 / Hβ of `line_ratios`, without compiling it."""
    table = load_tables()
    abundance = np.linspace(float(table.log_oh[0]), HIGHEST_LOG_OH, REGIONS)
    ionisation = SOLAR_LOG_U + IONISATION_SLOPE * (abundance - SOLAR_LOG_OH)

    def between(above: int, below: int) -> Float[np.ndarray, " abundance"]:
        grid = table.log_ratios[..., above] - table.log_ratios[..., below]
        rows = [[np.interp(u, table.log_u, row) for row in grid] for u in ionisation]
        return np.array([np.interp(oh, table.log_oh, row) for oh, row in zip(abundance, rows, strict=True)])

    return abundance, between(NII, HALPHA), between(OIII, HBETA)


@cache
def stars_version() -> str:
    """Return the first 12 digits of the file's SHA-256."""
    return sha256(stars_file()).hexdigest()[:VERSION_DIGITS]


def stars_constants() -> dict[str, Any]:
    """Return the numbers that the browser's functions share with `model.dsps`, for the page's manifest."""
    templates, bands = load_templates(), load_bands()
    first = templates.wavelength_rest[0]
    return {
        "first": float(first),
        "pixels": len(templates.wavelength_rest),
        "step": templates.pixel / LIGHT_SPEED,
        "history": {
            "times": TIMES,
            "least": LEAST_LOOKBACK,
            "first": FIRST_STAR,
            "burst": BURST_WIDTH,
            "quenching": QUENCHING,
            "recent": RECENT,
        },
        "scatter": METALLICITY_SCATTER,
        "largestDispersion": LARGEST_DISPERSION,
        "pixel": PIXEL,
        "speed": LIGHT_SPEED,
        "gas": DEFAULT_DISPERSION,
        "sideBand": SIDE_BAND,
        "windows": mask_windows(),
        "components": [
            {"wavelength": float(wave), "line": int(line), "window": window.tolist()}
            for wave, line, window in zip(*PREDICTED, strict=True)
        ],
        "halpha": float(LINES[HALPHA].wavelength),
        "oxygen": float(SOLAR_LOG_OH - np.log10(SOLAR_METALLICITY)),
        "solar": SOLAR_LUMINOSITY,
        "abZero": AB_ZERO,
        "leastCovered": LEAST_COVERED,
        "cosmology": {"hubble": HUBBLE, "matter": OMEGA_MATTER, "speed": LIGHT_SPEED, "cm": CM_PER_MPC},
        "expectation": {
            "floor": RETIRED,
            "edge": EDGE_OFFSET,
            "outside": OUTSIDE_OFFSET,
            "sigma": LEAST_SIGMA,
        },
        "bands": bands.names,
    }
