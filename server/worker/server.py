"""waitress's server with separate threads for large bodies and for monitoring, and time limits for clients."""

import time
from typing import Any, Final, cast

from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from server.worker import limits
from server.worker.channel import BusyError, Channel

WATCHED: Final = ("/healthz", "/readyz", "/metrics")
"""Addresses of monitoring, answered by a thread of their own."""
_LOOK_AGAIN: Final = 2**20
"""After so many received bytes the memory held by connections is summed again."""


class Server(TcpWSGIServer):
    """Receives whole requests in one thread, and lets other threads answer them."""

    channel_class = Channel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answered = 0
        self.is_full = False
        self.first: Channel | None = None
        self._large = ThreadedTaskDispatcher()
        self._large.set_thread_count(limits.LARGE_THREADS)
        self._watched = ThreadedTaskDispatcher()
        self._watched.set_thread_count(1)
        self._received = 0

    def add_task(self, task: Any) -> None:
        """Queue a complete request by its kind: monitoring, large body, or other."""
        channel: Any = task
        self.answered += 1
        if getattr(channel.requests[0], "path", "") in WATCHED:
            self._watched.add_task(channel)
        elif not channel.is_large:
            super().add_task(channel)
        else:
            if len(self._large.queue) >= limits.LARGE_WAITING:
                request = channel.requests[0]
                request.get_body_stream().close()
                request.error = BusyError("")
                super().add_task(channel)
                return
            self._large.add_task(channel)

    def received(self, size: int) -> None:
        """Count received bytes; every `_LOOK_AGAIN` bytes check the memory that connections hold."""
        self._received += size
        if self._received > _LOOK_AGAIN:
            self._received = 0
            self._make_room()

    def maintenance(self, now: float) -> None:  # noqa: ARG002 - the wall clock may jump
        """Close connections of slow clients; waitress calls this every second."""
        steady = time.monotonic()
        for channel in self._channels:
            if channel.is_too_late(steady):
                channel.will_close = True
        self._make_room()
        self._make_connections()

    def _make_room(self) -> None:
        """Above `MAX_HELD`, read large bodies one at a time, and close connections that do not read their response."""
        channels = self._channels
        self.is_full = sum(channel.held for channel in channels) > limits.MAX_HELD
        large = [channel for channel in channels if channel.unfinished >= limits.SMALL_BODY]
        self.first = min(large, key=lambda channel: channel.began, default=None)
        untaken = [channel for channel in channels if channel.total_outbufs_len and not channel.requests]
        size = sum(channel.total_outbufs_len for channel in untaken)
        for channel in sorted(untaken, key=lambda channel: channel.waiting_since):
            if size <= limits.MAX_HELD:
                return
            size -= channel.total_outbufs_len
            channel.will_close = True

    def _make_connections(self) -> None:
        """Above 90 % of the allowed connections, close those that have waited longest."""
        excess = len(self._channels) - self.adj.connection_limit * 9 // 10
        if excess > 0:
            idle = [channel for channel in self._channels if not channel.requests]
            for channel in sorted(idle, key=lambda channel: channel.waiting_since)[:excess]:
                channel.will_close = True

    @property
    def is_idle(self) -> bool:
        """Whether no request is being received, answered or sent, nor expected on a new connection."""
        now = time.monotonic()
        return not any(
            channel.requests or channel.request or channel.total_outbufs_len or channel.is_new(now)
            for channel in self._channels
            if channel.connected
        )

    @property
    def _channels(self) -> list[Channel]:
        return list(cast("dict[int, Channel]", self.active_channels).values())

    def stop_accepting(self) -> None:
        """Stop accepting connections; the next worker accepts them."""
        self.accepting = False
        self.del_channel()
