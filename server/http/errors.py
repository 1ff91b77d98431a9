"""Responses to failed requests: one sentence in JSON. Tracebacks go to the log only."""

import time

from dash.exceptions import DependencyException, InvalidResourceError
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
)

from data.errors import ChangedError
from server import problems
from server.http.rate_limits import LIMITER
from server.http.static import SUITES


def install(server: Flask) -> None:
    """Answer all errors with ``{"error": "..."}``, or below /api/ with a problem as in RFC 9457."""
    server.register_error_handler(HTTPException, _answer)
    # Registered before Flask-Limiter's, and therefore run after it.
    server.after_request(_say_when_to_return)
    # A new start of the server mends it; until then nothing is answered from what was changed.
    server.register_error_handler(ChangedError, lambda error: _answer(ServiceUnavailable(str(error))))
    # What Dash raises for the address of a script that it does not have.
    for kind in (DependencyException, InvalidResourceError):
        server.register_error_handler(kind, lambda _error: _answer(NotFound("There is no such file.")))
    server.register_error_handler(FileNotFoundError, _no_script)


def _no_script(error: FileNotFoundError) -> ResponseReturnValue:
    """Answer for a file that Dash lists and the image does not have, such as a source map; others are our failures."""
    if not request.path.startswith(SUITES):
        raise error
    return _answer(NotFound("There is no such file."))


def _answer(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response  # type: ignore[return-value] # werkzeug's response, made by Flask
    if request.path.startswith("/api/"):
        answer = problems.answer(error.code or 500, error.name, _sentence(error))
        answer.headers.extend([header for header in error.get_headers() if header[0] in ("Allow", "Retry-After")])
        return answer
    return {"error": _sentence(error)}, error.code or 500


def _seconds_to_wait() -> int:
    """Return the seconds after which this request may be repeated, the same number however often it is asked for."""
    if "seconds_to_wait" not in g:
        limit = LIMITER.current_limit
        g.seconds_to_wait = max(1, int(limit.window[0] + 1 - time.time())) if limit else 60
    return g.seconds_to_wait


def _say_when_to_return(answer: Response) -> Response:
    """Give the seconds of the sentence in the header too; Flask-Limiter has counted them a moment later."""
    if answer.status_code == TooManyRequests.code and "seconds_to_wait" in g:
        answer.headers["Retry-After"] = str(g.seconds_to_wait)
    return answer


def _sentence(error: HTTPException) -> str:
    if isinstance(error, TooManyRequests):
        return (
            f"This address has sent too many requests; {error.description} are allowed. "
            f"Try again in {_seconds_to_wait()} seconds."
        )
    if isinstance(error, RequestEntityTooLarge):
        return "The file is larger than this server accepts. Split it, or use the command line."
    if isinstance(error, InternalServerError):
        return "Something went wrong on the server. The server's log has the details."
    return error.description or error.name
