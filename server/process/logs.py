"""Configure logging as text, or as one JSON object per line; each record has its request's id.

Text from visitors cannot start a new line, and exceptions within requests are logged without their values. gunicorn's
parent process logs too, so this module imports neither Flask nor the rest of the server.
"""

import logging
import threading
import time
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the current request, as in its header `X-Request-ID`; None outside requests."""

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FIELDS: Final = "%(levelname)s %(name)s %(message)s"
STORM: Final = 20
"""Most tracebacks per minute from one line of code; the next one logged states how many were left out."""
_MINUTE: Final = 60.0
_ESCAPES: Final = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class RequestIdFilter(logging.Filter):
    """Adds the id of the current request to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set `record.request_id` and return True."""
        record.request_id = REQUEST_ID.get()
        return True


class StormFilter(logging.Filter):
    """Drops repeated tracebacks from the same line of code, which could fill the disk."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._seen: dict[tuple[Any, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a traceback if `STORM` from its line of code were logged within a minute."""
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
    """Return text with control characters and line separators escaped, so that it stays on one line."""
    return text.translate(_ESCAPES)


def format_traceback(exc_info: ExcInfo) -> str:
    """Return a traceback as text; within a request without exceptions' values, which may quote visitors' data."""
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
    """Formats a record as one line, with its traceback indented below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the message with prefix, escaped to one line."""
        record.message = escaped(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the traceback, indented so that none of its lines looks like a record."""
        return "\n".join(f"  {line}" for line in format_traceback(ei).splitlines())


def json_formatter(**options: Any) -> logging.Formatter:
    """Return the formatter of JSON lines, with the same tracebacks as in text."""
    from pythonjsonlogger.json import JsonFormatter

    class Formatter(JsonFormatter):
        def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
            return format_traceback(ei)

    return Formatter(**options)


def configuration(log_format: str, level: str) -> dict[str, Any]:
    """Return the configuration of logging for the server and gunicorn.

    Parameters
    ----------
    log_format : {"text", "json"}
        Format of records.
    level : str
        Lowest level that is logged.

    Returns
    -------
    dict
        For `logging.config.dictConfig`.
    """
    json = {
        "()": json_formatter,
        "fmt": f"{_FIELDS} %(request_id)s",
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": True,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request": {"()": RequestIdFilter},
            "storm": {"()": StormFilter},
        },
        "formatters": {"text": {"()": TextFormatter, "fmt": _TEXT}, "json": json},
        "handlers": {
            "log": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["request", "storm"]},
        },
        "root": {"level": level.upper(), "handlers": ["log"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            # Below this level JAX logs which accelerators it did not find.
            "jax": {"level": "WARNING"},
            "werkzeug": {"level": "WARNING"},
            # Its warnings report every request that waits for a thread.
            "waitress.queue": {"level": "ERROR"},
        },
    }
