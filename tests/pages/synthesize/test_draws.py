"""What the Synthesize page asks of the server."""

import base64

import dash
import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components.synthesize.parameters import PRESETS, SLIDERS, START
from model.lines import LINE_NAMES

dash.Dash(__name__, use_pages=True, pages_folder="")
from pages.synthesize import draws, page  # noqa: E402

HALPHA = LINE_NAMES.index("HALPHA")
BINS = [1.1, 1.5, 2.2, 2.4, 2.6, 2.6, 2.7, 2.7, 2.7, 2.6, 2.6, 2.6]


def asked(*galaxies, **more):
    return {"galaxies": base64.b64encode(np.array(galaxies, np.float32).tobytes()).decode(), "number": 3, **more}


def ew_of(answer):
    return np.frombuffer(base64.b64decode(answer["ew"]), np.float32).reshape(-1, len(LINE_NAMES))


def test_draws_scatter_and_carry_the_number_of_the_question():
    answer = draws.draw(asked([*BINS, 30.0, 8.6]))
    ew = ew_of(answer)
    assert answer["number"] == 3
    assert ew.shape == (draws.DRAWS, len(LINE_NAMES))
    assert (ew >= 0).all()
    assert np.std(np.log10(ew[:, HALPHA])) > 0.1


def test_anchored_draws_have_the_expected_halpha():
    ew = ew_of(draws.draw(asked([*BINS, 80.0, 8.6], anchored=True)))
    assert np.median(ew[:, HALPHA]) == pytest.approx(80.0, rel=0.1)
    assert np.isfinite(ew).all()


def test_a_population_gets_one_draw_each():
    ew = ew_of(draws.draw_population(asked([*BINS, 20.0, 8.6], [*BINS[::-1], 90.0, 8.3])))
    assert ew.shape == (2, len(LINE_NAMES))


@pytest.mark.parametrize(
    ("question", "word"),
    [
        (asked([*BINS, 20.0]), "13 numbers"),
        (asked([*BINS, 20.0, 8.6], [*BINS, 20.0, 8.6]), "28 numbers"),
        (asked([*BINS, -1.0, 8.6]), "above 0"),
        (asked([*BINS, np.nan, 8.6]), "above 0"),
        ({"galaxies": "not base64!"}, "base64"),
        ({"galaxies": None}, "base64"),
    ],
)
def test_what_no_page_sends_is_refused(question, word):
    with pytest.raises(BadRequest, match=word):
        draws.draw(question)


def test_a_link_opens_its_galaxy():
    opened, notice = page.read_link({"age": "3.5", "log_metallicity": "-2"})
    assert (opened["age"], opened["log_metallicity"], notice) == (3.5, -2.0, "")
    assert {name: value for name, value in opened.items() if name not in ("age", "log_metallicity")} == {
        name: value for name, value in START.items() if name not in ("age", "log_metallicity")
    }


@pytest.mark.parametrize("text", ["99", "-1", "old", "nan", "inf"])
def test_a_link_says_what_it_cannot_open(text):
    opened, notice = page.read_link({"age": text})
    assert opened["age"] == START["age"]
    assert "age" in notice
    assert "0.5 to 13" in notice


def test_presets_lie_on_the_sliders():
    limits = {slider.name: slider for slider in SLIDERS}
    assert set(START) == set(limits)
    for changes in PRESETS.values():
        for name, value in {**START, **changes}.items():
            assert limits[name].low <= value <= limits[name].high, name
