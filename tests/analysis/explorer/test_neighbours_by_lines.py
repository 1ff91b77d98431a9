"""Twins' medians: undetected lines count as none, hidden ones not at all; the painted line has their width."""

from pathlib import Path

import numpy as np
import pytest

from analysis.explorer.neighbours_by_lines import median_ew, with_lines
from data.catalogue.catalogue import Catalogue
from model.lines import LINE_NAMES, LINES
from tests.builders import built, write_catalogue


def test_undetected_is_none_and_hidden_is_not_counted(tmp_path: Path) -> None:
    n, gap = 9, 5800.0
    z_gap = gap / LINES[LINE_NAMES.index("HBETA")].wavelength - 1
    redshift = np.full(n, 0.1, np.float32)
    redshift[1:6] = z_gap
    hbeta = np.full(n, np.nan, np.float32)
    hbeta[6:] = 8.0
    halpha = np.full(n, 20.0, np.float32)
    halpha[1:6] = np.nan
    table = built(n, redshift=redshift, HBETA_EW=hbeta, HALPHA_EW=halpha)
    found = median_ew(Catalogue(write_catalogue(tmp_path / "some.parquet", table)), 0, 8)
    assert found[LINE_NAMES.index("HBETA")] == 8.0  # of the three that could be seen
    assert found[LINE_NAMES.index("HALPHA")] == 0.0  # five of eight looked and found nothing


def test_the_painted_line_has_its_width() -> None:
    wavelength, ew = np.arange(6525.0, 6755.0), np.zeros(10)
    ew[LINE_NAMES.index("HALPHA")] = 12.0
    light = with_lines(wavelength, np.full(len(wavelength), 3.0), ew)
    assert np.sum(light / 3.0 - 1) == pytest.approx(12.0, rel=0.01)
