"""Limits on the time that clients take and the memory that they use; docs/reliability.md explains them."""

from typing import Final

THREADS: Final = 8
"""Requests that are answered at a time, besides those with large bodies and those of monitoring."""
LARGE_THREADS: Final = 1
"""Requests with large bodies that are answered at a time; each takes several times its size in memory."""
LARGE_BODY: Final = 2**20
"""A body with more bytes is large."""
LARGE_WAITING: Final = 3
"""Requests with large bodies that may wait; more are refused with 503."""
HEADER_BYTES: Final = 32 * 2**10
CHUNK_LINE: Final = 2**10
"""Bytes of a line that says how long a chunk is."""
CHUNK_TRAILER: Final = 2**13
"""Bytes of headers behind the last chunk."""
HEADER_SECONDS: Final = 10
"""Most time from a request's first byte to the end of its headers [s]."""
GRACE_SECONDS: Final = 20
"""Time after which the mean rate of a body or a response must be at least `LEAST_RATE` [s]."""
LEAST_RATE: Final = 4 * 2**10
"""[bytes/s]"""
FIRST_SECONDS: Final = 2
"""Time that a worker which ends waits for the first request on a new connection [s]."""
KEEP_ALIVE_SECONDS: Final = 15
"""Time for which a connection without a request stays open [s]."""
MAX_CONNECTIONS: Final = 4096
"""Connections of one worker; to accept more, those that have waited longest are closed."""
MAX_HELD: Final = 48 * 2**20
"""Bytes of bodies that connections may hold; above, only the oldest of the large requests is read. The same limit holds
for responses that clients have not read; above, the connections that have waited longest are closed."""
SMALL_BODY: Final = 2**16
"""Up to this many bytes of a body are read even above `MAX_HELD`."""
LINGER_BYTES: Final = 64 * 2**20
"""Bytes of a refused request that are read and discarded after the response, so that the client reads it."""
LINGER_SECONDS: Final = 10
"""Time for which they are read [s]."""
