"""The view as Python: it runs with the library alone and prints the page's numbers."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

from analysis.explorer.quantities import values
from components.explorer import snippet
from components.explorer.view import DEFAULTS
from data.catalogue import registry
from model.lines import LINES


@pytest.fixture(scope="module")
def catalogue() -> registry.Catalogue:
    return next(iter(registry.open_catalogues().values()))


def run(code: str) -> str:
    """Run code that names the installed library on this copy of it."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code.replace("galactic_neon", "model"), {})  # noqa: S102
    return printed.getvalue()


def test_a_galaxys_numbers_come_back(catalogue: registry.Catalogue) -> None:
    galaxy = catalogue.galaxy(41)
    printed = run(snippet.galaxy_code(galaxy.target_id, galaxy.bin_flux, galaxy.log_luminosity, galaxy.redshift))
    numbers = {name: float(value) for name, value in re.findall(r"^(\w+)\s+([\d.]+) Å$", printed, re.MULTILINE)}
    for i, line in enumerate(LINES):
        assert numbers[line.name] == pytest.approx(float(galaxy.predicted.ew[i]), abs=6e-4, rel=1e-3)


@pytest.mark.parametrize("suffix", ["", "_PREDICTED", "_NOISY"])
def test_a_gates_population_comes_back(catalogue: registry.Catalogue, suffix: str) -> None:
    state = {**DEFAULTS, "noise": "published", "seed": 3}
    x, y = f"log_NII_HALPHA{suffix}", f"log_OIII_HBETA{suffix}"
    gate = {"x": x, "y": y, "polygon": [[-0.3, -0.2], [0.4, -0.2], [0.4, 0.8], [-0.3, 0.8]]}
    chosen = snippet.Chosen("Drawn", np.arange(0), catalogue.n, gate)  # the polygon says who is in, not the rows
    printed = run(snippet.catalogue_code(str(registry.EMBEDDED_FILE), state, chosen))
    at, up = values(catalogue, x, "published", 3), values(catalogue, y, "published", 3)
    inside = (at > -0.3) & (at < 0.4) & (up > -0.2) & (up < 0.8)
    assert abs(int(printed.split()[0]) - inside.sum()) <= 3  # float32 on the edge
    median = float(re.search(r"HALPHA\s+observed\s+([\d.]+)", printed)[1])  # type: ignore[index]
    assert median == pytest.approx(float(np.nanmedian(catalogue.column("HALPHA_EW")[inside])), rel=0.01)


def test_without_a_gate_all_are_in(catalogue: registry.Catalogue) -> None:
    assert run(snippet.catalogue_code(str(Path(registry.EMBEDDED_FILE)), DEFAULTS, None)).startswith("20000 galaxies")


def test_a_population_without_a_polygon_comes_back_and_its_name_stays_a_comment(catalogue: registry.Catalogue) -> None:
    rows = np.arange(0, catalogue.n, 37)
    chosen = snippet.Chosen("redshift > 0.2\nraise SystemExit(1)\u2028x", rows, catalogue.n, None)
    code = snippet.catalogue_code(str(registry.EMBEDDED_FILE), DEFAULTS, chosen)
    assert run(code).startswith(f"{len(rows)} galaxies")
    polygon = [[-9, -9], [9, -9], [9, 9]]
    drawn = chosen._replace(gate={"x": "HALPHA_SN", "y": "redshift", "polygon": polygon})
    assert run(snippet.catalogue_code(str(registry.EMBEDDED_FILE), DEFAULTS, drawn)).startswith(f"{len(rows)} galaxies")
