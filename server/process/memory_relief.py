"""Compiled functions are dropped when memory is short: JAX loads them from the disk when they are called again."""

from typing import Final

import jax
from flask import Flask

from storage import memory
from storage.available_memory import available_memory

ROOM: Final = 160 * 2**20
"""Bytes that should be free when a request begins: as much as compiling the largest function takes for a moment."""
MANY: Final = 12
"""Fewest functions that are dropped. Loading one takes a tenth of a second, and where the memory that is short is not
theirs, a server must not drop and load the same few with every request."""
COMPILED: Final = "/jax/core/compile/backend_compile_duration"
"""JAX reports this event when it has compiled a function or loaded it from the disk."""


class Relief:
    """Drops compiled functions when memory is short."""

    def __init__(self) -> None:
        self.compiled = 0

    def count(self, event: str, duration_secs: float, **_: str | int) -> None:  # noqa: ARG002 - JAX names it
        """Count a function that was compiled or loaded."""
        self.compiled += event == COMPILED

    def relieve(self) -> None:
        """Drop the compiled functions if they are many and memory is short.

        Functions that run in other threads go on. The fifty functions of a server that has shown every page take
        170 MiB.
        """
        if self.compiled < MANY or (free := available_memory()) is None or free >= ROOM:
            return
        self.compiled = 0
        jax.clear_caches()
        memory.give_back()


def install(server: Flask) -> None:
    """Look before each request whether memory is short."""
    relief = Relief()
    jax.monitoring.register_event_duration_secs_listener(relief.count)
    server.before_request(relief.relieve)
