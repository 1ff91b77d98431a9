"""Security headers of responses, and the limit on the size of requests."""

from collections.abc import Callable, Sequence
from typing import Final

from flask import Flask, Response, current_app, request

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


def install(server: Flask, frame_ancestors: Sequence[str] = ()) -> None:
    """Limit the size of requests and set security headers.

    Parameters
    ----------
    server : Flask
        The server.
    frame_ancestors : sequence of str
        Origins of the sites that may show the pages in a frame.
    """
    server.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES

    @server.after_request
    def set_headers(response: Response) -> Response:
        response.headers.extend(HEADERS)
        if frame_ancestors:
            # X-Frame-Options can only deny or allow this site; browsers use frame-ancestors instead.
            del response.headers["X-Frame-Options"]
        if response.mimetype == "text/html":
            # The hashes of Dash's inline scripts are known when the page has been made.
            hashes: Callable[[], Sequence[str]] = current_app.extensions["script_hashes"]
            response.headers["Content-Security-Policy"] = content_security_policy(hashes(), frame_ancestors)
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def content_security_policy(script_hashes: Sequence[str], frame_ancestors: Sequence[str] = ()) -> str:
    """Return the policy of a page: files of this server, and inline scripts with these hashes."""
    directives: dict[str, Sequence[str]] = {
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
        "frame-ancestors": frame_ancestors or ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
