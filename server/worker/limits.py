"""How long clients may take and how much they may make the server hold; docs/reliability.md says why."""

from typing import Final

THREADS: Final = 8
"""Requests that are answered at a time, besides large ones and watchers' ones."""
LARGE_THREADS: Final = 1
"""Large bodies that are answered at a time: each takes several times its size in memory."""
LARGE_BODY: Final = 2**20
"""Bytes from which a body is large."""
LARGE_WAITING: Final = 3
"""Large requests that wait for their turn; others are told to come again."""
HEADER_BYTES: Final = 32 * 2**10
CHUNK_LINE: Final = 2**10
"""Bytes of a line that says how long a chunk is."""
CHUNK_TRAILER: Final = 2**13
"""Bytes of headers behind the last chunk."""
HEADER_SECONDS: Final = 10
"""From a request's first byte to the end of its headers."""
GRACE_SECONDS: Final = 20
"""After which a body must have come, and an answer been taken, at `LEAST_RATE`."""
LEAST_RATE: Final = 4 * 2**10
"""Bytes a second."""
KEEP_ALIVE_SECONDS: Final = 15
"""For which a connection without a request stays open."""
MAX_CONNECTIONS: Final = 4096
"""Of one worker; beyond, the one that has waited longest is closed for the next."""
MAX_HELD: Final = 48 * 2**20
"""Bytes of bodies; beyond, only the request that began first is read on. As much of answers that have not been taken;
beyond, those who have had longest to take theirs are cut off."""
SMALL_BODY: Final = 2**16
"""Bytes of a body that is read on whatever others hold."""
