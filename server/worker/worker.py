"""A gunicorn worker with waitress's server: one thread receives, so that slow clients do not block those that answer.

gunicorn starts, replaces and ends workers; waitress handles HTTP. docs/decisions/ explains the choice.
"""

import os
import resource
import signal
import time
from contextlib import suppress
from typing import Any, Final

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from server.worker import limits
from server.worker.server import Server

_SPARE_FILES: Final = 256
"""File descriptors reserved for the app itself."""


class BufferingWorker(Worker):
    """Serves the app until gunicorn ends it."""

    def run(self) -> None:
        """Serve; at the end answer the requests that have begun."""
        signal.set_wakeup_fd(-1)  # not needed: the loop below checks `alive` every second
        connections: dict[int, Any] = {}
        servers = [self._server(sock, connections) for sock in self.sockets]
        while self.alive and os.getppid() == self.ppid:
            self._turn(connections)
            if sum(server.answered for server in servers) >= self.max_requests:
                self.log.info("This worker has answered enough; another takes over.")
                self.alive = False
        for server in servers:
            server.stop_accepting()
        until = time.monotonic() + self.cfg.graceful_timeout - 1
        while not all(server.is_idle for server in servers) and time.monotonic() < until:
            self._turn(connections)
        wasyncore.close_all(connections)

    def _turn(self, connections: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=connections, count=1)

    def _server(self, listener: Any, connections: dict[int, Any]) -> Server:
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        sock = listener.sock
        return Server(
            self.wsgi,
            connections,
            _sock=sock,
            dispatcher=dispatcher,
            adj=_adjustments(),
            bind_socket=False,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
        )


def _adjustments() -> Adjustments:
    # gunicorn's supervising process imports this module too, and what follows brings JAX: 60 MiB that it never uses.
    from server.http.security import MAX_REQUEST_BYTES

    return Adjustments(
        ident=None,
        connection_limit=_connections(),
        # Seconds between calls of `Server.maintenance`, which decides what to close.
        cleanup_interval=1,
        max_request_header_size=limits.HEADER_BYTES,
        max_request_body_size=MAX_REQUEST_BYTES,
        # Requests and responses stay in memory: no visitor's data gets into a file, not even a temporary one.
        inbuf_overflow=2 * MAX_REQUEST_BYTES,
        outbuf_overflow=2**31,
        outbuf_high_watermark=2**31,
        asyncore_use_poll=True,
        log_socket_errors=False,
        # Flask's ProxyFix uses them if `TRUSTED_PROXIES` is set.
        clear_untrusted_proxy_headers=False,
        expose_tracebacks=False,
    )


def _connections() -> int:
    """Raise the limit on file descriptors as far as allowed, and return how many connections it leaves room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.MAX_CONNECTIONS + _SPARE_FILES
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))
    return max(min(resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _SPARE_FILES, limits.MAX_CONNECTIONS), 64)
