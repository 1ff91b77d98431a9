"""Parts of text pages: sections, definitions, links, references."""

from collections.abc import Sequence
from typing import Any

from dash import html


def section(title: str, *children: Any) -> html.Section:
    """Return a titled part of a text."""
    return html.Section([html.H2(title), *children], className="prose-section")


def facts(pairs: Sequence[tuple[str, Any]]) -> html.Dl:
    """Return pairs of name and value in two aligned columns."""
    return html.Dl([cell for name, value in pairs for cell in (html.Dt(name), html.Dd(value))], className="facts")


def link(text: str, href: str) -> html.A:
    """Return a link to another site, without a referrer."""
    return html.A(text, href=href, rel="noreferrer")


def reference(authors: str, where: str, href: str, what: str) -> html.Li:
    """Return one entry of a list of references."""
    return html.Li([html.Strong(authors), ", ", link(where, href), f". {what}"])
