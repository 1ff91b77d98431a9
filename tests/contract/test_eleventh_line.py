"""A line added to the table is everywhere: nothing but retraining is left to do.

Two are added at once, because compiling a training takes most of a minute: one that is free, and one that is tied
to another by atomic physics.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import importlib.util
import sys
from pathlib import Path

# The table is changed and loaded before the package, whose modules read it while they are imported.
text = Path("model/lines.py").read_text(encoding="utf-8")
for old, new in {changes!r}.items():
    assert text.count(old) == 1
    text = text.replace(old, new)
spec = importlib.util.spec_from_file_location("model.lines", "model/lines.py")
lines = sys.modules["model.lines"] = importlib.util.module_from_spec(spec)
exec(compile(text, "model/lines.py", "exec"), vars(lines))
N = len(lines.LINES)
added = [line for line in lines.LINES if line.name in ("HDELTA", "TIED")]
assert (N, len(added)) == (12, 2)

import jax
import numpy as np
from dash import Dash

from analysis.explorer.quantities import QUANTITIES
from components.explorer.panels import manifest
from components.population import cards as population
from components.predict import predicted_lines
from data.catalogue.schema import COLUMNS
from model.distribution.catalogued import CONTEXT, SEQUENCE, STEPS
from model.features import colors
from model.networks.joint import init_joint
from model.predictions.batch import intrinsic_many, predict_many
from model.predictions.joint.batch import sample_many
from model.predictions.published_noise import published_noise
from model.predictions.params import Params
from model.spectra.lines.measure import measure_lines
from model.spectra.pixel_noise import relative_noise
from model.spectra.starlight import starlight, starlight_grid
from model.spectra.synthesis import add_lines
from research.statistics.draw_scores import RATIOS, diagrams
from model.training.distribution import fit_distribution
from model.training.recipe import DistributionConfig
from model.training.sample import prepare
from server.api.page import DESCRIPTION
from research.mock.raking import COLUMNS as MOCK_COLUMNS

rng = np.random.default_rng(0)
flux = np.exp(rng.normal(0, 0.1, (300, 12))).astype(np.float32)
ew = np.exp(rng.normal(1, 0.5, (300, N))).astype(np.float32)
luminosity, redshift = np.full(300, 6.2, np.float32), np.full(300, 0.1, np.float32)

shape = np.asarray(colors(flux))
network = init_joint(jax.random.key(0), shape, np.arcsinh(ew), 8, 1)
assert predict_many(Params(network, None, None), flux).ew.shape == (300, N)
assert published_noise(1, flux, ew, np.ones_like(ew)).shape == (300, N)

recipe = DistributionConfig(8, 1, 8, 8, 1, 1, 1, 1, batch=100, draws=1)
table = prepare(flux, luminosity, redshift, ew, np.full_like(ew, 4.0), np.zeros(ew.shape, bool))
params = fit_distribution(table, recipe)
assert STEPS == N and sorted(SEQUENCE) == list(range(N))
drawn, observed = sample_many(1, params, flux, luminosity, redshift)
assert drawn.shape == observed.ew.shape == intrinsic_many(params, flux).p50.shape == (300, N)
assert np.isfinite(drawn).all()

grid, stars = starlight_grid(), np.asarray(starlight(np.linspace(1, 2, 12, dtype=np.float32)))
emission = np.zeros(N)
for line in added:
    strong = lines.LINE_NAMES.index(line.tied_to or line.name)
    emission[strong], emission[lines.LINE_NAMES.index(line.name)] = 20.0, 20.0 / line.flux_ratio
spectrum = np.asarray(add_lines(grid, stars, emission))
measured = measure_lines(grid, spectrum, np.full(len(grid), 1e4))
assert measured.ew.shape == (N,)
assert len(measured.extra_ew) == len(lines.EXTRA_LINES)
for line in added:
    strong = lines.LINE_NAMES.index(line.tied_to or line.name)
    one = lines.LINE_NAMES.index(line.name)
    assert np.isclose(measured.ew[strong], 20, rtol=0.1), measured.ew
    assert (measured.ew[one] > 0) and np.isfinite(measured.ew_ivar[one])
assert relative_noise(grid, ew[0], np.full(N, 4.0), 0.1).shape == grid.shape
assert diagrams(ew, np.full_like(ew, 100.0))
assert len(MOCK_COLUMNS) == 13 + 3 * N + len(RATIOS) + 4

names = {{column.name for column in COLUMNS}}
for suffix in ("_EW", "_EW_IVAR", "_EW_PREDICTED", "_EW_PREDICTED_P16", "_EW_PREDICTED_P84"):
    assert names >= {{line.name + suffix for line in added}}
assert all(line.label in QUANTITIES[line.name + "_EW"].label for line in added)
told = manifest(
    base="", root="", catalogue={{"version": "1"}}, shown={{}}, quantities=QUANTITIES.values(), table=[]
)
assert list(told["lines"]) == list(lines.LINE_NAMES)
assert all(told["labels"][line.name + "_EW"] == line.label for line in added)

Dash(__name__, use_pages=True, pages_folder="")
from pages import about

pages = str([predicted_lines.lines_card(), population.cards([("csv", "CSV")]), about._science(), DESCRIPTION])
assert "twelve equivalent widths" in pages and "Twelve lines" in pages and "of twelve emission lines" in pages
assert "ten lines" not in pages.lower()
"""

CHANGES = {
    '(4102.892,), "violet", predicted=False': '(4102.892,), "violet", leading=True',
    '    Line("HEI_5876"': (
        '    Line("TIED", "test 5400", "test", "5400", (5400.0,), "green", tied_to="OIII_5007", flux_ratio=3.0),\n'
        '    Line("HEI_5876"'
    ),
}


@pytest.mark.slow
def test_lines_added_to_the_table_have_everything_that_the_ten_have():
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(changes=CHANGES)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=1200,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
