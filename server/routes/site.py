"""Small files that browsers, search engines and security researchers look for, and the status of unknown addresses."""

from datetime import UTC, datetime, timedelta
from typing import Final

import dash
from flask import Blueprint, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

blueprint = Blueprint("site", __name__)

_VALID_DAYS: Final = 180
_ROBOTS: Final = """User-agent: *
Disallow: /api/
Disallow: /catalogues/
Disallow: /_dash
"""
_ANY_PAGE: Final = "/<path:path>"
"""Dash's rule, which answers every address with the same HTML; the browser then shows the page or its absence."""


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Tell search engines to index pages, and not the data behind them."""
    return Response(_ROBOTS, mimetype="text/plain")


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Return the icon to browsers that look for it at its usual address."""
    return redirect("/_favicon.ico", 301)


@blueprint.get("/.well-known/security.txt")
def security() -> ResponseReturnValue:
    """Say where to report a vulnerability (RFC 9116), if `SECURITY_CONTACT` is set."""
    contact: str | None = current_app.extensions["security_contact"]
    if contact is None:
        abort(404)
    expires = (datetime.now(UTC) + timedelta(days=_VALID_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    return Response(f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n", mimetype="text/plain")


@blueprint.after_app_request
def set_status_of_unknown_pages(response: Response) -> Response:
    """Answer an address that is no page with 404; its HTML shows the page “not found”."""
    rule = request.url_rule
    if rule is not None and rule.rule == _ANY_PAGE and response.status_code == 200:
        pages = {str(page["path"]).strip("/") for page in dash.page_registry.values()}
        if request.path.strip("/") not in pages:
            response.status_code = 404
    return response
