"""Build the Flask server from its parts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import Dash
from flask import Flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from model.storage.release import __version__
from server import api, problems
from server.http import (
    cache,
    callbacks,
    compression,
    errors,
    json_bodies,
    large_bodies,
    proxies,
    rate_limits,
    request_metrics,
    security,
    static,
)
from server.process import health, memory_relief, metrics
from server.process.compilation_cache import enable
from server.process.settings import Settings
from server.routes import site


def create_server(settings: Settings) -> Flask:
    """Build the Flask server of the Dash app.

    Parameters
    ----------
    settings : Settings
        From `server.process.settings.load`.

    Returns
    -------
    Flask
        With health, limits, headers, compression and the API, but without pages.
    """
    info = Info(title="Galactic Neon", version=__version__, description=api.page.DESCRIPTION)
    server = OpenAPI(
        "galactic_neon_app",
        static_folder=None,
        doc_ui=False,
        info=info,
        validation_error_callback=problems.invalid,
    )
    request_metrics.install(
        server,
        trusts_proxy=settings.trusted_proxies > 0,
        every_request=settings.log_format == "json" or settings.log_level == "debug",
        metrics_token=settings.metrics_token,
    )
    errors.install(server)
    memory_relief.install(server)
    server.json = json_bodies.Json(server)
    proxies.install(server, settings.trusted_proxies, trusts_host=settings.trusted_host)
    security.install(server, (settings.frame_ancestors or "").split())
    cache.install(server, settings)
    # Flask runs after_request hooks in reverse order: static sets the lifetime that compression depends on.
    compression.install(server)
    large_bodies.install(server)
    static.install(server)
    server.extensions["revision"] = settings.revision
    server.extensions["security_contact"] = settings.security_contact
    metrics.BUILD.labels(__version__, settings.revision or "unknown").set(1)
    server.register_blueprint(health.blueprint)
    server.register_blueprint(site.blueprint)
    redis = str(settings.redis_url) if settings.redis_url else None
    origins = (settings.api_cors_origins or "").split()
    rates = rate_limits.Rates(settings.api_rate_limit, settings.upload_rate_limit, settings.callback_rate_limit)
    api.install(server, rates, origins, redis)
    enable(settings.cache_dir)
    return server


def attach(app: Dash, values: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Connect the finished app to the server; call it when all pages are registered.

    Parameters
    ----------
    app : Dash
        The app.
    values : mapping
        Types of the properties of its components, see `server.http.callbacks.install`.
    """
    app.server.extensions["script_hashes"] = app.csp_hashes
    app.server.extensions["assets_folder"] = app.config.assets_folder
    callbacks.install(app, values)
    # Dash builds its pages at the first request. This request does it now, so that a broken page stops the start.
    with app.server.test_request_context("/", environ_overrides={request_metrics.WARM_UP: True}):
        app.server.preprocess_request()
    # Otherwise every page would carry the layouts of all pages, in which the browser would look up callbacks' ids.
    # tests/contract/test_callbacks.py checks the ids instead.
    app.config.suppress_callback_exceptions = True
