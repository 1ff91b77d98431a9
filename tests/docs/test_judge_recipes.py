"""The recipes of docs/judge.md run: a mock of DSPS-like spectra becomes a table that `judge` reads."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.program import main
from data.columns.lines import NAMES
from model.lines import LINE_NAMES
from tests.serving import ROOT

TEXT = (ROOT / "docs/judge.md").read_text(encoding="utf-8")
GALAXIES = 120


def recipe(number: int) -> str:
    return re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)[number].replace("galactic_neon", "model")


@pytest.fixture(scope="module")
def made() -> dict:
    """What a user has: spectra [Lsun/Hz] of stars that become bluer, their wavelengths [Å], and lines [erg/s]."""
    ssp_wave = np.linspace(3000.0, 8000.0, 2500)
    slope = np.linspace(-1.5, 1.5, GALAXIES)[:, None]
    l_lambda = 1e6 * (ssp_wave / 5000) ** slope
    names = {"rest_sed": l_lambda * ssp_wave**2 / 2.99792458e18, "ssp_wave": ssp_wave}
    exec(recipe(1), names)  # noqa: S102 - the document's own code
    assert np.allclose(np.median(names["bins"] / 1e6, axis=1), 1, rtol=0.3)
    return names


@pytest.mark.parametrize("kind", ["diffsky", "synthesizer"])
def test_spectra_and_lines_of_either_become_a_table_that_is_judged(capsys, made, tmp_path: Path, kind: str):
    ids = [NAMES[kind].columns[line][0][0] for line in ("HALPHA", "HBETA")]
    names = dict(made) | {"ids": ids, "luminosity": np.full((GALAXIES, 2), 2e7)}
    exec(recipe(2), names)  # noqa: S102 - the document's own code
    source = tmp_path / "mock.parquet"
    pq.write_table(pa.table({name: np.asarray(column) for name, column in names["table"].items()}), source)
    assert main(["judge", str(source), "--line-unit", "Lsun", "--flux-unit", "Lsun/Angstrom"]) in (0, 3)
    said = capsys.readouterr()
    assert NAMES[kind].title in said.err
    assert "Hα 6563" in said.out


def test_the_table_of_names_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.*?) \|", TEXT, re.MULTILINE)
    assert [kind for kind, *_ in rows] == list(NAMES)
    for kind, halpha, doublet in rows:
        assert NAMES[kind].columns["HALPHA"][0] == (halpha,)
        known = {name for option in NAMES[kind].columns["OII_DOUBLET"] for name in option}
        assert set(re.findall("`([^`]+)`", doublet)) <= known
    assert set(LINE_NAMES) == set(NAMES["diffsky"].columns) == set(NAMES["synthesizer"].columns)
