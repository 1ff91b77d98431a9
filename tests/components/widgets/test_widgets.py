"""Numbers as a reader sees them."""

import json
import math

import pytest
from dash._utils import to_json

from components.widgets import widgets
from model.lines import LINES


@pytest.mark.parametrize(
    ("value", "text"), [(12.345, "12.3"), (0.456, "0.46"), (-3.21, "−3.2"), (math.nan, "–"), (math.inf, "–")]
)
def test_numbers_have_the_digits_they_deserve(value: float, text: str) -> None:
    assert widgets.number(value) == text


def test_a_missing_value_gives_its_reason() -> None:
    assert widgets.with_error(math.nan, 1.0).children == "not detected"
    assert widgets.with_error(math.nan, 1.0, "camera gap").children == "camera gap"


def test_an_interval_without_an_observation_has_no_point() -> None:
    drawn = to_json(widgets.interval(LINES[0], 5.0, 3.0, 8.0))
    assert "interval-bar" in drawn
    assert "interval-point" not in drawn


def test_an_interval_stays_within_its_scale() -> None:
    drawn = json.loads(str(to_json(widgets.interval(LINES[0], 5.0, -3.0, 8.0, 400.0))))
    lefts = [float(part["props"]["style"]["left"].rstrip("%")) for part in drawn["props"]["children"]]
    assert all(0 <= left <= 100 for left in lefts)
