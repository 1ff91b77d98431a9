"""The browser's synthetic galaxies are those of the library."""

import base64
import importlib.util
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from analysis.web_client import stars as sent
from analysis.web_client import weights
from model.bins import BIN_EDGES
from model.dsps.stars import Stars, log_ssfr
from model.lines import LINE_NAMES
from tests.node import evaluate
from tests.serving import ROOT

pytestmark = pytest.mark.skipif(importlib.util.find_spec("dsps") is None, reason="needs the package dsps")

PROGRAM = """
import { historyOf } from "./assets/synthesize/stars/history.mjs";
import { Grid } from "./assets/synthesize/stars/grid.mjs";
import { Populations } from "./assets/synthesize/stars/populations.mjs";
import { Bands } from "./assets/synthesize/stars/magnitudes.mjs";
import { Quick } from "./assets/synthesize/population.mjs";
import { Maker } from "./assets/synthesize/stars/galaxy.mjs";
import { parseSafetensors, under } from "./assets/network/safetensors.mjs";
"""
BODY = """
const read = (text) => parseSafetensors(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const [tensors, net, shared] = [given.stars, given.colors, given.shared].map(read);
const grid = new Grid(given.constants, given.edges);
const populations = new Populations(tensors, given.constants);
const [own, summary, diluted] = ["net", "summary", "diluted"].map((part) => under(net, part));
const chosen = { net: own, summary, diluted, given: [], words: "" };
const parts = { populations, grid, constants: given.constants, net: chosen, halpha: given.halpha };
const maker = new Maker({ ...parts, map: under(shared, "map"), domain: under(shared, "domain") });
const bands = new Bands(tensors, given.constants, grid);
const quick = new Quick(populations, grid, given.constants, tensors, given.halpha, 2.5);
const share = await import("./assets/synthesize/share.mjs");
return given.galaxies.map((galaxy) => {
  const made = maker.make(galaxy);
  const magnitudes = bands.magnitudes(made.starlight, made.listed.ew, galaxy.redshift);
  const slopes = maker.slopes(galaxy, [
    { name: "av", low: -1, high: 3, per: 0.1 }, { name: "tau", low: 0.1, high: 30, per: 0.5 },
  ]);
  return { ...made, magnitudes, slopes, history: undefined, quick: quick.make(galaxy), code: share.python(galaxy) };
});
"""
SETTINGS = [
    {},
    {"age": 11.0, "tau": 0.7, "log_metallicity": -1.6, "dispersion": 250.0, "av": 0.1},
    {"age": 5.0, "tau": 8.0, "burst": 0.15, "burst_age": 0.02, "av": 1.4, "redshift": 0.3},
    {"age": 9.0, "tau": 5.0, "quenched": 0.4, "log_metallicity": -2.3, "redshift": 0.02, "log_mass": 11.0},
    {"age": 1.0, "tau": 20.0, "burst": 0.3, "burst_age": 0.005, "log_metallicity": -2.4, "dispersion": 50.0, "av": 0.0},
]
GAS = 1.7
SLOPES = ("av", "tau")
LIBRARY = """
import json, sys
import jax, jax.numpy as jnp, numpy as np
from analysis.emission.filters import load_bands
from model import load_params
from model.dsps import Pipeline, Stars
settings, gas, slopes = json.loads(sys.stdin.read())
bands = load_bands()
pipeline = Pipeline(load_params("noise-free"), bands=(bands.wavelength_obs, bands.responses), gas_to_stars=gas)
run = jax.jit(pipeline.galaxy)
steep = jax.jit(jax.grad(lambda stars: pipeline.galaxy(stars).expected_ew_halpha))
found = []
for setting in settings:
    stars = jax.tree.map(jnp.asarray, Stars(**setting))
    made, slope = run(stars), steep(stars)
    values = {name: getattr(made, name) for name in
        ("continuum", "bin_flux", "spectrum", "magnitudes", "expected_ew_halpha", "log_oh")}
    values |= {"ew": made.prediction.ew, "slopes": {name: getattr(slope, name) for name in slopes}}
    found.append(jax.tree.map(lambda leaf: np.asarray(leaf, float).tolist(), values))
print(json.dumps(found))
"""
"""In a process of its own, because the import of DSPS switches the precision of JAX."""


@pytest.fixture(scope="module")
def made() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The same galaxies from the browser's modules and from the library."""
    galaxies = [Stars(**setting) for setting in SETTINGS]
    files = {"stars": sent.stars_file(), "shared": weights.weights_file("default", weights.SHARED)}
    files["colors"] = weights.weights_file("noise-free", "colors")
    given: dict[str, Any] = {name: base64.b64encode(content or b"").decode() for name, content in files.items()}
    given |= {"constants": sent.stars_constants(), "edges": BIN_EDGES.tolist(), "halpha": LINE_NAMES.index("HALPHA")}
    given["galaxies"] = [{**galaxy._asdict(), "gas_to_stars": GAS} for galaxy in galaxies]
    done = subprocess.run(
        [sys.executable, "-c", LIBRARY],
        cwd=ROOT,
        input=json.dumps([SETTINGS, GAS, SLOPES]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return evaluate(PROGRAM, BODY, given), json.loads(done.stdout)


def largest(one, other):
    return np.max(np.abs(np.asarray(one, float) / np.asarray(other, float) - 1))


def test_starlight_bins_and_spectra_agree(made):
    for ours, theirs in zip(*made, strict=True):
        assert largest(ours["starlight"], theirs["continuum"]) < 1e-4
        assert largest(ours["bins"], theirs["bin_flux"]) < 1e-4
        # The library's wavelengths are float32, so that a line lies a ten thousandth of a pixel beside the browser's.
        ours_lines, their_lines = (
            np.asarray(part, float) - np.asarray(whole, float)
            for part, whole in (
                (ours["spectrum"], ours["starlight"]),
                (theirs["spectrum"], theirs["continuum"]),
            )
        )
        assert np.max(np.abs(ours_lines - their_lines)) < 3e-4 * ours_lines.max()
        assert abs(ours_lines.sum() / their_lines.sum() - 1) < 2e-4


def test_lines_and_what_the_stars_ionise_agree(made):
    for ours, theirs in zip(*made, strict=True):
        assert largest(ours["listed"]["ew"], theirs["ew"]) < 1e-3
        assert largest(ours["expected"], theirs["expected_ew_halpha"]) < 1e-4
        assert largest(ours["logOh"], theirs["log_oh"]) < 1e-6


def test_magnitudes_agree_where_the_spectrum_covers_a_band(made):
    covered = 0
    for ours, theirs in zip(*made, strict=True):
        total = [
            np.nan if band["starlight"] is None else band["starlight"] + band["change"] for band in ours["magnitudes"]
        ]
        np.testing.assert_allclose(total, theirs["magnitudes"], atol=1e-4)
        covered += np.isfinite(total).sum()
    assert covered >= 2 * len(SETTINGS)


def test_the_specific_rate_is_the_librarys(made):
    for ours, setting in zip(made[0], SETTINGS, strict=True):
        assert ours["logSsfr"] == pytest.approx(float(log_ssfr(Stars(**setting))), abs=1e-4)


def test_slopes_are_the_derivatives(made):
    for ours, theirs in zip(*made, strict=True):
        for bar in ours["slopes"]:
            assert bar["expected"] == pytest.approx(theirs["slopes"][bar["name"]], rel=5e-3, abs=1e-3), bar["name"]


def test_members_of_a_population_are_the_same_galaxies(made):
    for ours in made[0]:
        assert largest(ours["quick"]["bins"], ours["bins"]) < 5e-3  # without the motion of the stars
        assert largest(ours["quick"]["expected"], ours["expected"]) < 5e-3


def test_the_copied_code_prints_the_same_numbers(made):
    ours = made[0][2]
    alias = "import sys, model, model.dsps\nsys.modules |= {'galactic_neon': model, 'galactic_neon.dsps': model.dsps}\n"
    done = subprocess.run(
        [sys.executable, "-c", alias + ours["code"]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *rows, ionised = [line for line in done.stdout.splitlines() if "Å" in line][: len(LINE_NAMES) + 1]
    printed = {row.split()[0]: float(row.split()[1]) for row in rows}
    assert list(printed) == list(LINE_NAMES)
    assert printed == pytest.approx(dict(zip(LINE_NAMES, ours["free"]["p50"], strict=True)), rel=1e-3, abs=1e-3)
    assert float(ionised.split()[-2]) == pytest.approx(ours["expected"], rel=1e-4, abs=1e-3)


def test_regions_are_those_of_the_library():
    from model import line_ratios

    abundance, n2, o3 = sent.region_ratios()
    shown = np.linspace(abundance[0], abundance[-1], 40)
    ratios = np.asarray(line_ratios(shown))
    names = [LINE_NAMES.index(name) for name in ("NII_6584", "HALPHA", "OIII_5007", "HBETA")]
    for ours, (above, below) in ((n2, names[:2]), (o3, names[2:])):
        np.testing.assert_allclose(np.interp(shown, abundance, ours), ratios[:, above] - ratios[:, below], atol=0.01)


def test_quenching_is_off_by_default_and_lowers_the_rate():
    on, off = (float(log_ssfr(Stars(quenched=time))) for time in (0.3, 0.0))
    assert off == pytest.approx(float(log_ssfr(Stars())))
    assert on < off - 1.0
