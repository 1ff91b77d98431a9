"""Every failed request is answered with one JSON sentence; tracebacks go to the log alone."""

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge


def install(server: Flask) -> None:
    """Answer errors, expected or not, in one form: ``{"error": "..."}``."""
    server.register_error_handler(HTTPException, _answer)


def _answer(error: HTTPException) -> ResponseReturnValue:
    return {"error": _sentence(error)}, error.code or 500


def _sentence(error: HTTPException) -> str:
    if isinstance(error, RequestEntityTooLarge):
        return "The file is larger than this server accepts. Split it, or use the command line."
    if isinstance(error, InternalServerError):
        return "Something went wrong on the server. The server's log has the details."
    return error.description or error.name
