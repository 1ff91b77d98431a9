"""gunicorn's threaded worker, with a deadline for every request: a client that dawdles must not hold a thread for ever.

A thread reads a request while it blocks, so that as many stalled connections as there are threads would silence the
server. Here the connection is shut when its time is up, which ends the reading.
"""

import socket
import time
from contextlib import suppress
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

HEADER_SECONDS: Final = 5
"""Until a request's headers must be there, counted from its first byte or the wait for it."""
REQUEST_SECONDS: Final = 90
"""From then until the body is read, the answer made and sent."""


class DeadlineWorker(ThreadWorker):
    """A threaded worker whose requests end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadlines: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        """Read a request and answer it."""
        self._deadlines[conn] = time.monotonic() + HEADER_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._deadlines.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request whose headers are there."""
        self._deadlines[conn] = time.monotonic() + REQUEST_SECONDS
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Shut what is too late; gunicorn calls this about once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, deadline in self._deadlines.copy().items():
            if deadline < now:
                self.log.info("A client took too long; its connection was shut.")
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
