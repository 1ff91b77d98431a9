"""Compiled functions are dropped when memory is short: JAX loads them from the disk when they are called again."""

import logging
from typing import Final

import jax
from flask import Flask

from storage import memory
from storage.available_memory import available_memory, own_memory

ROOM: Final = 160 * 2**20
"""Bytes that should be free when a request begins: as much as compiling the largest function takes for a moment."""
GROWN: Final = 24 * 2**20
"""Bytes that the process must have grown by since the last time: two or three functions. Loading one again takes up to
a tenth of a second, and a server must not drop and load the same few with every request where other programs hold the
memory that is short."""
COMPILED: Final = "/jax/core/compile/backend_compile_duration"
"""JAX reports this event when it has compiled a function or loaded it from the disk."""


log = logging.getLogger(__name__)


class Relief:
    """Drops compiled functions when memory is short."""

    def __init__(self) -> None:
        self.kept = 0
        self.has_compiled = False

    def note(self, event: str, duration_secs: float, **_: str | int) -> None:  # noqa: ARG002 - JAX names it
        """Note that a function was compiled or loaded: until then, there is nothing new to drop."""
        self.has_compiled |= event == COMPILED

    def relieve(self) -> None:
        """Drop the compiled functions if memory is short and the process has grown; functions that run go on."""
        if not self.has_compiled:
            return
        self.has_compiled = False
        if own_memory() < self.kept + GROWN or (free := available_memory()) is None or free >= ROOM:
            return
        jax.clear_caches()
        memory.give_back()
        self.kept = own_memory()
        log.info("Compiled functions were dropped: %d MiB of memory were left", free // 2**20)


def install(server: Flask) -> None:
    """Look before each request whether memory is short."""
    relief = Relief()
    jax.monitoring.register_event_duration_secs_listener(relief.note)
    server.before_request(relief.relieve)
