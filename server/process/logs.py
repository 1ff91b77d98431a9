"""What the log says: sentences for people, or a JSON object a line for machines, each with its request's id.

Nothing that a visitor sent makes a line of its own or is told as an exception's value. The process that supervises the
workers logs too, so this imports neither Flask nor the rest of the server.
"""

import logging
import threading
import time
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, as `X-Request-ID` says it."""

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FIELDS: Final = "%(levelname)s %(name)s %(message)s"
STORM: Final = 20
"""Tracebacks from one place that are written in a minute; the next one says how many were left out."""
_MINUTE: Final = 60.0
_ESCAPES: Final = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class RequestIdFilter(logging.Filter):
    """Give every record the id of the request that it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; nothing is left out."""
        record.request_id = REQUEST_ID.get()
        return True


class StormFilter(logging.Filter):
    """Leave out what the same place says of failures over and over: the disk is the server's, too."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._seen: dict[tuple[Any, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a traceback pass unless `STORM` of its place were written within a minute."""
        if not record.exc_info or record.exc_info[0] is None:
            return True
        place, now = _place(record.exc_info), time.monotonic()
        with self._lock:
            if len(self._seen) > 1000:
                self._seen.clear()
            began, count = self._seen.get(place, (now, 0))
            if now - began > _MINUTE:
                if count > STORM:
                    record.msg, record.args = f"{record.getMessage()} ({count - STORM} more were left out)", ()
                began, count = now, 0
            self._seen[place] = (began, count + 1)
        return count < STORM


def _place(exc_info: ExcInfo) -> tuple[Any, ...]:
    frames = traceback.extract_tb(exc_info[2])
    last = frames[-1] if frames else None
    return exc_info[0], last and last.filename, last and last.lineno


def escaped(text: str) -> str:
    """Return text that stays on its line, whatever it holds."""
    return text.translate(_ESCAPES)


def told(exc_info: ExcInfo) -> str:
    """Return a traceback; within a request without the exception's value, which may repeat what a visitor sent."""
    lines, error = [], exc_info[1]
    while error is not None and len(lines) < 400:
        frames = [line.rstrip("\n") for part in traceback.format_tb(error.__traceback__) for line in part.splitlines()]
        value = "" if REQUEST_ID.get() else f": {escaped(str(error))[:500]}"
        lines += ["Traceback (most recent call last):", *frames, f"{type(error).__name__}{value}"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            lines.append("This came after:")
    return "\n".join(lines)


class TextFormatter(logging.Formatter):
    """A line a record, with the traceback indented below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line, whatever it holds, as one line."""
        record.message = escaped(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the traceback, indented, so that no line of it looks like a record."""
        return "\n".join(f"  {line}" for line in told(ei).splitlines())


def json_formatter(**options: Any) -> logging.Formatter:
    """Return the formatter of JSON lines, whose tracebacks are told as in text."""
    from pythonjsonlogger.json import JsonFormatter

    class Formatter(JsonFormatter):
        def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
            return told(ei)

    return Formatter(**options)


def configuration(log_format: str, level: str) -> dict[str, Any]:
    """Return the configuration of Python's logging, for the server and for gunicorn alike.

    Parameters
    ----------
    log_format : {"text", "json"}
        For people or for machines.
    level : str
        The least that is logged.

    Returns
    -------
    dict
        As `logging.config.dictConfig` takes it.
    """
    json = {
        "()": "server.process.logs.json_formatter",
        "fmt": f"{_FIELDS} %(request_id)s",
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": True,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request": {"()": "server.process.logs.RequestIdFilter"},
            "storm": {"()": "server.process.logs.StormFilter"},
        },
        "formatters": {"text": {"()": "server.process.logs.TextFormatter", "fmt": _TEXT}, "json": json},
        "handlers": {
            "log": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["request", "storm"]},
        },
        "root": {"level": level.upper(), "handlers": ["log"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            # JAX tells at this level which accelerators it did not find.
            "jax": {"level": "WARNING"},
            "werkzeug": {"level": "WARNING"},
            # It tells of every request that waits for a thread.
            "waitress.queue": {"level": "ERROR"},
        },
    }
