"""The headers that routers of hosting platforms send, as their documents describe them."""

import logging
from typing import Any, NamedTuple

import pytest
from flask import request

from server.factory import create_server
from server.process.settings import Settings

CLIENT, FORGED = "198.51.100.7", "203.0.113.66"


class Router(NamedTuple):
    """What a platform's router adds: addresses behind what a visitor wrote, and other headers."""

    adds: tuple[str, ...]
    headers: dict[str, str]
    trusted: int


ROUTERS = {
    # https://render.com/docs/web-services: the visitor, the content delivery network, the load balancer.
    "Render": Router((CLIENT, "172.71.1.2", "10.210.3.4"), {"X-Forwarded-Proto": "https", "CF-Ray": "8f"}, 3),
    # https://devcenter.heroku.com/articles/http-routing#heroku-headers
    "Heroku": Router(
        (CLIENT,), {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", "Via": "1.1 heroku-router"}, 1
    ),
    # https://fly.io/docs/networking/request-headers/
    "Fly.io": Router(
        (CLIENT, "66.241.125.9"),
        {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on", "X-Forwarded-Port": "443", "Fly-Client-IP": CLIENT},
        2,
    ),
    # https://cloud.google.com/run/docs/container-contract
    "Cloud Run": Router((CLIENT,), {"X-Forwarded-Proto": "https", "Forwarded": f'for="{CLIENT}";proto=https'}, 1),
    # proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; X-Forwarded-Proto $scheme
    "nginx": Router((CLIENT,), {"X-Forwarded-Proto": "https"}, 1),
    "plain nginx": Router((CLIENT,), {"X-Forwarded-Proto": "http"}, 1),
}
FORGERIES = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil"}


def ask(settings: Settings, headers: dict[str, str], **changed: Any) -> dict[str, Any]:
    """Return what the server makes of a request with these headers."""
    server = create_server(settings.model_copy(update=changed))
    server.extensions["script_hashes"] = list
    server.add_url_rule(
        "/seen/",
        view_func=lambda: {
            "address": request.remote_addr,
            "is_secure": request.is_secure,
            "host": request.host,
            "root": request.script_root,
        },
    )
    client = server.test_client()
    moved = client.get("/seen", headers=headers)
    seen = client.get("/seen/", headers=headers)
    assert moved.status_code == 308
    return (seen.json or {}) | {
        "moved": moved.headers["Location"],
        "hsts": "Strict-Transport-Security" in seen.headers,
    }


@pytest.mark.parametrize("name", ROUTERS)
@pytest.mark.parametrize("forged", [False, True])
def test_the_visitors_address_and_tls_are_seen_behind(name: str, forged: bool, settings: Settings):
    router = ROUTERS[name]
    addresses = ((FORGED,) if forged else ()) + router.adds
    headers = router.headers | {"X-Forwarded-For": ", ".join(addresses)} | (FORGERIES if forged else {})
    seen = ask(settings, headers, trusted_proxies=router.trusted)
    secure = router.headers["X-Forwarded-Proto"] == "https"
    assert (seen["address"], seen["is_secure"], seen["hsts"]) == (CLIENT, secure, secure)
    assert (seen["host"], seen["root"]) == ("localhost", "")
    assert "evil" not in seen["moved"]


@pytest.mark.parametrize("name", ROUTERS)
def test_nothing_is_believed_without_a_trusted_proxy(name: str, settings: Settings, caplog: pytest.LogCaptureFixture):
    router = ROUTERS[name]
    headers = router.headers | {"X-Forwarded-For": ", ".join(router.adds)} | FORGERIES
    with caplog.at_level(logging.WARNING):
        seen = ask(settings, headers)
    assert (seen["address"], seen["is_secure"], seen["root"]) == ("127.0.0.1", False, "")
    assert "evil" not in seen["moved"]
    assert caplog.text.count("TRUSTED_PROXIES is 0") == 1


def test_too_high_a_number_is_said(settings: Settings, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        seen = ask(settings, {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"}, trusted_proxies=3)
    assert seen["address"] == "127.0.0.1"
    assert "carry 1 addresses in X-Forwarded-For, and TRUSTED_PROXIES is 3" in caplog.text


def test_host_and_prefix_are_believed_where_asked_for(settings: Settings):
    headers = {"X-Forwarded-For": CLIENT, "X-Forwarded-Host": "neon.example", "X-Forwarded-Prefix": "/neon"}
    seen = ask(settings, headers, trusted_proxies=1, trusted_host=True)
    assert (seen["host"], seen["root"]) == ("neon.example", "/neon")
