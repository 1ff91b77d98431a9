"""Compiled functions are dropped when memory is short, and work again afterwards."""

import jax
import numpy as np
import pytest
from flask import Flask

from server.process import memory_relief
from server.process.memory_relief import COMPILED, MANY, ROOM

DROPPED = "dropped"


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the compiled functions were dropped."""
    found: list[str] = []
    clear = jax.clear_caches
    monkeypatch.setattr(memory_relief.jax, "clear_caches", lambda: (found.append(DROPPED), clear()))
    return found


@pytest.mark.parametrize(
    ("compiled", "free", "times"),
    [(MANY, ROOM - 1, 1), (MANY, ROOM, 0), (MANY - 1, 0, 0), (MANY, None, 0)],
)
def test_functions_are_dropped_if_they_are_many_and_memory_is_short(dropped, monkeypatch, compiled, free, times):
    monkeypatch.setattr(memory_relief, "available_memory", lambda: free)
    relief = memory_relief.Relief()
    for _ in range(compiled):
        relief.count(COMPILED, 0.1)
    relief.count("/jax/core/compile/jaxpr_trace_duration", 0.1)
    relief.relieve()
    relief.relieve()
    assert len(dropped) == times


def test_a_request_that_finds_little_memory_drops_them_and_the_next_computes_again(dropped, monkeypatch):
    monkeypatch.setattr(memory_relief, "available_memory", lambda: 0)
    server = Flask(__name__)
    memory_relief.install(server)
    functions = [jax.jit(lambda x, by=by: x * by) for by in range(MANY + 1)]
    server.add_url_rule("/", view_func=lambda: str(sum(float(function(np.float32(2.0))) for function in functions)))
    client = server.test_client()
    answers = [client.get("/").text for _ in range(3)]
    assert answers == [str(2.0 * sum(range(MANY + 1)))] * 3
    assert len(dropped) >= 2
