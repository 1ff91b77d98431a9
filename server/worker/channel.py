"""One connection: its timeouts, the memory that it holds, and the response to a refused request."""

import json
import socket
import time
from contextlib import suppress
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import Error

from server.worker.limits import (
    FIRST_SECONDS,
    GRACE_SECONDS,
    HEADER_SECONDS,
    KEEP_ALIVE_SECONDS,
    LARGE_BODY,
    LEAST_RATE,
    LINGER_BYTES,
    LINGER_SECONDS,
    SMALL_BODY,
)
from server.worker.parser import Parser

SENTENCES: Final = {
    413: "The file is larger than this server accepts. Split it, or use the command line.",
    431: "The address or the headers are too long.",
    503: "The server is reading other files. Send it again in some seconds.",
}


class BusyError(Error):
    """Too many large requests are waiting."""

    code = 503
    reason = "Service Unavailable"


class JsonErrorTask(ErrorTask):
    """Answers a request that never reaches the app, in the form of the app's own errors."""

    def execute(self) -> None:
        """Write the response and close the connection."""
        request: Any = self.request
        error = request.error
        sentence = SENTENCES.get(error.code, f"The request is malformed: {error.body}.")
        answer: dict[str, Any] = {"error": sentence}
        mimetype = "application/json"
        if getattr(self.request, "path", "").startswith("/api/"):
            answer = {"type": "about:blank", "title": error.reason, "status": error.code, "detail": sentence}
            mimetype = "application/problem+json"
        body = json.dumps(answer).encode()
        self.status = f"{error.code} {error.reason}"
        again = [("Retry-After", "5")] if error.code == BusyError.code else []
        self.response_headers = [("Content-Type", mimetype), ("X-Content-Type-Options", "nosniff"), *again]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """A connection that is closed if its client is too slow."""

    error_task_class = JsonErrorTask
    parser_class = Parser

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The monotonic clock: the wall clock may be set.
        self.waiting_since = self.began = time.monotonic()
        self._flushing_since: float | None = None
        self._to_flush = 0
        self._has_sent = self._is_refused = False
        self._lingers_since: float | None = None
        self._discarded = 0

    def is_new(self, now: float) -> bool:
        """Return whether the client has just connected, so that its first request may be on its way."""
        return not self._has_sent and now - self.began < FIRST_SECONDS

    def received(self, data: bytes) -> bool:
        """Process received bytes, and record when a request begins."""
        if self.request is None:
            self.waiting_since = self.began = time.monotonic()
        self._has_sent = True
        taken = super().received(data)
        server: Any = self.server
        server.received(len(data))
        return taken

    def service(self) -> None:
        """Answer the request, and start the client's time to read the response."""
        self._is_refused = bool(self.requests[0].error)
        super().service()
        self.waiting_since = self.began = time.monotonic()
        self._flushing_since, self._to_flush = self.waiting_since, self.total_outbufs_len

    def handle_write(self) -> None:
        """Send what waits; after the response to a refused request, which may still be arriving, linger."""
        if not (self._is_refused and self.close_when_flushed) or self.will_close:
            super().handle_write()
            return
        channel: Any = self
        channel._flush_exception(channel._flush_some)
        if self.will_close:
            self.handle_close()
        elif self.connected and not self.total_outbufs_len:
            self.close_when_flushed = False
            self._linger()

    def _linger(self) -> None:
        """End the response but not the connection: closed with unread bytes, it is reset, and the response lost.

        A proxy then answers 502 instead of the response.
        """
        self._lingers_since = time.monotonic()
        connection: Any = self.socket
        # The client may have closed the connection.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)

    def handle_read(self) -> None:
        """Read from the client; what is left of a refused request is discarded, up to `LINGER_BYTES`."""
        if self._lingers_since is None:
            super().handle_read()
            return
        try:
            self._discarded += len(self.recv(self.adj.recv_bytes))
        except OSError:
            self.handle_close()
        if self._discarded > LINGER_BYTES:
            self.will_close = True

    def readable(self) -> bool:
        """Return whether to read from the client; a large body waits while connections hold more than allowed."""
        if not super().readable():
            return False
        server: Any = self.server
        if not server.is_full or self is server.first or self.unfinished < SMALL_BODY:
            return True
        # The server makes this client wait, so the time does not count.
        self.waiting_since = time.monotonic()
        return False

    @property
    def unfinished(self) -> int:
        """Bytes received of an incomplete body."""
        request: HTTPRequestParser | None = self.request
        return request.body_bytes_received if request is not None else 0

    @property
    def held(self) -> int:
        """Bytes of all bodies that this connection holds, complete or not."""
        return self.unfinished + sum(request.body_bytes_received for request in self.requests)

    @property
    def is_large(self) -> bool:
        """Whether the next request to be answered has a large body."""
        return self.requests[0].body_bytes_received > LARGE_BODY

    def is_too_late(self, now: float) -> bool:
        """Return whether the client exceeds a time limit at `now`, in seconds of the monotonic clock."""
        if self.requests:
            return False
        if self._lingers_since is not None:
            return now - self._lingers_since > LINGER_SECONDS
        waited = now - self.waiting_since
        if self.total_outbufs_len:
            since = now - (self._flushing_since or now)
            return since > GRACE_SECONDS and (self._to_flush - self.total_outbufs_len) < LEAST_RATE * since
        request: HTTPRequestParser | None = self.request
        if request is None:
            return waited > KEEP_ALIVE_SECONDS
        if not request.headers_finished:
            return waited > HEADER_SECONDS
        return waited > GRACE_SECONDS and request.body_bytes_received < LEAST_RATE * waited
