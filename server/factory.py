"""Join the parts of the server to one Flask app."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import Dash
from flask import Flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from server import api
from server.http import cache, callbacks, compression, errors, json_bodies, request_metrics, security, static
from server.process import health
from server.process.compilation_cache import enable
from server.process.settings import Settings


def create_server(settings: Settings) -> Flask:
    """Build the Flask server that the Dash app is put on.

    Parameters
    ----------
    settings : Settings
        From `server.process.settings.load`.

    Returns
    -------
    Flask
        With health, limits, headers and compression in place, and no page yet.
    """
    info = Info(title="Galactic Neon", version=health.release(), description=api.page.DESCRIPTION)
    server = OpenAPI(
        "galactic_neon_app",
        static_folder=None,
        doc_ui=False,
        info=info,
        validation_error_callback=api.problems.invalid,
    )
    request_metrics.install(
        server,
        trusts_proxy=settings.trusted_proxies > 0,
        every_request=settings.log_format == "json" or settings.log_level == "debug",
        metrics_token=settings.metrics_token,
    )
    errors.install(server)
    server.json = json_bodies.Json(server)
    security.install(server, settings.trusted_proxies)
    cache.install(server, settings)
    # Flask runs what follows an answer in the reverse of this order: how long it keeps, then compression.
    compression.install(server)
    static.install(server)
    server.extensions["revision"] = settings.revision
    server.register_blueprint(health.blueprint)
    redis = str(settings.redis_url) if settings.redis_url else None
    origins = (settings.api_cors_origins or "").split()
    rates = api.limits.Rates(settings.api_rate_limit, settings.upload_rate_limit, settings.callback_rate_limit)
    api.install(server, rates, origins, redis)
    enable(settings.cache_dir)
    return server


def attach(app: Dash, values: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Tell the server what only the finished app knows; call it when all pages are registered.

    Parameters
    ----------
    app : Dash
        The app.
    values : mapping
        What the components of its pages may hold, as `server.http.callbacks.install` takes it.
    """
    app.server.extensions["script_hashes"] = app.csp_hashes
    app.server.extensions["assets_folder"] = app.config.assets_folder
    callbacks.install(app, values)
    # Dash builds its pages at the first request: have that now, where a page that cannot be built stops the start.
    with app.server.test_request_context("/"):
        app.server.preprocess_request()
    # Otherwise every page would carry the layouts of all the others, for the browser to look the callbacks' ids up in;
    # tests/contract/test_callbacks.py does.
    app.config.suppress_callback_exceptions = True
