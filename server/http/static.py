"""Let browsers cache scripts, styles and images until they change.

Dash puts the time of installation into its files' addresses, so that browsers would reload them after every rebuild of
the same release. Here the address of a package's file depends on the package's version alone, and that of our own file
on its content; both may be cached for a year. All else is revalidated, and answered with 304 if unchanged.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask, Response, abort, current_app, request

from server.http import modules

YEAR_SECONDS = 365 * 24 * 3600
SUITES = "/_dash-component-suites/"
ASSETS = "/assets/"

_SUITE_TIME = re.compile(r'(/_dash-component-suites/[^"]+?\.v[\w-]+m)\d+(?=\.)')
_RENDERER = '<script id="_dash-renderer" type="application/javascript">'
_ASSET_TIME = re.compile(r'/assets/([^"?]+)\?m=[\d.]+(?=")')


class FingerprintedDash(Dash):
    """Dash with addresses of files that depend on versions and content, not on the time of installation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, assets_ignore=modules.SOURCES, **kwargs)
        self.server.add_url_rule(f"/{modules.ADDRESS}", "browser_modules", _send_modules)

    def index(self, *args: Any, **kwargs: Any) -> str:
        """Return the HTML page that starts the app, in which our modules run before Dash.

        Module scripts run in order after the page has been parsed, so the renderer has to be a module too.
        """
        assets = Path(self.config.assets_folder)
        page = _SUITE_TIME.sub(r"\g<1>0", super().index(*args, **kwargs))
        page = _ASSET_TIME.sub(lambda found: f"/assets/{found[1]}?m={fingerprint(assets / found[1])}", page)
        joined = modules.join(assets)
        if joined is None:
            return page
        address = f"{self.config.requests_pathname_prefix}{modules.ADDRESS}?m={joined.fingerprint}"
        script = f'<script type="module" src="{address}"></script>'
        page = page.replace(_RENDERER, script + _RENDERER.replace("application/javascript", "module"), 1)
        return page.replace("</head>", f'<link rel="modulepreload" href="{address}"></head>', 1)


def fingerprint(path: Path) -> str:
    """Return the first 16 digits of a file's SHA-256."""
    return _fingerprint(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _fingerprint(path: Path, _modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def install(server: Flask) -> None:
    """Set the cache headers of every response."""
    server.after_request(_set_cache_headers)


def _send_modules() -> Response:
    """Return the browser's modules as one file."""
    joined = modules.join(Path(current_app.extensions["assets_folder"]))
    if joined is None:
        abort(404)
    return Response(joined.text, mimetype="text/javascript")


def _set_cache_headers(response: Response) -> Response:
    if request.method not in ("GET", "HEAD"):
        response.cache_control.no_store = True
        return response
    if response.status_code != 200:
        return response
    if _lasts(response):
        response.cache_control.no_cache = None
        response.cache_control.max_age = YEAR_SECONDS
        response.cache_control.public = True
        response.cache_control.immutable = True
    elif not response.cache_control:
        response.cache_control.no_cache = True
    if not response.direct_passthrough and "ETag" not in response.headers:
        # Weak, because the compressed versions of a response share it.
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response


def _lasts(response: Response) -> bool:
    if request.path.startswith(SUITES):
        return response.cache_control.max_age is not None
    if request.path == f"/{modules.ADDRESS}":
        joined = modules.join(Path(current_app.extensions["assets_folder"]))
        return joined is not None and request.args.get("m") == joined.fingerprint
    if not request.path.startswith(ASSETS) or "m" not in request.args:
        return False
    file = Path(current_app.extensions["assets_folder"], request.path.removeprefix(ASSETS))
    return request.args["m"] == fingerprint(file)
