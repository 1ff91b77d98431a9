"""An id and a log line for each request, and metrics for Prometheus, all without visitors' data."""

import logging
import os
import re
import secrets
import time
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from server.process.logs import REQUEST_ID
from server.process.metrics import WorkerCollector

logger = logging.getLogger("galactic_neon.requests")
blueprint = Blueprint("request_metrics", __name__)

HEADER: Final = "X-Request-ID"
SHARED_BY_WORKERS: Final = "PROMETHEUS_MULTIPROC_DIR"
_GIVEN_ID: Final = re.compile(r"[\w-]{8,64}", re.ASCII)
WARM_UP: Final = "galactic_neon.warm_up"
"""Key of the WSGI environment of requests that the server sends to itself; they are no traffic."""
_LOOPBACK: Final = ("127.0.0.1", "::1")

ANSWERED: Final = Counter("galactic_neon_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS: Final = Histogram(
    "galactic_neon_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1, 2, 5, 10),
)
IN_PROGRESS: Final = Gauge("galactic_neon_requests_in_progress", "Requests being answered", multiprocess_mode="livesum")


def install(server: Flask, *, trusts_proxy: bool, every_request: bool, metrics_token: str | None) -> None:
    """Measure every request of the server.

    Parameters
    ----------
    server : Flask
        The server.
    trusts_proxy : bool
        Whether a request keeps the id in its header, which a reverse proxy has set.
    every_request : bool
        Whether each request is logged.
    metrics_token : str or None
        Token that requests for /metrics must send; if None, only this machine may read /metrics.
    """
    server.extensions["metrics_token"] = metrics_token
    server.register_blueprint(blueprint)

    # Registered first, so that everything logged about the request has its id.
    @server.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")
        g.request_id = given if trusts_proxy and _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        REQUEST_ID.set(g.request_id)
        if WARM_UP in request.environ:
            return
        g.began = time.perf_counter()
        IN_PROGRESS.inc()

    @server.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.get("request_id", "")
        if WARM_UP in request.environ:
            return response
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        # The rule, not the path: visitors' text must neither create a time series nor get into the log.
        route = request.url_rule.rule if request.url_rule else "none"
        ANSWERED.labels(request.method if request.method in _METHODS else "other", route, response.status_code).inc()
        SECONDS.labels(route).observe(seconds)
        if every_request:
            fields = {"method": request.method, "route": route, "status": response.status_code}
            fields |= {"milliseconds": round(seconds * 1000, 1), "bytes": response.content_length}
            logger.info("%s %s %s", request.method, route, response.status_code, extra=fields)
        return response

    @server.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop("began", None) is not None:
            IN_PROGRESS.dec()
        REQUEST_ID.set(None)


_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Return the metrics to Prometheus, if it runs on this machine or sends the token."""
    token: str | None = current_app.extensions["metrics_token"]
    if token is None:
        if request.remote_addr not in _LOOPBACK or "X-Forwarded-For" in request.headers:
            abort(404)
    elif not secrets.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        abort(401)
    registry = REGISTRY
    if SHARED_BY_WORKERS in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        registry.register(WorkerCollector())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
