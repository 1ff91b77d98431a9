"""Which headers of the reverse proxies in front are believed: the visitor's address, and whether there is TLS."""

import logging
from itertools import count
from typing import Final

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

logger = logging.getLogger(__name__)

ADDRESSES: Final = "X-Forwarded-For"
_NOT_TRUSTED: Final = (
    "Requests carry X-Forwarded-For, and TRUSTED_PROXIES is 0: every visitor counts as one for the rate limits. "
    "Behind a proxy, set TRUSTED_PROXIES to the number of addresses that arrive."
)
_TOO_FEW: Final = (
    "Requests carry %d addresses in X-Forwarded-For, and TRUSTED_PROXIES is %d: every visitor counts as one for the "
    "rate limits, and TLS is not seen where no X-Forwarded-Proto arrives. Set TRUSTED_PROXIES to that number."
)


def install(server: Flask, trusted: int, *, trusts_host: bool) -> None:
    """Believe the headers of the proxies in front of a server.

    Parameters
    ----------
    server : Flask
        The server.
    trusted : int
        How many proxies add an address to ``X-Forwarded-For``; 0 believes no header. ``X-Forwarded-Proto`` holds one
        value however many there are.
    trusts_host : bool
        Whether ``X-Forwarded-Host`` and ``X-Forwarded-Prefix`` are believed too. Most routers pass on what a visitor
        wrote there, and it would come back in redirects.
    """
    if trusted:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=trusted, x_proto=1, x_host=int(trusts_host), x_prefix=int(trusts_host)
        )
    warnings = count()

    @server.before_request
    def look() -> None:
        if ADDRESSES not in request.headers:
            return
        arrived = request.headers[ADDRESSES].count(",") + 1
        # Once a process: what visitors send fills no log.
        if trusted == 0 and next(warnings) == 0:
            logger.warning(_NOT_TRUSTED)
        elif arrived < trusted and next(warnings) == 0:
            logger.warning(_TOO_FEW, arrived, trusted)
