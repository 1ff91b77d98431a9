"""What a person types into the form: numbers, or a sentence per field."""

import numpy as np
import pytest

from analysis.answers.form import luminosity_advice, read_form
from data.uploads.readers.numbers import as_typed, split_numbers

GOOD = ["2.71", "3.79", "4.95", "4.88", "4.71", "4.55", "4.39", "4.28", "4.19", "3.95", "3.76", "3.60"]


def test_a_good_form_has_numbers_and_no_problem():
    form = read_form(GOOD, " 6.2 ")
    np.testing.assert_allclose(form.bin_flux, [float(text) for text in GOOD], rtol=1e-6)
    assert form.log_luminosity == 6.2
    assert form.problems == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "Bin 4000–4300 Å: the value is missing"),
        (None, "Bin 4000–4300 Å: the value is missing"),
        ("-1", "Bin 4000–4300 Å: the flux is -1"),
        ("4,95", "Write 4.95"),
        ("1 2 3", "Bin 4000–4300 Å contains 3 values. Paste exactly 12 numbers"),
        ("four", "“four” is not a number"),
    ],
)
def test_each_field_is_judged_by_itself(text: str | None, expected: str):
    form = read_form([*GOOD[:2], text, *GOOD[3:]], None)
    assert [bool(problem) for problem in form.bin_problems] == [place == 2 for place in range(12)]
    assert expected in form.problems[0]


def test_a_bad_luminosity_has_its_own_sentence():
    form = read_form(GOOD, "bright")
    assert form.luminosity_problem.startswith("log luminosity: “bright” is not a number")
    assert form.bin_problems == ("",) * 12


def test_luminosity_outside_the_training_range_gets_advice():
    assert luminosity_advice(None) == luminosity_advice(6.0) == ""
    assert "4.2 lies outside 5.5 to 7" in luminosity_advice(4.2)


@pytest.mark.parametrize("separator", [" ", ", ", "\t", "\n", ";", "\r\n"])
def test_pasted_numbers_are_split(separator: str):
    assert split_numbers(separator.join(GOOD) + "\n") == GOOD


def test_what_is_written_into_the_form_can_be_read_back():
    fluxes = np.geomspace(1e-20, 1e5, 12)
    np.testing.assert_allclose(read_form(as_typed(fluxes), None).bin_flux, fluxes, rtol=1e-3)
