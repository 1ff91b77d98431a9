"""Requests as they come in: waitress's parser, with chunks that are refused as soon as they cannot be right."""

from typing import Final

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest, RequestEntityTooLarge

from server.worker.limits import CHUNK_LINE, CHUNK_TRAILER

_END: Final = b"\r\n"
_MOST_DIGITS: Final = 16
"""Of a chunk's size: more than 64 bits are nobody's."""


class Chunks(ChunkedReceiver):
    """A body in chunks: each size is looked at when its line is there, and no line is without end."""

    def __init__(self, buffer: OverflowableBuffer, limit: int) -> None:
        super().__init__(buffer)
        self._limit = limit

    def received(self, s: bytes) -> int:
        """Take what came, one line or one chunk's rest after the other; returns the bytes taken.

        waitress joins an unfinished line with what comes next: a line of megabytes takes the time of its square.
        """
        taken = 0
        while taken < len(s) and not (self.completed or self.error):
            taken += super().received(self._next(s[taken:]))
            self._check()
        # Nothing behind a mistake is taken for the next request.
        return len(s) if self.error else taken

    def _next(self, rest: bytes) -> bytes:
        """Return the piece that ends where another part of the body begins."""
        if self.chunk_remainder:
            return rest[: self.chunk_remainder]
        if self.validate_chunk_end:
            return rest[: len(_END) - len(self.chunk_end)]
        if self.all_chunks_received:
            return rest
        line = self.control_line + rest[: CHUNK_LINE + len(_END)]
        end = line.find(_END)
        if end == 0:
            self._refuse(BadRequest("Chunk without a size"))
        return line[len(self.control_line) : end + len(_END)] if end >= 0 else line[len(self.control_line) :]

    def _check(self) -> None:
        if len(self.control_line) > CHUNK_LINE:
            self._refuse(BadRequest("Chunk size without end"))
        elif len(self.trailer) > CHUNK_TRAILER:
            self._refuse(BadRequest("Trailer too long"))
        elif self.chunk_remainder >= 16**_MOST_DIGITS:
            self._refuse(BadRequest("Invalid chunk size"))
        elif self.chunk_remainder + len(self) > self._limit:
            self._refuse(RequestEntityTooLarge(f"exceeds max_body of {self._limit}"))

    def _refuse(self, error: BadRequest | RequestEntityTooLarge) -> None:
        self.error = self.error or error
        self.all_chunks_received = True
        self.chunk_remainder = 0


class Parser(HTTPRequestParser):
    """A request: what waitress would stumble over is malformed."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line and the headers."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a length of thousands of digits
            raise ParsingError("Content-Length is invalid") from error
        if self.chunked and self.body_rcv is not None:
            self.body_rcv = Chunks(self.body_rcv.getbuf(), self.adj.max_request_body_size)
