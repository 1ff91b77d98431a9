"""Patience for busy machines: a real browser beside a real server may share two cores with other work."""

from playwright.sync_api import expect

expect.set_options(timeout=20_000)
