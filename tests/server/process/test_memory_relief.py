"""Compiled functions are dropped when memory is short, and work again afterwards."""

import jax
import numpy as np
import pytest
from flask import Flask

from server.process import memory_relief
from server.process.memory_relief import COMPILED, GROWN, ROOM

TRACED = "/jax/core/compile/jaxpr_trace_duration"


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One element for each time that the compiled functions were dropped."""
    found: list[bool] = []
    clear = jax.clear_caches
    monkeypatch.setattr(memory_relief.jax, "clear_caches", lambda: (found.append(True), clear()))
    return found


@pytest.mark.parametrize(
    ("event", "own", "free", "times"),
    [
        (COMPILED, GROWN, ROOM - 1, 1),
        (COMPILED, GROWN, ROOM, 0),
        (COMPILED, GROWN, None, 0),
        (COMPILED, GROWN - 1, 0, 0),
        (TRACED, GROWN, 0, 0),
    ],
)
def test_functions_are_dropped_if_memory_is_short_and_the_process_has_grown(
    dropped, monkeypatch, event, own, free, times
):
    monkeypatch.setattr(memory_relief, "available_memory", lambda: free)
    monkeypatch.setattr(memory_relief, "own_memory", lambda: own)
    relief = memory_relief.Relief()
    relief.note(event, 0.1)
    relief.relieve()
    assert len(dropped) == times


def test_they_are_not_dropped_again_before_the_process_has_grown_again(dropped, monkeypatch):
    own = 2 * GROWN
    monkeypatch.setattr(memory_relief, "available_memory", lambda: 0)
    monkeypatch.setattr(memory_relief, "own_memory", lambda: own)
    relief, counts = memory_relief.Relief(), []
    for own in (2 * GROWN, 3 * GROWN - 1, 3 * GROWN):  # noqa: B007 - read by the function above
        relief.note(COMPILED, 0.1)
        relief.relieve()
        counts.append(len(dropped))
    assert counts == [1, 1, 2]


def test_a_request_that_finds_little_memory_drops_them_and_the_next_computes_again(dropped, monkeypatch):
    monkeypatch.setattr(memory_relief, "available_memory", lambda: 0)
    monkeypatch.setattr(memory_relief, "GROWN", 0)
    monkeypatch.setattr(memory_relief, "own_memory", lambda: 0)
    server = Flask(__name__)
    memory_relief.install(server)
    function = jax.jit(lambda x: x * 3)
    server.add_url_rule("/", view_func=lambda: str(float(function(np.float32(2.0)))))
    client = server.test_client()
    assert [client.get("/").text for _ in range(3)] == ["6.0"] * 3
    assert len(dropped) >= 2
