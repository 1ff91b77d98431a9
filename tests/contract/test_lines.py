"""The line table is said once; everything that has a line axis agrees with it."""

from typing import Any

import numpy as np

from components.theme import TOKENS
from model.lines import LEADING_LINES, LINE_NAMES, LINES
from model.storage.weights import load_params, load_sidecar
from model.training.held_out import is_held_out


def test_the_weights_have_the_tables_line_axis():
    params: Any = load_params()
    assert params.colors.median.bias.shape == params.luminosity.median.bias.shape == (len(LINES),)
    for table in load_sidecar()["metrics"].values():
        assert tuple(table) == LINE_NAMES


def test_every_line_has_an_accent_in_both_themes():
    for tokens in TOKENS.values():
        assert {line.accent for line in LINES} <= tokens.keys()


def test_lines_stand_in_order_of_wavelength_and_ties_point_to_lines():
    assert list(LINES) == sorted(LINES, key=lambda line: line.wavelength)
    assert {line.tied_to for line in LINES} - {None} <= set(LINE_NAMES)
    assert [line.name for line in LEADING_LINES] == ["OII_DOUBLET", "HBETA", "OIII_5007", "HALPHA"]


def test_the_split_is_the_documented_one():
    # sha256 of the decimal text, modulo five; both forms of an id give the same answer.
    ids = np.arange(39627700000000000, 39627700000002000)
    held = [is_held_out(int(target)) for target in ids]
    assert held == [is_held_out(str(target)) for target in ids]
    assert 0.17 < np.mean(held) < 0.23
