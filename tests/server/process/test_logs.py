"""Visitors' words stay on their line in the log, and no failure fills the disk."""

import json
import logging
import logging.config
from collections.abc import Iterator

import pytest

from server.process import logs

FORGED = "x\r\n2026-01-01 00:00:00 INFO galactic_neon: forged\x1b[31m\u2028"


@pytest.fixture(params=["text", "json"])
def formatter(request: pytest.FixtureRequest) -> logging.Formatter:
    described = logs.configuration(request.param, "info")["formatters"][request.param]
    return logging.config.DictConfigurator({"version": 1}).configure_formatter(described)


@pytest.fixture
def within_a_request() -> Iterator[None]:
    token = logs.REQUEST_ID.set("abcdef0123456789")
    yield
    logs.REQUEST_ID.reset(token)


def failure(value: str) -> logging.LogRecord:
    try:
        raise KeyError(value)
    except KeyError as error:
        info = (KeyError, error, error.__traceback__)
    return logging.LogRecord("galactic_neon", logging.ERROR, __file__, 1, "It failed: %s", (value,), info)


def test_a_message_stays_on_its_line(formatter: logging.Formatter):
    record = logging.LogRecord("galactic_neon", logging.INFO, __file__, 1, "Asked for %s", (FORGED,), None)
    logs.RequestIdFilter().filter(record)
    line = formatter.format(record)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_no_line_of_a_traceback_looks_like_a_record(formatter: logging.Formatter):
    record = failure(FORGED)
    logs.RequestIdFilter().filter(record)
    first, *others = formatter.format(record).splitlines()
    assert all(line.startswith("  ") for line in others)
    if not others:
        assert "KeyError" in json.loads(first)["exc_info"]


def test_what_a_visitor_sent_is_no_value_of_an_exception(formatter: logging.Formatter, within_a_request: None):
    record = failure("secret")
    record.msg, record.args = "It failed", ()
    logs.RequestIdFilter().filter(record)
    written = formatter.format(record)
    assert "KeyError" in written
    assert "test_logs.py" in written
    assert "secret" not in written.replace('failure("secret")', "")


def test_a_storm_of_failures_is_cut_short():
    storm = logs.StormFilter()
    passed = [storm.filter(failure("x")) for _ in range(10 * logs.STORM)]
    assert sum(passed) == logs.STORM
    plain = logging.LogRecord("a", logging.INFO, __file__, 1, "fine", (), None)
    assert all(storm.filter(plain) for _ in range(10 * logs.STORM))
