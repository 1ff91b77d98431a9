"""Security headers of responses, and the limit on the size of requests."""

from collections.abc import Callable, Sequence
from typing import Final

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from data.uploads import MAX_BYTES

# A file is sent as base64 in JSON, which makes it a third larger.
MAX_REQUEST_BYTES: Final = int(1.4 * MAX_BYTES)

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def install(server: Flask, trusted_proxies: int) -> None:
    """Limit the size of requests, set security headers, and trust so many reverse proxies."""
    server.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    server.after_request(_set_headers)
    if trusted_proxies:
        n = trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=n, x_proto=n, x_host=n, x_prefix=n)  # type: ignore[method-assign]


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Return the policy of a page: files of this server, and inline scripts with these hashes."""
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *script_hashes],
        # Mantine and Plotly create style attributes and elements.
        "style-src": ["'self'", "'unsafe-inline'"],
        # Plotly exports figures through data: and blob: images.
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def _set_headers(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if response.mimetype == "text/html":
        # The hashes of Dash's inline scripts are known when the page has been made.
        hashes: Callable[[], Sequence[str]] = current_app.extensions["script_hashes"]
        response.headers["Content-Security-Policy"] = content_security_policy(hashes())
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
