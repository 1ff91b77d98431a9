"""What the log says: sentences for people, or a JSON object a line for machines, each with its request's id.

The process that supervises the workers logs too, so this imports neither Flask nor the rest of the server.
"""

import logging
from contextvars import ContextVar
from typing import Any, Final

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, as `X-Request-ID` says it."""

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FIELDS: Final = "%(levelname)s %(name)s %(message)s"


class RequestIdFilter(logging.Filter):
    """Give every record the id of the request that it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; nothing is left out."""
        record.request_id = REQUEST_ID.get()
        return True


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
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": f"{_FIELDS} %(request_id)s",
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": True,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": "server.process.logs.RequestIdFilter"}},
        "formatters": {"text": {"format": _TEXT}, "json": json},
        "handlers": {
            "log": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["request"]},
        },
        "root": {"level": level.upper(), "handlers": ["log"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            # JAX tells at this level which accelerators it did not find.
            "jax": {"level": "WARNING"},
            "werkzeug": {"level": "WARNING"},
        },
    }
