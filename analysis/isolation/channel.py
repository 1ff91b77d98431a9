"""Messages on a socket: the length in 8 bytes, then the content."""

import socket
import struct
from typing import Final

_LENGTH: Final = struct.Struct("<Q")
_PIECE: Final = 1 << 20


class ChannelError(OSError):
    """The other end has closed the socket, or announces a message that is too long."""


def send(channel: socket.socket, *pieces: bytes | memoryview) -> None:
    """Send these pieces as one message."""
    channel.sendall(_LENGTH.pack(sum(map(len, pieces))))
    for piece in pieces:
        channel.sendall(piece)


def receive(channel: socket.socket, limit: int = 2**40) -> bytearray:
    """Return the next message.

    Raises
    ------
    ChannelError
        If it is incomplete or longer than `limit` bytes.
    """
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    if length > limit:
        raise ChannelError(f"A message of {length} bytes; the limit is {limit}.")
    return _exactly(channel, length)


def _exactly(channel: socket.socket, size: int) -> bytearray:
    content = bytearray(size)
    view, filled = memoryview(content), 0
    while filled < size:
        got = channel.recv_into(view[filled : filled + _PIECE])
        if not got:
            raise ChannelError("The other end is gone.")
        filled += got
    return content
