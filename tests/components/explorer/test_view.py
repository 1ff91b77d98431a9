"""An address says what the panels show; a bad one is answered with sentences and the defaults."""

from typing import Any

import pytest

from analysis.explorer.quantities import QUANTITIES
from components.explorer import view
from model.lines import LINE_NAMES


def test_nothing_asked_is_the_default() -> None:
    assert view.parse({}, QUANTITIES) == (view.DEFAULTS, [])


def test_every_field_can_be_asked_for() -> None:
    query = {
        "v": "2", "l": "60", "k": "uo", "n": "published", "at": "xy", "x": "redshift", "y": "log_HALPHA_EW",
        "from": "noise",
        "by": "SN", "st": "log", "clip": "5", "lock": "1", "pal": "cividis", "grey": "0", "iso": "1", "cells": "behind",
        "size": "1.5", "op": "0.5", "seed": "17", "zoom": "-1.5,2,0,1e-1",
    }  # fmt: skip
    state, problems = view.parse(query, QUANTITIES)
    assert not problems
    assert {field.key for field in view.FIELDS} == set(query) - {"v"}
    assert state["lines"] == ["HALPHA", "OII_DOUBLET"]
    assert (state["columns"], state["seed"], state["zoom"]) == (["pull", "observed"], 17, [-1.5, 2.0, 0.0, 0.1])
    assert all(state[field.name] != field.default for field in view.FIELDS if field.name not in ("y",))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("l", "9a"), ("l", ""), ("k", "x"), ("n", "loud"), ("at", "moon"), ("x", "TARGETID"), ("y", "<script>"),
        ("seed", "-1"),
        ("seed", "1e9"), ("size", "nan"), ("op", "2"), ("zoom", "1,2,3"), ("zoom", "1,2,3,x"),
        ("lock", "yes"), ("clip", "3"),
        ("zoom", "2,1,0,1"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_and_left_out(key: str, text: str) -> None:
    state, problems = view.parse({key: text, "st": "log"}, QUANTITIES)
    assert state == {**view.DEFAULTS, "stretch": "log"}
    assert len(problems) == 1


def test_the_version_before_is_read() -> None:
    state, problems = view.parse({"v": "1", "st": "log"}, QUANTITIES)
    assert state == {**view.DEFAULTS, "stretch": "log"}
    assert not problems


def test_another_version_shows_the_defaults() -> None:
    state, problems = view.parse({"v": "3", "st": "log"}, QUANTITIES)
    assert state == view.DEFAULTS
    assert "version “3”" in problems[0]


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("map_x~map_y~0,0~1,0~1,1", view.Gate("map_x", "map_y", [[0, 0], [1, 0], [1, 1]])),
        ("map_x~map_y~0,0~1,0", None),
        ("map_x~nothing~0,0~1,0~1,1", None),
        ("map_x~map_y~0,0~1,0~1,inf", None),
        ("map_x~map_y~" + "~".join(["0,0"] * 201), None),
        ("", None),
    ],
)
def test_a_gate_is_a_polygon_in_two_quantities(text: str, gate: Any) -> None:
    assert view.parse_gate(text, QUANTITIES) == gate


def test_a_line_has_one_letter_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"LINE_{i}" for i in range(12)]
    lines = view.Field("lines", "l", "several", names[:2], view.lettered(names))
    monkeypatch.setattr(view, "FIELDS", (lines,))
    monkeypatch.setattr(view, "DEFAULTS", {"lines": names[:2], "zoom": None})
    assert view.parse({"l": "10"}, {})[0]["lines"] == [names[1], names[0]]
    assert view.parse({"l": "a1"}, {})[0]["lines"] == [names[10], names[1]]
    with pytest.raises(ValueError, match="longer"):
        view.lettered([f"LINE_{i}" for i in range(63)])


def test_old_links_with_digits_keep_their_lines() -> None:
    state, problems = view.parse({"l": "0123456789"}, QUANTITIES)
    assert (state["lines"], problems) == (list(LINE_NAMES), [])
