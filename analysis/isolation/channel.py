"""Messages on a socket: a length, then as many bytes."""

import socket
import struct
from typing import Final

_LENGTH: Final = struct.Struct("<Q")
_PIECE: Final = 1 << 20


class ChannelError(OSError):
    """The other end is gone, or sends more than is wanted."""


def send(channel: socket.socket, *pieces: bytes | memoryview) -> None:
    """Send one message that is made of these pieces."""
    channel.sendall(_LENGTH.pack(sum(map(len, pieces))))
    for piece in pieces:
        channel.sendall(piece)


def receive(channel: socket.socket, limit: int = 2**40) -> bytearray:
    """Return the next message.

    Raises
    ------
    ChannelError
        When it does not come whole, or is longer than `limit` bytes.
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
