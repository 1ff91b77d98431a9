"""One connection: when its request began, what it makes the server hold, and what it is told when it is refused."""

import json
import time
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import Error

from server.worker.limits import GRACE_SECONDS, HEADER_SECONDS, KEEP_ALIVE_SECONDS, LARGE_BODY, LEAST_RATE, SMALL_BODY
from server.worker.parser import Parser

SENTENCES: Final = {
    413: "The file is larger than this server accepts. Split it, or use the command line.",
    431: "The address or the headers are too long.",
    503: "The server is reading other files. Send it again in some seconds.",
}


class BusyError(Error):
    """Too many large requests wait."""

    code = 503
    reason = "Service Unavailable"


class JsonErrorTask(ErrorTask):
    """Answers a request that never reaches the app in the form of the app's own errors."""

    def execute(self) -> None:
        """Write the answer and close the connection."""
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
    """A connection that may not dawdle."""

    error_task_class = JsonErrorTask
    parser_class = Parser

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of the steady clock, which nobody sets.
        self.waiting_since = self.began = time.monotonic()
        self._flushing_since: float | None = None
        self._to_flush = 0

    def received(self, data: bytes) -> bool:
        """Take what came, and note when a request began."""
        if self.request is None:
            self.waiting_since = self.began = time.monotonic()
        taken = super().received(data)
        server: Any = self.server
        server.received(len(data))
        return taken

    def service(self) -> None:
        """Answer the request; from now on the client has to take the answer."""
        super().service()
        self.waiting_since = self.began = time.monotonic()
        self._flushing_since, self._to_flush = self.waiting_since, self.total_outbufs_len

    def readable(self) -> bool:
        """Tell whether more is read; a large body waits while all hold as much as is allowed."""
        if not super().readable():
            return False
        server: Any = self.server
        if not server.is_full or self is server.first or self.unfinished < SMALL_BODY:
            return True
        # It is the server that makes this client wait.
        self.waiting_since = time.monotonic()
        return False

    @property
    def unfinished(self) -> int:
        """Bytes of a body that has not come whole."""
        request: HTTPRequestParser | None = self.request
        return request.body_bytes_received if request is not None else 0

    @property
    def held(self) -> int:
        """Bytes of bodies."""
        return self.unfinished + sum(request.body_bytes_received for request in self.requests)

    @property
    def is_large(self) -> bool:
        """Whether the request to be answered next has a large body."""
        return self.requests[0].body_bytes_received > LARGE_BODY

    def is_too_late(self, now: float) -> bool:
        """Tell whether the client has taken longer than it may."""
        if self.requests:
            return False
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
