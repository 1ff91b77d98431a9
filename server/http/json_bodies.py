"""Bodies of JSON are counted before they are read: eight megabytes of ``[],`` take two seconds and 280 MiB."""

from typing import Any, Final

from flask.json.provider import DefaultJSONProvider

MOST_LISTS: Final = 24_000
"""Lists and objects in a body: the API's 10,000 galaxies are as many lists."""
MOST_VALUES: Final = 250_000
"""Commas in a body: those galaxies have 150,000, a spectrum of the API at most 98,304."""


class Json(DefaultJSONProvider):
    """Flask's JSON, which takes a text that is nested too deeply for one that is malformed."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a text; `ValueError` where it cannot be read."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("The body is nested too deeply.") from error


def problem_of(body: bytes) -> str:
    """Say what makes a body too costly to read; "" where nothing does.

    Parameters
    ----------
    body : bytes
        JSON, or anything; brackets and commas in texts count too.

    Returns
    -------
    str
        A sentence.
    """
    for count, most, what in (
        (body.count(b"[") + body.count(b"{"), MOST_LISTS, "lists and objects"),
        (body.count(b","), MOST_VALUES, "values"),
    ):
        if count > most:
            return f"The JSON holds {count:,} {what}; {most:,} are read at once. Send less, or a table."
    return ""
