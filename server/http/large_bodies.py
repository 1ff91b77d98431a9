"""Memory after large requests and responses: it is returned to the system instead of kept for the next one."""

from typing import Final

from flask import Flask, Response, request

from storage import memory

LARGE: Final = 2**19
"""Bytes from which a request or a response leaves memory that is worth returning, which takes some milliseconds."""


def install(server: Flask) -> None:
    """Return freed memory when a large response has been sent, or the response to a large request."""

    @server.after_request
    def return_memory(response: Response) -> Response:
        if max(request.content_length or 0, response.content_length or 0) >= LARGE:
            response.call_on_close(memory.give_back)
        return response
