"""A small Dash app on the product's server: the server's tests need neither catalogue nor network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import pytest
from dash import Input, Output, dcc, html
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.factory import attach, create_server
from server.http.static import FingerprintedDash
from server.process.settings import Settings

JAX_SETTINGS = (
    "jax_compilation_cache_dir",
    "jax_persistent_cache_min_compile_time_secs",
    "jax_persistent_cache_min_entry_size_bytes",
)


class ClosingClient(FlaskClient):
    """Read every answer to its end, so that the file behind it is closed."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **options, buffered=True)


@pytest.fixture(autouse=True)
def jax_settings() -> Iterator[None]:
    """Leave JAX as it was: a server tells it where to keep what it compiles."""
    before = {name: getattr(jax.config, name) for name in JAX_SETTINGS}
    yield
    for name, value in before.items():
        jax.config.update(name, value)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache")


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> FingerprintedDash:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "style.css").write_text("body { color: red }\n" * 100)
    app = FingerprintedDash(__name__, server=create_server(settings), assets_folder=str(assets))
    app.layout = html.Div([dcc.Input(id="typed"), html.P(id="shown"), html.P(id="doubled")])

    @app.callback(Output("shown", "children"), Input("typed", "value"))
    def show(typed: str) -> str:
        if typed == "fail":
            raise RuntimeError("a secret of the server")
        return f"You typed {typed}. " * 100

    app.clientside_callback(
        "function (typed) { return typed + typed }", Output("doubled", "children"), Input("typed", "value")
    )
    attach(app)
    return app


@pytest.fixture
def server(app: FingerprintedDash) -> Flask:
    return app.server


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    server.test_client_class = ClosingClient
    return server.test_client()
