from flask import Flask

from server.factory import create_server
from server.http.cache import remembered
from server.process.settings import Settings


def test_a_result_is_made_once(server: Flask):
    made = []
    with server.app_context():
        for _ in range(2):
            assert remembered("key", lambda: made.append(1) or b"result") == b"result"
    assert len(made) == 1


def test_unreachable_redis_costs_no_answer(settings: Settings):
    # Port 1 is never a Redis.
    server = create_server(
        Settings.model_validate({"cache_dir": settings.cache_dir, "redis_url": "redis://127.0.0.1:1/0"})
    )
    with server.app_context():
        assert remembered("key", lambda: b"result") == b"result"
