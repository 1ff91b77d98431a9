"""How many programs JAX compiles meanwhile: each keeps over 1 MiB, so a whole is compiled and not its steps."""

from collections.abc import Iterator
from contextlib import contextmanager

import jax

_COMPILED = "/jax/core/compile/backend_compile_duration"


@contextmanager
def compilations() -> Iterator[list[float]]:
    """Collect the seconds that each compilation of the block takes; none is found where JAX still has the program."""
    found: list[float] = []

    def note(event: str, duration_secs: float, **_: str | int) -> None:
        if event == _COMPILED:
            found.append(duration_secs)

    jax.clear_caches()
    jax.monitoring.register_event_duration_secs_listener(note)
    try:
        yield found
    finally:
        jax.monitoring.unregister_event_duration_listener(note)
