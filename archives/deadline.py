"""One deadline for a whole request, however slowly its response arrives.

The timeouts of `requests` apply to each wait separately, so a server that sends a byte of its headers now and then is
waited for indefinitely. Here the connections of a session are cut at the deadline.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests


class Deadline:
    """A time on the monotonic clock.

    Parameters
    ----------
    seconds : float
        Seconds from now.
    """

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until the deadline; 0.001 after it."""
        return max(self._at - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._at


@contextmanager
def session_until(deadline: Deadline) -> Iterator["requests.Session"]:
    """Open a session whose connections are cut at a deadline, even during a header or a handshake.

    Parameters
    ----------
    deadline : Deadline
        Time at which the connections are cut.

    Yields
    ------
    requests.Session
        Session; reading from it after the deadline raises a connection error.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    opened: list[socket.socket] = []
    guard = threading.Lock()

    def watch(made: socket.socket) -> socket.socket:
        with guard:
            # A duplicate, as TLS takes over the socket itself.
            opened.append(made.dup())
        return made

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return watch(super()._new_conn())

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return watch(super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls: Any = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls: Any = Encrypted

    pools = {"http": PlainPool, "https": EncryptedPool}

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
            manager = super().proxy_manager_for(*args, **kwargs)
            manager.pool_classes_by_scheme = pools
            return manager

    def cut() -> None:
        with guard:
            for each in opened:
                with suppress(OSError):  # closed by the other side already
                    each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline.left, cut)
    timer.daemon = True
    timer.start()
    try:
        with requests.Session() as session:
            session.mount("http://", Adapter())
            session.mount("https://", Adapter())
            yield session
    finally:
        timer.cancel()
        with guard:
            for each in opened:
                each.close()
            opened.clear()
